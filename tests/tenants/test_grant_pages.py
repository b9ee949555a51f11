"""What the pages and letters about grants promise: the last day, what ends with a grant, and what stays."""

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.mail.models import Letter
from portal.mail.rendering import render
from tenants.actions.organisations import end_relationship, grant_delegated_admin, revoke_delegated_admin
from tenants.models import DelegatedAdmin, ResellerRelationship, Tenant, User
from tenants.services import Service
from tests.clicks import sent_twice

BrowserOf = Callable[[str], Client]
SELLS_NOTHING = "This partner sells you nothing and can no longer see your organisation."
STAYS = "What it sees as your reseller stays. Subscriptions keep running, and it still owes you support."


def grant_of(customer: Tenant, partner: Tenant, **more: str) -> DelegatedAdmin:
    return DelegatedAdmin.objects.in_force().get(customer=customer, partner=partner, **more)


def asked(browser_of: BrowserOf, grant: DelegatedAdmin) -> list[str]:
    """What Alice reads before she revokes."""
    answer = browser_of("alice").get(f"/organisations/{grant.customer_id}/grants/{grant.pk}/revoke/")
    return [str(line) for line in answer.context["consequences"]]


def test_everywhere_the_last_day_is_the_one_that_was_typed(cast: Cast, browser_of: BrowserOf) -> None:
    User.objects.filter(pk=cast.jun.pk).update(language="en")
    day = timezone.localdate() + timedelta(days=30)
    form = {"partner": str(cast.fanyun.pk), "level": "helpdesk", "service": "teams", "expires_on": day.isoformat()}
    jun, address = browser_of("jun"), f"/organisations/{cast.jade.pk}/grants/"
    assert jun.post(f"{address}new/", form).status_code == 303
    written = f"{day.day} {day:%b %Y}"
    assert f'<time datetime="{day}">{written}</time>' in jun.get(address).content.decode()
    for page in ("/customers/", f"/organisations/{cast.jade.pk}/"):
        assert f"Teams until {written}" in browser_of("anna").get(page).content.decode(), page
    letter = render(Letter.objects.get(template="grant_made", recipient_id=cast.anna.pk))
    assert f"It ends automatically after {written} (Shanghai time)." in letter.body
    assert f"It ends automatically after {written} (Shanghai time)." in letter.html


@pytest.mark.parametrize("days", [None, 30])
def test_the_audit_log_says_how_long_a_grant_was_to_last(cast: Cast, browser_of: BrowserOf, days: int | None) -> None:
    day = timezone.localdate() + timedelta(days=days) if days else None
    alice, here = browser_of("alice"), f"/organisations/{cast.huaxin.pk}/"
    form = {"partner": str(cast.beichen.pk), "level": "admin", "service": "teams", "expires_on": day or ""}
    assert alice.post(f"{here}grants/new/", form).status_code == 303
    grant = grant_of(cast.huaxin, cast.beichen, service="teams")
    revoke_delegated_admin(grant, actor=cast.actor("alice"))
    made, revoked = (
        AuditEntry.objects.get(deed=deed, target_id=str(grant.pk))
        for deed in ("tenants.grant.made", "tenants.grant.revoked")
    )
    ended = grant.expires_at.astimezone(UTC).isoformat() if grant.expires_at else None
    assert made.data["after"]["expires_at"] == revoked.data["before"]["expires_at"] == ended
    written = f"{day.day} {day:%b %Y}" if day else "none"
    shown = alice.get(f"{here}audit/").content.decode()
    assert f"Granted delegated administration to Beichen Systems (last day: {written})" in shown
    assert shown.count("Last day: ") == 2 * bool(day)


def test_a_grant_that_stands_already_is_refused_above_the_form(cast: Cast, browser_of: BrowserOf) -> None:
    form = {"partner": str(cast.beichen.pk), "level": "admin", "service": "sharepoint"}
    answer = browser_of("alice").post(f"/organisations/{cast.huaxin.pk}/grants/new/", form)
    assert answer.status_code == 409
    assert "This partner already holds delegated administration for this." in answer.content.decode()
    assert f'<option value="{cast.beichen.pk}" selected>' in answer.content.decode(), "what was chosen stays"


