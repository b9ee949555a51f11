"""The number of statements does not grow with the number of rows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal.demo.cast import Cast
from subscriptions.models import Offer, Subscription
from subscriptions.panels import customer_column, customer_panel
from tenants.actor import acting_as
from tests.subscriptions.conftest import Buy

STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def statements(client: Client, address: str) -> int:
    """How many of the four kinds one GET takes; identity settings and savepoints are not counted."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    texts = [query["sql"] for query in queries.captured_queries]
    return sum(text.upper().startswith(STATEMENTS) and "set_config" not in text for text in texts)


def more_of(subscription: Subscription, cast: Cast, count: int) -> None:
    """Copies, past the verb for speed."""
    with acting_as(cast.actor("anna"), cast.huaxin):
        for _copy in range(count):
            subscription.pk = None
            subscription.id = Subscription._meta.pk.get_default()
            subscription._state.adding = True
            subscription.save(force_insert=True)


@pytest.mark.parametrize("who", ["anna", "alice", "boris"])
def test_lists_cost_the_same_for_ten_rows_and_for_sixty(
    browser_of: Callable[[str], Client],
    rest_of: Callable[..., Client],
    cast: Cast,
    sites: Offer,
    buy: Buy,
    who: str,
) -> None:
    one = buy(sites)
    browser, rest = browser_of(who), rest_of(who)
    page, api = f"/organisations/{cast.huaxin.pk}/subscriptions/", f"/v1.0/customers/{cast.huaxin.pk}/subscriptions"
    more_of(one, cast, 9)
    few = statements(browser, page), statements(rest, api)
    more_of(one, cast, 50)
    assert (statements(browser, page), statements(rest, api)) == few
    assert max(few) <= 12


@pytest.mark.parametrize("who", ["anna", "alice"])
def test_a_subscriptions_page_stays_within_its_budget(
    browser_of: Callable[[str], Client], rest_of: Callable[..., Client], seats: Subscription, who: str
) -> None:
    assert statements(browser_of(who), seats.get_absolute_url()) <= 15
    assert statements(rest_of(who), f"/v1.0/customers/{seats.tenant_id}/subscriptions/{seats.pk}") <= 10


def test_the_customers_list_is_told_in_one_query(cast: Cast, suite: Offer, sites: Offer, buy: Buy) -> None:
    buy(suite)
    buy(sites, quantity=10)
    buy(suite, quantity=1, for_="jade")
    anna, customers = cast.actor("anna"), [cast.huaxin.pk, cast.jade.pk, cast.lotus.pk]
    with CaptureQueriesContext(connection) as queries:
        column = customer_column(anna, customers)
    assert len(queries) == 1
    assert column == {
        cast.huaxin.pk: '2 subscriptions <span class="note">35 seats</span>',
        cast.jade.pk: '1 subscription <span class="note">1 seat</span>',
    }


def test_an_organisations_page_leads_to_its_subscriptions(cast: Cast, seats: Subscription) -> None:
    assert "25 seats" in customer_panel(cast.actor("alice"), cast.huaxin)
    assert customer_panel(cast.actor("rosa"), cast.huaxin) == ""


@pytest.mark.parametrize(
    ("language", "seats", "column"),
    [
        ("en", 12_000, '1 subscription <span class="note">12,000 seats</span>'),
        ("fr", 12_000, "12\N{NO-BREAK SPACE}000"),
        ("en", 1, '1 subscription <span class="note">1 seat</span>'),
    ],
)
def test_the_customers_list_writes_numbers_as_the_reader_does(
    cast: Cast, plenty: Offer, buy: Buy, language: str, seats: int, column: str
) -> None:
    buy(plenty, quantity=seats)
    with override(language):
        assert column in customer_column(cast.actor("anna"), [cast.huaxin.pk])[cast.huaxin.pk]
