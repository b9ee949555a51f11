"""Signing in, a password of one's own, and the second factor that partner people need in production."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.audit.models import AuditEntry
from portal.database import current_identity
from portal.demo.cast import Cast
from portal.mail.models import Letter
from tenants.models import User
from tests.people import PASSWORD

Browser = Callable[[str], Client]


def sign_in(client: Client, name: str, password: str = PASSWORD) -> Any:
    return client.post(reverse("account_login"), {"login": name, "password": password})


def test_alice_signs_in_with_her_name_in_any_case(cast: Cast) -> None:
    answer = sign_in(Client(), "Alice@Huaxin.example")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_arriving_is_message_enough(cast: Cast) -> None:
    answer = Client().post(
        reverse("account_login"), {"login": "peng@vianet.example", "password": PASSWORD}, follow=True
    )
    assert (answer.status_code, list(answer.context["messages"])) == (200, [])


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(cast: Cast) -> None:
    wrong = sign_in(Client(), "alice@huaxin.example", "not her password")
    unknown = sign_in(Client(), "nobody@huaxin.example", "not her password")
    for answer in (wrong, unknown):
        assert answer.status_code == 200
        assert b"The sign-in name or the password is not right." in answer.content


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"is_active": False}, "This account is blocked. Ask an admin of your organisation."),
        (
            {"deleted_at": "2026-01-01T00:00:00Z"},
            "This account is deleted. Ask an admin of your organisation to restore it.",
        ),
    ],
)
def test_a_blocked_or_deleted_person_does_not_sign_in_and_is_told_why(
    cast: Cast, state: dict[str, Any], told: str
) -> None:
    User.objects.filter(pk=cast.ed.pk).update(**state)
    client = Client()
    assert sign_in(client, "ed@huaxin.example")["Location"] == reverse("account_login")
    assert client.get("/")["Location"] == "/account/login/?next=/"
    assert (
        f'<div class="toast" data-tone="danger"><p>{told}</p>' in client.get(reverse("account_login")).content.decode()
    )
    assert User.objects.get(pk=cast.ed.pk).last_login is None
    assert told not in sign_in(Client(), "ed@huaxin.example", "not his password").content.decode()


def test_a_visitor_is_sent_to_sign_in_and_back(cast: Cast) -> None:
    answer = Client().get("/requests/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/requests/")


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/organisations/{id}/users/new/?x=1", "/organisations/{id}/users/new/%3Fx%3D1"),
        ("http://evil.example/organisations/", "/organisations/{id}/users/new/"),
        ("http://[", "/organisations/{id}/users/new/"),
        ("", "/organisations/{id}/users/new/"),
    ],
)
def test_who_was_signed_out_over_a_form_comes_back_to_it_and_is_told(cast: Cast, referer: str, back: str) -> None:
    client, own = Client(), {"id": cast.huaxin.pk}
    form = f"/organisations/{cast.huaxin.pk}/users/new/"
    answer = client.post(form, {"display_name": "Nina"}, headers={"Referer": referer.format(**own)})
    assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={back.format(**own)}")
    told = "You were signed out. What you typed was not sent."
    assert told in client.get(answer["Location"]).content.decode()
    assert told not in client.get(Client().get("/requests/")["Location"]).content.decode()


def fragment(client: Client, address: str, page: str) -> Any:
    """What htmx on `page` asks for by itself."""
    return client.get(address, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"})


def test_a_fragment_leads_to_sign_in_as_a_whole_page_and_back_to_the_page_around_it(cast: Cast) -> None:
    answer = fragment(Client(), "/requests/SR-2026-000001/standing/?seen=1", "/requests/SR-2026-000001/")
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"] == "/account/login/?next=/requests/SR-2026-000001/"


def test_a_fragment_never_leads_back_to_another_site(cast: Cast) -> None:
    elsewhere = {"HX-Request": "true", "HX-Current-URL": "http://evil.example/requests/"}
    assert Client().get("/requests/", headers=elsewhere)["HX-Redirect"] == "/account/login/?next=/"


def test_a_fragment_leads_who_must_change_the_password_to_the_whole_page(cast: Cast, browser_of: Browser) -> None:
    User.objects.filter(pk=cast.helen.pk).update(must_change_password=True)
    answer = fragment(browser_of("helen"), "/requests/", "/requests/")
    assert (answer.content, answer["HX-Redirect"]) == (b"", reverse("account_change_password"))


def test_a_fragment_leads_who_must_enrol_to_the_whole_page(cast: Cast, browser_of: Browser, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    answer = fragment(browser_of("helen"), "/requests/", "/requests/")
    assert (answer.content, answer["HX-Redirect"]) == (b"", reverse("mfa_activate_totp"))


@pytest.mark.parametrize("address", ["/account/signup/", "/account/email/", "/account/social/login/", "/accounts/"])
def test_there_is_no_self_registration_and_no_change_of_address(cast: Cast, address: str) -> None:
    assert Client().get(address).status_code == 404


def test_a_temporary_password_opens_only_the_page_that_replaces_it(cast: Cast, browser_of: Browser) -> None:
    User.objects.filter(pk=cast.ed.pk).update(must_change_password=True)
    browser = browser_of("ed")
    assert browser.get("/")["Location"] == reverse("account_change_password")
    page = browser.get(reverse("account_change_password")).content.decode()
    assert f'<a href="{reverse("account_logout")}">Sign out</a>' in page
    new = {"oldpassword": PASSWORD, "password1": "Kunming-rains-7", "password2": "Kunming-rains-7"}
    assert browser.post(reverse("account_change_password"), new).status_code == 302
    assert browser.get("/").status_code == 200
    assert sign_in(Client(), "ed@huaxin.example", "Kunming-rains-7")["Location"] == "/"
    entry = AuditEntry.objects.get(deed="tenants.password.changed")
    assert (entry.actor_name, entry.target_name, entry.data) == ("Ed Ding", "Ed Ding", {})


def test_a_temporary_password_cannot_become_ones_own(cast: Cast, browser_of: Browser) -> None:
    User.objects.filter(pk=cast.ed.pk).update(must_change_password=True)
    browser = browser_of("ed")
    same = {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD}
    answer = browser.post(reverse("account_change_password"), same)
    assert (answer.status_code, b"a password other than the temporary one" in answer.content) == (200, True)
    assert browser.get("/")["Location"] == reverse("account_change_password")


def test_a_new_password_ends_the_other_sessions(cast: Cast, browser_of: Browser) -> None:
    here, elsewhere = browser_of("ed"), browser_of("ed")
    new = {"oldpassword": PASSWORD, "password1": "Kunming-rains-7", "password2": "Kunming-rains-7"}
    here.post(reverse("account_change_password"), new)
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_a_forgotten_password_is_replaced_by_letter(cast: Cast) -> None:
    visitor = Client()
    answer = visitor.post(reverse("account_reset_password"), {"email": "alice@huaxin.example"})
    assert answer["Location"] == reverse("account_reset_password_done")
    letter = Letter.objects.get(template="password_reset")
    assert (letter.recipient_id, letter.secret) == (cast.alice.pk, True)
    form = visitor.get(letter.context["path"])["Location"]
    new = {"password1": "Kunming-rains-7", "password2": "Kunming-rains-7"}
    assert visitor.post(form, new)["Location"] == reverse("account_reset_password_from_key_done")
    assert b"no longer works" in Client().get(letter.context["path"]).content


def test_whoever_knows_only_the_sign_in_name_gets_the_letter_too(cast: Cast) -> None:
    User.objects.filter(pk=cast.ed.pk).update(email="ed.ding@mail.example")
    answer = Client().post(reverse("account_reset_password"), {"email": "Ed@Huaxin.example"})
    assert answer["Location"] == reverse("account_reset_password_done")
    letter = Letter.objects.get(template="password_reset")
    assert (letter.recipient_id, letter.address) == (cast.ed.pk, "ed.ding@mail.example")


def test_ones_own_name_is_no_password(cast: Cast, browser_of: Browser) -> None:
    User.objects.filter(pk=cast.ed.pk).update(upn="dingdongdaaa@huaxin.example")
    new = {"oldpassword": PASSWORD, "password1": "dingdongdaaa1", "password2": "dingdongdaaa1"}
    answer = browser_of("ed").post(reverse("account_change_password"), new)
    assert (answer.status_code, b"too similar" in answer.content) == (200, True)


def test_a_deleted_account_gets_the_same_answer_and_no_letter(cast: Cast) -> None:
    User.objects.filter(pk=cast.ed.pk).update(deleted_at="2026-01-01T00:00:00Z")
    answer = Client().post(reverse("account_reset_password"), {"email": "ed@huaxin.example"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert not Letter.objects.exists()


def test_an_unknown_address_gets_the_same_answer_and_no_letter(cast: Cast) -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": "nobody@huaxin.example"})
    assert answer["Location"] == reverse("account_reset_password_done")
    assert not Letter.objects.exists()


def test_who_asks_for_links_too_often_reads_why_on_a_page_of_the_portal(cast: Cast) -> None:
    for _attempt in range(6):
        answer = Client().post(reverse("account_reset_password"), {"email": "nobody@huaxin.example"})
    assert answer.status_code == 429
    assert b"Too many attempts. Wait a few minutes" in answer.content
    assert b'href="/"' in answer.content


@pytest.mark.parametrize("name", ["anna", "olivia"])
def test_production_lets_partner_and_operator_people_only_enrol(
    cast: Cast, browser_of: Browser, rest_of: Callable[..., Client], settings: Any, name: str
) -> None:
    settings.MFA_REQUIRED = True
    browser = browser_of(name)
    for address in ("/", "/requests/", reverse("tenants:customer_list")):
        assert browser.get(address)["Location"] == reverse("mfa_activate_totp")
    answer = rest_of(name).get("/v1.0/me")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "mfaRequired")


def test_a_customers_admin_may_do_without(cast: Cast, browser_of: Browser, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    assert browser_of("alice").get("/").status_code == 200


def test_a_second_factors_secret_rests_encrypted_and_survives_a_new_key(cast: Cast, settings: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(cast.anna, secret)
    row = Authenticator.objects.get(user=cast.anna, type=Authenticator.Type.TOTP)
    assert secret not in str(row.data)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 6
    assert TOTP(row).validate_code(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def test_with_a_second_factor_anna_works_and_is_asked_for_it(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    TOTP.activate(cast.anna, generate_totp_secret())
    client = Client()
    assert sign_in(client, "anna@fanyun.example")["Location"] == reverse("mfa_authenticate")
    assert client.get("/")["Location"] == "/account/login/?next=/"
    refused = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert refused.status_code == 200
    assert client.get("/").status_code == 302


def test_the_database_knows_who_reads_an_account_page(cast: Cast, browser_of: Browser) -> None:
    """Its frame counts unread messages: for nobody, row-level security would count none."""
    asked_as: set[str] = set()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "subscriptions_subscription" in sql:
            asked_as.add(current_identity().home)
        return execute(sql, params, many, context)

    browser = browser_of("rosa")
    with connection.execute_wrapper(note):
        assert browser.get(reverse("mfa_index")).status_code == 200
    assert asked_as == {str(cast.huaxin.pk)}
