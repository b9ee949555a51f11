"""The pages about people: what an admin types, reads and is told."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.mail.models import Letter
from tenants.actions.people import block_user, delete_user
from tenants.actions.roles import assign_role
from tenants.models import Role, User

BrowserOf = Callable[[str], Client]
SECRET = re.compile(r'<code id="copy-\w+" translate="no">([A-Za-z0-9]{4}(?:-[A-Za-z0-9]{4}){3})</code>')
NEW = {"display_name": "Nina Ni", "alias": "nina", "email": "", "language": "fr"}


def users(cast: Cast, *parts: object) -> str:
    return "/".join(["", "organisations", str(cast.huaxin.pk), "users", *map(str, parts), ""])


def secret_on(answer: HttpResponse) -> str:
    found = SECRET.search(answer.content.decode())
    assert found, answer.content.decode()
    return found.group(1)


def test_uma_creates_a_person_and_reads_the_password_once(
    cast: Cast, browser_of: BrowserOf, caplog: pytest.LogCaptureFixture
) -> None:
    uma = browser_of("uma")
    answer = uma.post(users(cast, "new"), NEW | {"form_key": str(uuid4())})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    secret = secret_on(answer)
    assert answer.content.decode().count("<span>Copy</span>") == 2, "the sign-in name and the password"
    nina = User.objects.get(upn="nina@huaxin.example")
    assert check_password(secret, nina.password)
    assert (nina.must_change_password, nina.email, nina.language) == (True, "nina@huaxin.example", "fr")
    assert secret not in uma.get(users(cast, nina.pk)).content.decode()
    assert secret not in caplog.text
    assert secret not in repr([*AuditEntry.objects.values(), *Letter.objects.values()])


def test_a_second_click_creates_nobody_and_shows_no_password(cast: Cast, browser_of: BrowserOf) -> None:
    uma, form = browser_of("uma"), NEW | {"form_key": str(uuid4())}
    secret = secret_on(uma.post(users(cast, "new"), form))
    again = uma.post(users(cast, "new"), form)
    assert (again.status_code, again.portal_error.code) == (409, "formAlreadySent")
    assert "open the person&#x27;s page and reset it" in again.content.decode()
    assert "Nothing was changed" not in again.content.decode(), "an account was made"
    assert check_password(secret, User.objects.get(upn="nina@huaxin.example").password)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"alias": ""}, 422),
        ({"alias": "no spaces"}, 422),
        ({"alias": '"quoted\x07"'}, 422),
        ({"alias": "al\N{LATIN SMALL LETTER DOTLESS I}ce"}, 422),
        ({"email": "no-address"}, 422),
        ({"email": f"{'a' * 250}@b.example"}, 422),
        ({"alias": "ed"}, 409),
    ],
)
def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(
    cast: Cast, browser_of: BrowserOf, wrong: dict[str, str], status: int
) -> None:
    answer = browser_of("uma").post(users(cast, "new"), NEW | wrong)
    assert answer.status_code == status
    shown = answer.content.decode()
    assert 'value="Nina Ni"' in shown
    assert f'id="id_{next(iter(wrong))}_error"' in shown
    assert not User.objects.filter(display_name="Nina Ni").exists()


def test_blocking_is_thought_over_first(cast: Cast, browser_of: BrowserOf) -> None:
    uma = browser_of("uma")
    asked = uma.get(users(cast, cast.ed.pk, "block"))
    assert "Every open session and every token ends at once." in asked.content.decode()
    assert User.objects.get(pk=cast.ed.pk).is_active, "a GET changes nothing"
    done = uma.post(users(cast, cast.ed.pk, "block"))
    assert (done.status_code, done.headers["Location"]) == (303, users(cast, cast.ed.pk))
    assert not User.objects.get(pk=cast.ed.pk).is_active
    again = uma.post(users(cast, cast.ed.pk, "block"))
    assert (again.status_code, again.portal_error.code) == (409, "userBlocked")
    assert uma.post(users(cast, cast.ed.pk, "unblock")).status_code == 303
    assert User.objects.get(pk=cast.ed.pk).is_active


def test_a_deleted_person_is_restored_with_a_password_shown_once(cast: Cast, browser_of: BrowserOf) -> None:
    uma = browser_of("uma")
    assert uma.post(users(cast, cast.ed.pk, "delete")).status_code == 303
    assert "Restore" in uma.get(users(cast, cast.ed.pk)).content.decode()
    answer = uma.post(users(cast, cast.ed.pk, "restore"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert check_password(secret_on(answer), User.objects.get(pk=cast.ed.pk).password)


@pytest.mark.parametrize(
    ("state", "step", "code"),
    [
        ({"is_active": False}, "block", "userBlocked"),
        ({}, "unblock", "userNotBlocked"),
        ({}, "restore", "userNotDeleted"),
        ({"deleted_at": timezone.now()}, "change", "userDeleted"),
        ({"deleted_at": timezone.now()}, "block", "userDeleted"),
        ({"deleted_at": timezone.now()}, "delete", "userDeleted"),
        ({"deleted_at": timezone.now()}, "reset-password", "userDeleted"),
        ({"deleted_at": timezone.now() - timedelta(days=40)}, "restore", "restorePeriodOver"),
    ],
)
def test_no_page_promises_what_must_fail(
    cast: Cast, browser_of: BrowserOf, state: dict[str, Any], step: str, code: str
) -> None:
    User.objects.filter(pk=cast.ed.pk).update(**state)
    for method in ("get", "post"):
        answer = getattr(browser_of("uma"), method)(users(cast, cast.ed.pk, step))
        assert (answer.status_code, answer.portal_error.code) == (409, code), method


def test_the_page_of_a_deleted_person_says_until_when_it_can_be_restored(cast: Cast, browser_of: BrowserOf) -> None:
    deleted = timezone.now().replace(microsecond=0)
    User.objects.filter(pk=cast.ed.pk).update(deleted_at=deleted)
    page = browser_of("uma").get(users(cast, cast.ed.pk))
    assert dict(page.context["facts"])["Can be restored until"] == deleted + timedelta(days=30)
    assert f'href="{users(cast, cast.ed.pk, "restore")}"' in page.content.decode()
    User.objects.filter(pk=cast.ed.pk).update(deleted_at=deleted - timedelta(days=40))
    shown = browser_of("uma").get(users(cast, cast.ed.pk)).content.decode()
    assert f'href="{users(cast, cast.ed.pk, "restore")}"' not in shown
    assert "The time in which this account could be restored is over." in shown


def test_roles_of_a_deleted_person_wait_untouched(cast: Cast, browser_of: BrowserOf) -> None:
    User.objects.filter(pk=cast.rosa.pk).update(deleted_at=timezone.now())
    alice, roles = browser_of("alice"), users(cast, cast.rosa.pk, "roles")
    shown = alice.get(roles).content.decode()
    assert "This account is deleted. Restore it first." in shown
    assert 'name="assign"' not in shown
    assert 'name="remove"' not in shown
    for deed, role in (("assign", "billing_reader"), ("remove", "message_center_reader")):
        answer = alice.post(roles, {deed: role})
        assert (answer.status_code, answer.portal_error.code) == (409, "userDeleted"), deed
    assert cast.actor("rosa").roles == {Role.MESSAGE_CENTER_READER}


def test_helen_resets_a_password_on_behalf_and_the_person_is_told(cast: Cast, browser_of: BrowserOf) -> None:
    answer = browser_of("helen").post(users(cast, cast.rosa.pk, "reset-password"))
    secret = secret_on(answer)
    assert check_password(secret, User.objects.get(pk=cast.rosa.pk).password)
    letter = Letter.objects.get(recipient_id=cast.rosa.pk)
    assert (letter.template, letter.context["actor"]) == ("password_reset_for_you", "Helen He")
    assert secret not in repr(letter.context)


@pytest.mark.parametrize(
    ("name", "target", "step", "code"),
    [
        ("uma", "alice", "block", "targetHoldsRoles"),
        ("uma", "uma", "delete", "ownAccount"),
        ("anna", "alice", "reset-password", "globalAdminOnBehalf"),
        ("helen", "uma", "reset-password", "targetHoldsRoles"),
    ],
)
def test_the_page_refuses_with_the_verbs_own_reason(
    cast: Cast, browser_of: BrowserOf, name: str, target: str, step: str, code: str
) -> None:
    for method in ("get", "post"):
        answer = getattr(browser_of(name), method)(users(cast, cast.people[target].pk, step))
        assert (answer.status_code, answer.portal_error.code) == (403, code), method
    detail = browser_of(name).get(users(cast, cast.people[target].pk)).content.decode()
    assert str(answer.portal_error.message).replace("'", "&#x27;") in detail, "the disabled button says the same"


def test_a_refused_write_stands_in_the_log(cast: Cast, browser_of: BrowserOf) -> None:
    browser_of("uma").post(users(cast, cast.alice.pk, "block"))
    entry = AuditEntry.objects.get(deed="portal.write.refused")
    assert (entry.actor_id, entry.outcome, entry.data["code"]) == (cast.uma.pk, "refused", "targetHoldsRoles")
    assert (entry.tenant_id, entry.target_id) == (cast.huaxin.pk, str(cast.alice.pk))


def test_the_last_global_admin_cannot_be_blocked_by_the_page_either(cast: Cast, browser_of: BrowserOf) -> None:
    assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    block_user(cast.alice, actor=cast.actor("uma"))
    assign_role(cast.ed, Role.USER_ADMIN, actor=cast.actor("uma"))
    for name, code in (("ed", "targetHoldsRoles"), ("uma", "ownAccount"), ("anna", "globalAdminOnBehalf")):
        answer = browser_of(name).post(users(cast, cast.uma.pk, "block"))
        assert (answer.status_code, answer.portal_error.code) == (403, code)
    assert User.objects.get(pk=cast.uma.pk).is_active


def test_alice_gives_and_takes_a_role(cast: Cast, browser_of: BrowserOf) -> None:
    alice, roles = browser_of("alice"), users(cast, cast.ed.pk, "roles")
    assert alice.post(roles, {"assign": "billing_reader"}).status_code == 303
    assert cast.actor("ed").roles == {Role.BILLING_READER}
    listed = alice.get(roles).content.decode()
    assert "Ed Ding now holds the role Billing reader." in listed
    assert 'href="?remove=billing_reader"' in listed, "what is taken is thought over first"
    assert "Take the role Billing reader from Ed Ding?" in alice.get(f"{roles}?remove=billing_reader").content.decode()
    assert alice.post(roles, {"remove": "billing_reader"}).status_code == 303
    assert "Ed Ding no longer holds the role Billing reader." in alice.get(roles).content.decode()
    assert cast.actor("ed").roles == set()
    wrongs = ({"assign": "admin_agent"}, {}, {"assign": "user_admin", "remove": "user_admin"})
    for wrong, code in zip(wrongs, ("unknownRole", "notOneRole", "notOneRole"), strict=True):
        answer = alice.post(roles, wrong)
        assert (answer.status_code, answer.portal_error.code) == (422, code), wrong
    refused = browser_of("anna").post(roles, {"assign": "global_admin"})
    assert (refused.status_code, refused.portal_error.code) == (403, "globalAdminOnBehalf")


def test_people_are_found_by_name_and_by_sign_in_name(cast: Cast, browser_of: BrowserOf) -> None:
    delete_user(cast.rosa, actor=cast.actor("uma"))
    block_user(cast.ed, actor=cast.actor("uma"))
    alice = browser_of("alice")

    def names(query: str) -> set[str]:
        shown = alice.get(users(cast) + query).content.decode()
        return {name for name in ("Ed Ding", "Rosa Luo", "Sven Shen") if f">{name}</a>" in shown}

    assert names("") == {"Ed Ding", "Sven Shen"}
    assert names("?q=sven%40") == {"Sven Shen"}
    assert names("?q=DING") == {"Ed Ding"}
    assert names("?state=blocked") == {"Ed Ding"}
    assert names("?state=deleted") == {"Rosa Luo"}
    assert names("?state=nonsense") == {"Ed Ding", "Sven Shen"}
    assert alice.get(users(cast) + "?after=nonsense").status_code == 400


def test_names_are_text_never_markup(cast: Cast, browser_of: BrowserOf) -> None:
    form = NEW | {"display_name": "<script>alert(1)</script> 100%(name)s"}
    shown = browser_of("uma").post(users(cast, "new"), form).content.decode()
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 100%(name)s" in shown
