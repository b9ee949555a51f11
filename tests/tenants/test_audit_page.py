"""The audit log's page: whose entries, in whose words."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from tenants.actions.people import block_user, reset_password
from tenants.actions.roles import assign_role
from tenants.actor import NOBODY
from tenants.audit_log import entries_visible_to
from tenants.models import Role

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
