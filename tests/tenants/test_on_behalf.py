"""A partner acts on a customer's behalf; the customer reads it, and ends it."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import InvalidInput
from portal.mail.models import Letter
from tenants.actions.organisations import grant_delegated_admin, revoke_delegated_admin
from tenants.models import DelegatedAdmin, Level
from tests.raw_sql import acting

BrowserOf = Callable[[str], Client]
BANNER = "You are acting on behalf of <strong>Huaxin Manufacturing</strong>."


def grant_of(cast: Cast) -> DelegatedAdmin:
    return DelegatedAdmin.objects.in_force().get(customer=cast.huaxin, partner=cast.fanyun)


def test_anna_acts_alice_reads_revokes_and_the_next_click_is_refused(cast: Cast, browser_of: BrowserOf) -> None:
    anna, alice = browser_of("anna"), browser_of("alice")
    home = f"/organisations/{cast.huaxin.pk}/"
    setting = f"{home}settings/sharepoint.link_days/"
    assert BANNER in anna.get(setting).content.decode()
    assert anna.post(setting, {"value": "7", "version": "0"}).status_code == 303
    log = alice.get(f"{home}audit/").content.decode()
    assert "Anna An (Fanyun Cloud) on behalf of Huaxin Manufacturing" in log
    assert "Changed the setting Shared links expire after" in log
    revoke = f"{home}grants/{grant_of(cast).pk}/revoke/"
    assert "the next click of its people is refused" in alice.get(revoke).content.decode()
    assert alice.post(revoke).status_code == 303
    for method, form in (("get", {}), ("post", {"value": "9", "version": "1"})):
        refused = getattr(anna, method)(setting, form)
        assert (refused.status_code, refused.portal_error.code) == (403, "delegatedAdminMissing")
        assert "has revoked it" in refused.content.decode()
        assert BANNER not in refused.content.decode(), "nothing is done on anybody's behalf"
    entry = AuditEntry.objects.get(deed="portal.write.refused")
    assert (entry.tenant_id, entry.actor_name, entry.outcome) == (cast.huaxin.pk, "Anna An", "refused")
    assert "Refused" in alice.get(f"{home}audit/?show=refused").content.decode()


def test_the_page_says_for_whom_anna_acts(cast: Cast, browser_of: BrowserOf) -> None:
    request = browser_of("anna").get(f"/organisations/{cast.huaxin.pk}/users/").wsgi_request
    assert request.customer == cast.huaxin
    assert request.actor.tenant_id == cast.fanyun.pk


def test_a_revoked_grant_ends_reach_for_a_partner_without_a_relationship(cast: Cast, browser_of: BrowserOf) -> None:
    boris, page = browser_of("boris"), f"/organisations/{cast.huaxin.pk}/settings/"
    assert boris.get(page).status_code == 200
    for grant in DelegatedAdmin.objects.in_force().filter(customer=cast.huaxin, partner=cast.beichen):
        revoke_delegated_admin(grant, actor=cast.actor("alice"))
    assert boris.get(page).status_code == 404


def test_an_expired_grant_ends_by_itself(cast: Cast, browser_of: BrowserOf) -> None:
    DelegatedAdmin.objects.filter(pk=grant_of(cast).pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    refused = browser_of("anna").get(f"/organisations/{cast.huaxin.pk}/users/")
    assert (refused.status_code, refused.portal_error.code) == (403, "delegatedAdminMissing")


def test_jun_grants_again_with_a_last_day_and_both_sides_are_told(cast: Cast, browser_of: BrowserOf) -> None:
    jun, day = browser_of("jun"), timezone.localdate(timezone=ZoneInfo("Asia/Shanghai")) + timedelta(days=30)
    form = {"partner": str(cast.fanyun.pk), "level": "helpdesk", "service": "", "expires_on": day.isoformat()}
    address = f"/organisations/{cast.jade.pk}/grants/"
    done = jun.post(f"{address}new/", form)
    assert (done.status_code, done.headers["Location"]) == (303, address)
    grant = DelegatedAdmin.objects.in_force().get(customer=cast.jade)
    assert (grant.level, grant.service, grant.granted_by) == (Level.HELPDESK, "", cast.jun)
    assert timedelta(days=30) < grant.expires_at - timezone.now() <= timedelta(days=31)
    assert set(Letter.objects.values_list("template", "recipient_name")) == {
        ("grant_made", "Anna An"),
        ("grant_made", "Paul Pang"),
        ("grant_made", "Jun Jiang"),
    }
    again = jun.post(f"{address}new/", form)
    assert (again.status_code, "already holds" in again.content.decode() or "已" in again.content.decode()) == (
        409,
        True,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"expires_on": "2020-01-01"},
        {"expires_on": "tomorrow"},
        {"expires_on": "9999-12-31"},
        {"level": "owner"},
        {"service": "nonsense"},
        {"partner": ""},
    ],
)
def test_a_wrong_grant_is_shown_as_such(cast: Cast, browser_of: BrowserOf, wrong: dict[str, str]) -> None:
    form = {"partner": str(cast.fanyun.pk), "level": "helpdesk", "service": "", "expires_on": ""}
    answer = browser_of("jun").post(f"/organisations/{cast.jade.pk}/grants/new/", form | wrong)
    assert answer.status_code == 422
    assert f'id="id_{next(iter(wrong))}_error"' in answer.content.decode()


def test_a_customer_cannot_grant_to_a_partner_it_does_not_know(cast: Cast, browser_of: BrowserOf) -> None:
    page = f"/organisations/{cast.jade.pk}/grants/new/"
    assert "Beichen" not in browser_of("jun").get(page).content.decode()
    form = {"partner": str(cast.beichen.pk), "level": "admin", "service": ""}
    assert browser_of("jun").post(page, form).status_code == 422


def test_a_grant_cannot_end_before_it_begins(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refusal:
        grant_delegated_admin(
            cast.jade, cast.fanyun, actor=cast.actor("jun"), expires_at=timezone.now() - timedelta(days=1)
        )
    assert refusal.value.code == "expiryInPast"


def test_a_revoked_grant_is_not_revoked_twice(cast: Cast, browser_of: BrowserOf) -> None:
    alice, grant = browser_of("alice"), grant_of(cast)
    address = f"/organisations/{cast.huaxin.pk}/grants/{grant.pk}/revoke/"
    assert alice.post(address).status_code == 303
    again = alice.post(address)
    assert (again.status_code, again.portal_error.code) == (409, "grantRevoked")


def test_the_grants_page_shows_who_is_let_in(cast: Cast, browser_of: BrowserOf) -> None:
    shown = browser_of("alice").get(f"/organisations/{cast.huaxin.pk}/grants/").content.decode()
    for text in ("Fanyun Cloud", "Beichen Systems", "All services", "SharePoint Online", "In force", "Alice Ai"):
        assert text in shown, text


@pytest.mark.postgres
def test_the_database_opens_a_customer_only_to_whom_a_right_there_was_granted(
    cast: Cast, browser_of: BrowserOf
) -> None:
    page = f"/organisations/{cast.huaxin.pk}/"
    for name, code, opened in (("bill", 403, {""}), ("mallory", 404, {""}), ("anna", 200, {"", str(cast.huaxin.pk)})):
        with acting() as seen:
            assert browser_of(name).get(page).status_code == code
        assert {customer for customer, _sql in seen} == opened, name