def test_an_expired_grant_is_not_offered_to_be_revoked(cast: Cast, browser_of: BrowserOf) -> None:
    grant = grant_of(cast.huaxin, cast.beichen)
    address = f"/organisations/{cast.huaxin.pk}/grants/"
    link = f"{address}{grant.pk}/revoke/"
    assert link in browser_of("alice").get(address).content.decode()
    DelegatedAdmin.objects.filter(pk=grant.pk).update(expires_at=timezone.now() - timedelta(days=1))
    assert link not in browser_of("alice").get(address).content.decode()


def test_a_partner_that_sells_nothing_loses_sight(cast: Cast, browser_of: BrowserOf) -> None:
    lines = asked(browser_of, grant_of(cast.huaxin, cast.beichen))
    assert lines == [
        "From now on Beichen Systems cannot administer SharePoint Online here;"
        " the next click of its people is refused.",
        SELLS_NOTHING,
    ]


def test_a_reseller_keeps_what_it_sees_and_owes(cast: Cast, browser_of: BrowserOf) -> None:
    lines = asked(browser_of, grant_of(cast.huaxin, cast.fanyun))
    assert lines == [
        "From now on Fanyun Cloud cannot administer your organisation; the next click of its people is refused.",
        "It cannot escalate the requests that this grant covers to 21Vianet until you grant again.",
        STAYS,
    ]


def test_other_grants_of_the_partner_are_told(cast: Cast, browser_of: BrowserOf) -> None:
    alice = cast.actor("alice")
    teams = grant_delegated_admin(cast.huaxin, cast.fanyun, actor=alice, service=Service.TEAMS)
    assert asked(browser_of, teams) == [
        "For Teams the grant of Fanyun Cloud for all services stays, at the level Administration."
    ]
    whole = asked(browser_of, grant_of(cast.huaxin, cast.fanyun, service=""))
    assert "Its other grants stay: Teams." in whole
    grant_delegated_admin(cast.huaxin, cast.beichen, actor=alice, service=Service.TEAMS)
    sites = asked(browser_of, grant_of(cast.huaxin, cast.beichen, service=Service.SHAREPOINT))
    assert sites[1:] == ["Its other grants stay: Teams."]


def letters_of(cast: Cast, template: str) -> dict[str, tuple[str, str]]:
    """Reader -> the letter's text and link."""
    letters = Letter.objects.filter(template=template)
    return {letter.recipient_name: (render(letter).body, letter.context["path"]) for letter in letters}


def test_a_partner_that_sells_nothing_gets_no_dead_link(cast: Cast, browser_of: BrowserOf) -> None:
    revoke_delegated_admin(grant_of(cast.huaxin, cast.beichen), actor=cast.actor("alice"))
    told = letters_of(cast, "grant_revoked")
    text, path = told[cast.boris.display_name]
    assert "The partner sells nothing to the customer and can no longer see the customer." in text
    assert "still owes support" not in text
    assert "It was for SharePoint Online only." in text
    assert (path, "http" in text.partition("--")[0]) == ("", False)
    assert told[cast.alice.display_name][1] == f"/organisations/{cast.huaxin.pk}/grants/"


def test_a_reseller_is_led_to_the_customer_that_it_still_sees(cast: Cast, browser_of: BrowserOf) -> None:
    revoke_delegated_admin(grant_of(cast.huaxin, cast.fanyun), actor=cast.actor("alice"))
    text, path = letters_of(cast, "grant_revoked")["Anna An"]
    assert "Subscriptions keep running, and the partner still owes support." in text
    assert browser_of("anna").get(path).status_code == 200


