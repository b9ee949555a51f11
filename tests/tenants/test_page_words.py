"""Pages say what is true for this reader, and what to do next."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

import tenants.views.settings
from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from tenants.actions.people import block_user, delete_user
from tenants.actions.settings import change_setting
from tenants.actor import acting_as
from tenants.models import DelegatedAdmin, Level, ResellerRelationship, Role, ServiceSetting, User
from tenants.services import ENGLISH_NAMES, Service

BrowserOf = Callable[[str], Client]
ASK_AN_ADMIN = "ask an admin of your organisation"


def page_of(cast: Cast, customer: str, *parts: object) -> str:
    return "/".join(["", "organisations", str(cast.organisations[customer].pk), *map(str, parts), ""])


# --- Refusals ---------------------------------------------------------------------------------------------------------


def test_only_a_missing_role_is_a_matter_for_ones_own_admins(cast: Cast, browser_of: BrowserOf) -> None:
    missing = browser_of("ed").get(page_of(cast, "huaxin", "users"))
    assert missing.portal_error.code == "roleMissing"
    assert ASK_AN_ADMIN in missing.content.decode()
    ungranted = browser_of("anna").get(page_of(cast, "jade", "users"))
    assert ungranted.portal_error.code == "delegatedAdminMissing"
    assert "Ask its global admin for a grant." in ungranted.content.decode()
    assert ASK_AN_ADMIN not in ungranted.content.decode()


def test_who_is_on_the_wrong_side_reads_whose_it_is(cast: Cast, browser_of: BrowserOf) -> None:
    refused = browser_of("anna").get(page_of(cast, "huaxin", "grants"))
    assert str(refused.portal_error.message) == "Only the customer's own people can do this."
    refused = browser_of("alice").get("/customers/")
    assert str(refused.portal_error.message) == "Only a partner's people can do this."
    refused = browser_of("alice").get("/publishing/messages/")
    assert str(refused.portal_error.message) == "Only 21Vianet can do this."


@pytest.mark.parametrize(
    ("name", "organisation", "needed"),
    [
        ("sam", "huaxin", "Admin agent, Helpdesk agent, Partner global admin"),
        ("sam", "fanyun", "Partner global admin, User management admin"),
        ("anna", "fanyun", "Partner global admin, User management admin"),
        ("ed", "huaxin", "Global admin, Global reader, User admin"),
    ],
)
def test_a_refusal_names_the_roles_that_would_do_there(
    cast: Cast, browser_of: BrowserOf, name: str, organisation: str, needed: str
) -> None:
    refused = browser_of(name).get(page_of(cast, organisation, "users"))
    assert (refused.status_code, refused.portal_error.code) == (403, "roleMissing")
    said = str(refused.portal_error.message)
    assert said.startswith(f"Your role does not allow this. One of these roles is needed: {needed}")
    assert said.endswith(f"{needed}.") or name == "ed"
    assert ASK_AN_ADMIN in refused.content.decode()


def test_nobody_is_sent_to_an_admin_who_cannot_help(cast: Cast, browser_of: BrowserOf) -> None:
    """No role of theirs would do; and at 21Vianet nobody gives roles in the portal."""
    places = {
        "paul": page_of(cast, "fanyun", "settings"),
        "anna": page_of(cast, "huaxin", "grants"),
        "alice": "/customers/",
        "olivia": "/customers/",
        "peng": page_of(cast, "vianet", "users"),
    }
    for name, address in places.items():
        refused = browser_of(name).get(address)
        assert (refused.status_code, refused.portal_error.code) == (403, "roleMissing"), name
        assert "ask an admin" not in refused.content.decode(), name


def test_a_grant_that_goes_less_far_says_whom_to_ask(cast: Cast, browser_of: BrowserOf) -> None:
    DelegatedAdmin.objects.in_force().filter(customer=cast.huaxin).update(level=Level.HELPDESK)
    refused = browser_of("anna").get(page_of(cast, "huaxin", "users", "new"))
    assert refused.portal_error.code == "delegatedAdminTooLow"
    assert "Ask its global admin for a grant at the level of administration." in refused.content.decode()


def test_a_partner_cannot_give_what_its_customer_keeps_and_reads_who_can(cast: Cast, browser_of: BrowserOf) -> None:
    refused = browser_of("anna").post(
        page_of(cast, "huaxin", "users", cast.ed.pk, "roles"), {"assign": Role.MESSAGE_CENTER_PRIVACY_READER}
    )
    assert (refused.status_code, refused.portal_error.code) == (403, "adminRole")
    assert "Only a global admin of the customer itself" in refused.content.decode()


def test_a_forged_or_old_form_is_called_expired(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.alice, backend="tenants.sign_in.PortalBackend")
    refused = client.post(page_of(cast, "huaxin", "users", cast.ed.pk, "block"))
    assert (refused.status_code, refused.portal_error.code) == (403, "csrfFailed")
    shown = refused.content.decode()
    assert "<h1>This form has expired</h1>" in shown
    assert "Reload the page and send it again." in shown
    assert ASK_AN_ADMIN not in shown


def test_a_page_that_is_not_there_says_where_to_look(cast: Cast, browser_of: BrowserOf) -> None:
    assert "If a colleague sent you the link" in browser_of("alice").get("/nowhere/").content.decode()


def test_a_second_grant_for_the_same_says_what_to_do(cast: Cast, browser_of: BrowserOf) -> None:
    form = {"partner": str(cast.fanyun.pk), "level": "admin", "service": ""}
    refused = browser_of("alice").post(page_of(cast, "huaxin", "grants", "new"), form)
    assert refused.status_code == 409
    assert "Revoke that grant first, then make the new one." in refused.content.decode()
    form |= {"service": "teams", "expires_on": "2020-01-01"}
    late = browser_of("alice").post(page_of(cast, "huaxin", "grants", "new"), form)
    assert late.status_code == 422
    assert "Choose today or a later day." in late.content.decode()


def test_the_log_says_why_a_write_was_refused(cast: Cast, browser_of: BrowserOf) -> None:
    browser_of("uma").post(page_of(cast, "huaxin", "users", cast.alice.pk, "block"))
    assert AuditEntry.objects.get(deed="portal.write.refused").data["code"] == "targetHoldsRoles"
    log = browser_of("alice").get(page_of(cast, "huaxin", "audit")).content.decode()
    assert "Reason: This person holds admin roles. Only a global admin can do this." in log
    assert "targetHoldsRoles" not in log


# --- Accounts and roles -----------------------------------------------------------------------------------------------


def consequences(browser: Client, address: str) -> list[str]:
    return [str(line) for line in browser.get(address).context["consequences"]]


def test_deleting_says_until_when_it_can_be_undone_and_what_is_lost(cast: Cast, browser_of: BrowserOf) -> None:
    lines = consequences(browser_of("uma"), page_of(cast, "huaxin", "users", cast.ed.pk, "delete"))
    assert "After 30 days it cannot be restored, and its mailbox and files are gone. Back them up before." in lines


def test_resetting_says_that_the_person_is_told(cast: Cast, browser_of: BrowserOf) -> None:
    lines = consequences(browser_of("uma"), page_of(cast, "huaxin", "users", cast.ed.pk, "reset-password"))
    assert "Ed Ding is told by e-mail who reset the password." in lines


@pytest.mark.parametrize("blocked", [True, False])
def test_who_was_blocked_before_does_not_sign_in_once_restored(
    cast: Cast, browser_of: BrowserOf, blocked: bool
) -> None:
    uma = cast.actor("uma")
    if blocked:
        block_user(cast.ed, actor=uma)
    delete_user(User.objects.get(pk=cast.ed.pk), actor=uma)
    lines = consequences(browser_of("uma"), page_of(cast, "huaxin", "users", cast.ed.pk, "restore"))
    assert ("The account stays blocked; unblock it afterwards." in lines) is blocked
    assert any("can sign in again" in line for line in lines) is not blocked


@pytest.mark.parametrize(("deed", "held"), [("assign", False), ("remove", True)])
def test_the_highest_role_is_thought_over_first(cast: Cast, browser_of: BrowserOf, deed: str, held: bool) -> None:
    if held:
        browser_of("alice").post(page_of(cast, "huaxin", "users", cast.ed.pk, "roles"), {"assign": "global_admin"})
    alice, roles = browser_of("alice"), page_of(cast, "huaxin", "users", cast.ed.pk, "roles")
    listed = alice.get(roles).content.decode()
    assert f'href="?{deed}=global_admin"' in listed
    assert f'name="{deed}" value="global_admin"' not in listed, "no button of the list gives or takes it"
    asked = alice.get(f"{roles}?{deed}=global_admin")
    assert "gives roles and grants." in asked.content.decode()
    assert (Role.GLOBAL_ADMIN in cast.actor("ed").roles) is held, "a GET changes nothing"
    assert f'<input type="hidden" name="{deed}" value="global_admin">' in asked.content.decode()
    assert alice.post(roles, {deed: "global_admin"}).status_code == 303
    assert (Role.GLOBAL_ADMIN in cast.actor("ed").roles) is not held


def test_roles_say_what_they_may_do(cast: Cast, browser_of: BrowserOf) -> None:
    shown = browser_of("alice").get(page_of(cast, "huaxin", "users", cast.ed.pk, "roles")).content.decode()
    assert "Resets the passwords of people who hold no admin role." in shown
    odd = browser_of("alice").get(page_of(cast, "huaxin", "users", cast.ed.pk, "roles") + "?assign=emperor")
    assert odd.status_code == 200


def test_a_partner_that_may_not_make_a_global_admin_reads_why(cast: Cast, browser_of: BrowserOf) -> None:
    asked = browser_of("anna").get(page_of(cast, "huaxin", "users", cast.ed.pk, "roles") + "?assign=global_admin")
    shown = asked.content.decode()
    assert "never on its behalf" in shown
    assert 'disabled aria-describedby="' in shown


# --- Lists and start pages --------------------------------------------------------------------------------------------


def test_an_empty_list_says_whether_it_was_searched(cast: Cast, browser_of: BrowserOf) -> None:
    anna = browser_of("anna")
    assert "No customer of yours matches the search." in anna.get("/customers/?q=nobody").content.decode()
    ResellerRelationship.objects.update(ended_at=timezone.now())
    DelegatedAdmin.objects.update(revoked_at=timezone.now())
    shown = anna.get("/customers/").content.decode()
    assert "You have no customer yet" in shown
    assert "matches the search" not in shown


@pytest.mark.parametrize(("name", "page"), [("sam", "Customers"), ("bill", "Audit log")])
def test_who_sees_no_requests_reads_what_there_is_instead(
    cast: Cast, browser_of: BrowserOf, name: str, page: str
) -> None:
    shown = browser_of(name).get("/").content.decode().partition("<main")[2]
    assert "Nothing waits for you" not in shown
    assert "Your role sees no support requests" in shown
    assert f"<span>{page}</span></a>" in shown


def test_a_customer_reads_when_its_partner_answers_and_reaches_it_by_one_tap(cast: Cast, browser_of: BrowserOf) -> None:
    for address in ("/", page_of(cast, "huaxin")):
        shown = browser_of("alice").get(address).content.decode()
        assert 'href="mailto:support@fanyun.example"' in shown, address
        assert 'href="tel:+86' in shown, address
        assert "<dt>Telephone</dt>" in shown, address
        assert re.search(r"<dt>Hours</dt>\s*<dd>9:00-18:00, UTC\+8</dd>", shown), address


def test_a_customer_without_a_partner_reads_what_to_do(cast: Cast, browser_of: BrowserOf) -> None:
    ResellerRelationship.objects.filter(customer=cast.huaxin).update(ended_at=timezone.now())
    assert "Ask 21Vianet for one" in browser_of("alice").get("/").content.decode()


# --- Settings ---------------------------------------------------------------------------------------------------------


def test_the_conflict_names_the_value_that_the_other_person_left(
    cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*args: Any, **keywords: Any) -> ServiceSetting:
        anna = cast.actor("anna")
        with acting_as(anna, cast.huaxin):
            change_setting(cast.huaxin, "sharepoint.link_days", 7, actor=anna)
        return change_setting(*args, **keywords)

    monkeypatch.setattr(tenants.views.settings, "change_setting", late)
    answer = browser_of("alice").post(
        page_of(cast, "huaxin", "settings", "sharepoint.link_days"), {"value": "90", "version": "0"}
    )
    assert answer.status_code == 412
    assert "It is now: 7 days. You chose: 90 days." in answer.content.decode()
    assert 'name="version" value="1"' in answer.content.decode()


def test_settings_from_before_services_were_named_are_listed(cast: Cast, browser_of: BrowserOf) -> None:
    ServiceSetting.objects.create(tenant=cast.huaxin, service="", key="sharepoint.link_days", value=7)
    answer = browser_of("alice").get(page_of(cast, "huaxin", "settings"))
    assert answer.status_code == 200
    assert answer.content.decode().count("<caption") == len({table.caption for table in answer.context["tables"]})


def test_people_and_programs_read_the_same_english_names_of_services() -> None:
    with override("en"):
        assert {service: str(service.label) for service in Service} == ENGLISH_NAMES
