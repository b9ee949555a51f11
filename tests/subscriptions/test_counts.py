"""What subscriptions show on the pages of organisations."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import formats, timezone
from django.utils.translation import override

from portal.demo.cast import Cast
from subscriptions.models import Offer, Subscription
from subscriptions.panels import customer_column, customer_panel
from tests.subscriptions.conftest import Buy
from tests.subscriptions.test_suspension import suspended


def test_the_customers_list_is_told_in_one_query(cast: Cast, suite: Offer, sites: Offer, buy: Buy) -> None:
    buy(suite)
    buy(sites, quantity=10)
    buy(suite, quantity=1, for_="jade")
    anna, customers = cast.actor("anna"), [cast.huaxin.pk, cast.jade.pk, cast.lotus.pk]
    with CaptureQueriesContext(connection) as queries:
        column = customer_column(anna, customers)
    assert len(queries) == 1
    assert column == {
        cast.huaxin.pk: '2 subscriptions <span class="note">35 active seats</span>',
        cast.jade.pk: '1 subscription <span class="note">1 active seat</span>',
    }


def test_the_customers_list_counts_what_a_partner_sells_and_a_grants_page_what_it_covers(
    cast: Cast, sites: Offer, buy: Buy, browser_of: Callable[[str], Client]
) -> None:
    """The same on both databases: PostgreSQL shows a list only what the reader's own organisation sells."""
    buy(sites, quantity=10)
    buy(sites, quantity=3, by="boris", for_="lotus")
    counted = re.findall(r"\d+ subscriptions?", browser_of("boris").get("/customers/").content.decode())
    assert counted == ["1 subscription"]
    page = browser_of("boris").get(f"/organisations/{cast.huaxin.pk}/").content.decode()
    assert "10 active seats" in page


def test_an_organisations_page_leads_to_its_subscriptions(cast: Cast, seats: Subscription) -> None:
    assert "25 active seats" in customer_panel(cast.actor("alice"), cast.huaxin)
    assert customer_panel(cast.actor("rosa"), cast.huaxin) == ""


@pytest.mark.parametrize(
    ("language", "seats", "column"),
    [
        ("en", 12_000, '1 subscription <span class="note">12,000 active seats</span>'),
        ("fr", 12_000, "12\N{NO-BREAK SPACE}000"),
        ("en", 1, '1 subscription <span class="note">1 active seat</span>'),
    ],
)
def test_the_customers_list_writes_numbers_as_the_reader_does(
    cast: Cast, plenty: Offer, buy: Buy, language: str, seats: int, column: str
) -> None:
    buy(plenty, quantity=seats)
    with override(language):
        assert column in customer_column(cast.actor("anna"), [cast.huaxin.pk])[cast.huaxin.pk]


@pytest.mark.parametrize(
    ("name", "address"), [("alice", "/"), ("alice", "{own}"), ("anna", "{own}"), ("anna", "/customers/")]
)
def test_a_suspended_subscription_is_told_where_customers_and_partners_begin(
    cast: Cast, suite: Offer, sites: Offer, buy: Buy, browser_of: Callable[[str], Client], name: str, address: str
) -> None:
    buy(suite)
    deleted_at = suspended(cast, buy(sites, quantity=10)).data_deleted_at
    page = browser_of(name).get(address.format(own=f"/organisations/{cast.huaxin.pk}/")).content.decode()
    day = formats.date_format(timezone.localtime(deleted_at), "DATE_FORMAT")
    assert '2 subscriptions <span class="note">25 active seats</span>' in page
    assert f'<span class="badge tone-danger">1 suspended, data deleted on {day}</span>' in page


def test_of_several_suspended_the_first_deletion_is_told(cast: Cast, suite: Offer, sites: Offer, buy: Buy) -> None:
    first = suspended(cast, buy(suite)).data_deleted_at
    suspended(cast, buy(sites))
    day = formats.date_format(timezone.localtime(first), "DATE_FORMAT")
    assert f"2 suspended, first data deleted on {day}" in customer_panel(cast.actor("alice"), cast.huaxin)