def test_a_letter_says_the_service_in_its_readers_language(cast: Cast) -> None:
    User.objects.filter(pk=cast.boris.pk).update(language="zh-hans")
    with translation.override("zh-hans"):
        wanted = str(Service.OFFICE.label)
    grant_delegated_admin(cast.huaxin, cast.beichen, actor=cast.actor("alice"), service=Service.OFFICE)
    assert wanted != "Office apps"
    assert Letter.objects.get(recipient_id=cast.boris.pk).context["service"] == wanted


def test_an_ended_relationship_leaves_the_truth_about_the_grant(cast: Cast, browser_of: BrowserOf) -> None:
    User.objects.filter(pk=cast.jun.pk).update(language="en")
    grant_delegated_admin(cast.jade, cast.fanyun, actor=cast.actor("jun"))
    end_relationship(
        ResellerRelationship.objects.get(partner=cast.fanyun, customer=cast.jade), actor=cast.actor("anna")
    )
    grant = grant_of(cast.jade, cast.fanyun)
    shown = browser_of("jun").get(f"/organisations/{cast.jade.pk}/grants/{grant.pk}/revoke/").content.decode()
    assert SELLS_NOTHING in shown
    assert "owes you support" not in shown


def test_the_form_says_what_a_grant_for_one_service_opens(cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of("alice").get(f"/organisations/{cast.huaxin.pk}/grants/new/").content.decode()
    assert "People, roles, passwords and messages need a grant for all services." in page


@pytest.mark.parametrize(("name", "led"), [("paul", True), ("anna", False), ("bill", False)])
def test_breadcrumbs_lead_only_where_one_may_go(cast: Cast, browser_of: BrowserOf, name: str, led: bool) -> None:
    home = f"/organisations/{cast.fanyun.pk}/"
    answer = browser_of(name).get(f"{home}audit/")
    assert answer.context["crumbs"][0] == ("Fanyun Cloud", home if led else "")
    assert answer.content.decode().count('aria-current="page">Fanyun Cloud') == 0
    assert (browser_of(name).get(home).status_code == 200) is led


def test_a_grant_is_chosen_and_not_found_in_the_form(cast: Cast, browser_of: BrowserOf) -> None:
    alice, address = browser_of("alice"), f"/organisations/{cast.huaxin.pk}/grants/new/"
    before = DelegatedAdmin.objects.count()
    page = alice.get(address).content.decode()
    assert '<option value="" selected>Choose a partner</option>' in page
    assert " checked" not in page
    answer = alice.post(address, {"partner": "", "service": "", "expires_on": ""})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"partner", "level"}
    assert DelegatedAdmin.objects.count() == before


def test_a_grant_that_is_sent_twice_is_made_once_and_not_to_be_revoked_first(cast: Cast, browser_of: BrowserOf) -> None:
    partners = f"/organisations/{cast.huaxin.pk}/grants/"
    form = {"partner": str(cast.beichen.pk), "level": "admin", "service": "teams", "expires_on": ""}
    assert sent_twice(browser_of("alice"), f"{partners}new/", form) == [(303, partners)] * 2
    assert grant_of(cast.huaxin, cast.beichen, service="teams").revoked_at is None


def test_a_revocation_is_sent_twice_too(cast: Cast, browser_of: BrowserOf) -> None:
    partners = f"/organisations/{cast.huaxin.pk}/grants/"
    grant = grant_of(cast.huaxin, cast.beichen)
    assert sent_twice(browser_of("alice"), f"{partners}{grant.pk}/revoke/", {}) == [(303, partners)] * 2
    assert not DelegatedAdmin.objects.in_force().filter(pk=grant.pk).exists()


def test_a_partner_who_sells_no_more_is_listed_until_the_day_it_ended(cast: Cast, browser_of: BrowserOf) -> None:
    relationship = ResellerRelationship.objects.living().get(customer=cast.huaxin, partner=cast.fanyun)
    ended = end_relationship(relationship, actor=cast.actor("paul")).ended_at
    rows = browser_of("alice").get(f"/organisations/{cast.huaxin.pk}/grants/").context["partners"].rows
    assert [row["until"] for row in rows if row["name"] == "Fanyun Cloud"] == [ended]
