"""The audit log's page: whose entries, in whose words."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from tenants.actions.organisations import revoke_delegated_admin
from tenants.actions.people import block_user, reset_password
from tenants.actions.roles import assign_role
from tenants.actions.settings import change_setting
from tenants.actor import NOBODY
from tenants.audit_log import entries_visible_to
from tenants.models import DelegatedAdmin, Role, User

BrowserOf = Callable[[str], Client]
ROOT = Path(__file__).parents[2]


def page(cast: Cast, organisation: str, query: str = "") -> str:
    return f"/organisations/{cast.organisations[organisation].pk}/audit/{query}"


def test_a_customer_reads_everything_in_its_chain(cast: Cast) -> None:
    reset_password(cast.rosa, actor=cast.actor("helen"))
    seen = entries_visible_to(cast.actor("alice"), cast.huaxin)
    assert {entry.tenant_id for entry in seen} == {cast.huaxin.pk}
    assert seen.count() == AuditEntry.objects.filter(tenant_id=cast.huaxin.pk).count()
    assert seen.filter(deed="tenants.user.password_reset", actor_id=cast.helen.pk).exists()


def test_a_partners_global_admin_reads_what_its_people_did_anywhere(cast: Cast) -> None:
    reset_password(cast.rosa, actor=cast.actor("helen"))
    seen = entries_visible_to(cast.actor("paul"), cast.fanyun)
    assert seen.filter(actor_id=cast.helen.pk, tenant_id=cast.huaxin.pk).exists()
    assert not seen.filter(actor_tenant_id=cast.huaxin.pk).exists(), (
        "what the customer's own people did is the customer's"
    )


@pytest.mark.parametrize("name", ["anna", "sam", "helen", "bill"])
def test_other_partner_people_read_their_own_deeds(cast: Cast, name: str) -> None:
    reset_password(cast.rosa, actor=cast.actor("helen"))
    seen = entries_visible_to(cast.actor(name), cast.fanyun)
    assert {entry.actor_id for entry in seen} <= {cast.people[name].pk}
    assert seen.exists() == (name == "helen")


def test_whoever_may_not_reads_nothing(cast: Cast) -> None:
    for actor in (cast.actor("uma"), cast.actor("anna"), cast.actor("mallory"), cast.actor("olivia"), NOBODY):
        assert not entries_visible_to(actor, cast.huaxin).exists()


def test_deeds_are_sentences_with_what_changed(cast: Cast, browser_of: BrowserOf) -> None:
    assign_role(cast.ed, Role.BILLING_READER, actor=cast.actor("alice"))
    block_user(cast.ed, actor=cast.actor("alice"))
    shown = browser_of("alice").get(page(cast, "huaxin")).content.decode()
    assert "Gave Ed Ding the role Billing reader" in shown
    assert "Blocked Ed Ding" in shown
    assert "Alice Ai (Huaxin Manufacturing)" in shown
    assert "Role: Billing reader" in shown
    assert "Portal set-up" in shown


def test_the_log_shows_what_was_done_on_behalf_alone(cast: Cast, browser_of: BrowserOf) -> None:
    reset_password(cast.rosa, actor=cast.actor("helen"))
    shown = browser_of("alice").get(page(cast, "huaxin", "?show=behalf")).content.decode()
    assert "Helen He (Fanyun Cloud) on behalf of Huaxin Manufacturing" in shown
    assert "Portal set-up" not in shown


def test_the_log_goes_on_page_after_page(cast: Cast, browser_of: BrowserOf) -> None:
    for _time in range(60):
        reset_password(cast.rosa, actor=cast.actor("alice"))
    alice = browser_of("alice")
    first = alice.get(page(cast, "huaxin")).content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = alice.get(page(cast, "huaxin", following.group(1).replace("&amp;", "&"))).content.decode()
    assert first.count('<tr role="row">') == 51
    total = AuditEntry.objects.filter(tenant_id=cast.huaxin.pk).count()
    assert second.count('<tr role="row">') == total - 50 + 1


def test_what_people_typed_is_text_in_the_log(cast: Cast, browser_of: BrowserOf) -> None:
    uma = browser_of("uma")
    form = {"display_name": "<img src=x onerror=y> %(role)s", "alias": "nina"}
    assert uma.post(f"/organisations/{cast.huaxin.pk}/users/new/", form).status_code == 200
    shown = browser_of("alice").get(page(cast, "huaxin")).content.decode()
    assert "<img" not in shown.partition("<main")[2]
    assert "Created the account of &lt;img src=x onerror=y&gt; %(role)s" in shown


@pytest.mark.parametrize("name", ["bill", "sam"])
def test_an_agent_is_told_that_a_partners_log_lists_only_their_own_deeds(
    cast: Cast, browser_of: BrowserOf, name: str
) -> None:
    reset_password(cast.rosa, actor=cast.actor("helen"))
    shown = browser_of(name).get(page(cast, "fanyun")).content.decode()
    assert "Only what you did yourself is listed; a global admin sees everything." in shown
    assert "You have done nothing yet that is recorded." in shown
    assert "from now on" not in shown
    assert "Only what you did yourself" not in browser_of("paul").get(page(cast, "fanyun")).content.decode()


@pytest.mark.parametrize(
    ("query", "rosa", "ed"),
    [
        ("?who=helen", True, False),
        ("?who=ALICE", False, True),
        ("?who=fanyun", True, False),
        ("?who=nobody", False, False),
        ("?first={today}&last={today}", True, True),
        ("?first={tomorrow}", False, False),
        ("?last={yesterday}", False, False),
        ("?first=9999-12-31&last=not-a-day", True, True),
    ],
)
def test_the_log_is_filtered_by_person_and_day(
    cast: Cast, browser_of: BrowserOf, query: str, rosa: bool, ed: bool
) -> None:
    reset_password(cast.rosa, actor=cast.actor("helen"))
    block_user(cast.ed, actor=cast.actor("alice"))
    today = timezone.localdate(timezone=ZoneInfo(cast.alice.time_zone))
    days = {name: today + timedelta(days=n) for name, n in (("yesterday", -1), ("today", 0), ("tomorrow", 1))}
    shown = browser_of("alice").get(page(cast, "huaxin", query.format(**days))).content.decode()
    assert (f"Reset the password of {cast.rosa.display_name}" in shown, "Blocked Ed Ding" in shown) == (rosa, ed)


def test_machines_are_found_by_the_name_that_the_log_gives_them(cast: Cast, browser_of: BrowserOf) -> None:
    block_user(cast.ed, actor=cast.actor("alice"))
    shown = browser_of("alice").get(page(cast, "huaxin", "?who=portal+set")).content.decode()
    assert ("Added the organisation Huaxin Manufacturing" in shown, "Blocked Ed Ding" in shown) == (True, False)


def test_organisations_have_their_chinese_names_for_readers_of_chinese(cast: Cast, browser_of: BrowserOf) -> None:
    User.objects.filter(pk=cast.alice.pk).update(language="zh-hans")
    grant = DelegatedAdmin.objects.get(customer=cast.huaxin, partner=cast.beichen)
    revoke_delegated_admin(grant, actor=cast.actor("alice"))
    shown = browser_of("alice").get(page(cast, "huaxin")).content.decode()
    assert "北辰系统" in shown
    assert "Beichen Systems" not in shown.partition("<main")[2]
    assert "partner_id" not in shown


@pytest.mark.parametrize(
    ("key", "value", "told"), [("sharepoint.site_creation", False, False), ("sharepoint.translation", True, True)]
)
def test_a_confirmation_is_told_where_the_setting_asked_for_one(
    cast: Cast, browser_of: BrowserOf, key: str, value: bool, told: bool
) -> None:
    change_setting(cast.huaxin, key, value, actor=cast.actor("alice"), confirmed=told)
    shown = browser_of("alice").get(page(cast, "huaxin")).content.decode()
    assert ("Confirmed:" in shown) == told
