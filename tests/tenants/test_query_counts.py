"""SQL statements per page: as many for sixty rows as for ten, twelve at most on a list, fifteen on one thing's page."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.demo.cast import Cast
from tenants.actions.settings import change_setting
from tenants.models import DelegatedAdmin, ResellerRelationship, Role, RoleAssignment, Tenant, User

BrowserOf = Callable[[str], Client]
STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def add_people(cast: Cast, first: int, last: int) -> None:
    people = [
        User(
            tenant=cast.huaxin,
            upn=f"p{n:03}@huaxin.example",
            email=f"p{n}@huaxin.example",
            display_name=f"Person {n:03}",
        )
        for n in range(first, last)
    ]
    User.objects.bulk_create(people)
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(tenant=cast.huaxin, user=person, role=Role.BILLING_READER) for person in people]
    )


def add_customers(cast: Cast, first: int, last: int) -> None:
    customers = [Tenant(kind="customer", name=f"Customer {n:03}", domain=f"c{n}.example") for n in range(first, last)]
    Tenant.objects.bulk_create(customers)
    ResellerRelationship.objects.bulk_create([ResellerRelationship(partner=cast.fanyun, customer=c) for c in customers])
    DelegatedAdmin.objects.bulk_create([DelegatedAdmin(partner=cast.fanyun, customer=c) for c in customers])


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    spoken = [query["sql"].lstrip().upper() for query in captured.captured_queries]
    return sum(sql.startswith(STATEMENTS) and "SET_CONFIG" not in sql for sql in spoken)


@pytest.mark.parametrize("name", ["alice", "anna"])
def test_the_list_of_people_costs_the_same_for_ten_and_for_sixty(cast: Cast, browser_of: BrowserOf, name: str) -> None:
    client, address = browser_of(name), f"/organisations/{cast.huaxin.pk}/users/"
    add_people(cast, 0, 10)
    few = statements(client, address)
    add_people(cast, 10, 60)
    assert statements(client, address) == few <= 12


def test_the_portfolio_costs_the_same_for_ten_and_for_sixty(cast: Cast, browser_of: BrowserOf) -> None:
    client = browser_of("anna")
    add_customers(cast, 0, 10)
    few = statements(client, "/customers/")
    add_customers(cast, 10, 60)
    assert statements(client, "/customers/") == few <= 12


def test_the_api_lists_customers_at_the_same_cost(cast: Cast, rest_of: Callable[..., Client]) -> None:
    client = rest_of("anna")
    add_customers(cast, 0, 10)
    few = statements(client, "/v1.0/customers")
    add_customers(cast, 10, 60)
    assert statements(client, "/v1.0/customers") == few <= 8


def test_the_settings_cost_the_same_however_often_they_changed(cast: Cast, browser_of: BrowserOf) -> None:
    client, address = browser_of("anna"), f"/organisations/{cast.huaxin.pk}/settings/"
    few = statements(client, address)
    for version in range(12):
        change_setting(cast.huaxin, "sharepoint.link_days", version + 1, actor=cast.actor("alice"), version=version)
    assert statements(client, address) == few <= 12


@pytest.mark.parametrize("page", ["audit/", "grants/"])
def test_other_lists_stay_within_twelve(cast: Cast, browser_of: BrowserOf, page: str) -> None:
    assert statements(browser_of("alice"), f"/organisations/{cast.huaxin.pk}/{page}") <= 12


@pytest.mark.parametrize(
    "page",
    ["", "users/{alice}/", "users/{ed}/", "users/{ed}/roles/", "users/{ed}/block/", "settings/sharepoint.link_days/"],
)
@pytest.mark.parametrize("name", ["alice", "anna"])
def test_the_page_of_one_thing_stays_within_fifteen(cast: Cast, browser_of: BrowserOf, page: str, name: str) -> None:
    address = f"/organisations/{cast.huaxin.pk}/" + page.format(alice=cast.alice.pk, ed=cast.ed.pk)
    assert statements(browser_of(name), address) <= 15
