"""What the pages of lower rooms show of requests."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal import slots
from portal.demo.cast import Cast
from support.models import SupportRequest
from tests.support.conftest import Story

PANELS, COLUMNS = "tenants.organisation.panels", "tenants.customers.columns"


@pytest.mark.parametrize(("person", "sees"), [("alice", True), ("helen", True), ("boris", False), ("ed", False)])
def test_open_requests_on_the_customers_own_page(cast: Cast, asked: SupportRequest, person: str, sees: bool) -> None:
    shown = slots.panels(PANELS, cast.actor(person), cast.organisations["huaxin"])
    assert (asked.reference in shown) == sees
    assert ("Open requests" in shown) == sees


def test_the_overview_shows_them(cast: Cast, asked: SupportRequest, browser_of: Callable[[str], Client]) -> None:
    for person in ("alice", "helen"):
        page = browser_of(person).get(f"/organisations/{asked.tenant_id}/").content.decode()
        assert asked.reference in page


def test_at_most_five_are_shown(cast: Cast, story: Story) -> None:
    references = [story.ask().reference for _time in range(7)]
    shown = slots.panels(PANELS, cast.actor("helen"), cast.organisations["huaxin"])
    assert [name for name in references if name in shown] == references[2:]
    assert f'<a href="/requests/?customer={cast.huaxin.pk}">All requests</a>' in shown
    at_home = slots.panels(PANELS, cast.actor("alice"), cast.organisations["huaxin"])
    assert '<a href="/requests/">All requests</a>' in at_home


def test_a_partner_sees_how_many_are_open(cast: Cast, story: Story) -> None:
    story.ask()
    story.ask()
    ids = [cast.organisations[name].pk for name in ("huaxin", "jade", "lotus")]
    assert slots.columns(COLUMNS, cast.actor("helen"), ids).keys() >= {ids[0]}
    assert "2 open requests" in slots.columns(COLUMNS, cast.actor("helen"), ids)[ids[0]]
    assert "open request" not in "".join(slots.columns(COLUMNS, cast.actor("boris"), ids).values())
    assert "open request" not in "".join(slots.columns(COLUMNS, cast.actor("sam"), ids).values())
