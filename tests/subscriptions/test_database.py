"""The database's own refusal: what raw SQL can do to a subscription, as the application's role, in somebody's name."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from psycopg2 import errors

from portal.demo.cast import Cast
from subscriptions.models import Offer, Subscription
from tenants.actor import Actor, acting_as
from tests.raw_sql import acting, as_, changed
from tests.subscriptions.conftest import Buy

COPY = (
    "insert into subscriptions_subscription (id, tenant_id, partner_id, reach_partner_id, offer_id, service,"
    " friendly_name, quantity, assigned_seats, status, term_start, term_end, auto_renew, suspension_reason,"
    " partner_note, version, created_at)"
    " select %s, %s, %s, %s, id, '', '', 5, 0, 'active', current_date, current_date, true, '', '', 1, now()"
    " from subscriptions_offer limit 1"
)

BEICHENS = (
    "update subscriptions_subscription set reach_partner_id ="
    " (select id from tenants_tenant where domain = 'beichen.example')"
)


@pytest.mark.postgres
class TestRowLevelSecurity:
    """PostgreSQL, the application's role."""

    def test_nobody_reads_nothing(self, as_app_role: Any, seats: Subscription) -> None:
        assert changed(as_(as_app_role), "select 1 from subscriptions_subscription") == 0
        assert changed(as_(as_app_role), "update subscriptions_subscription set quantity = 1") == 0

    def test_a_customer_reads_and_changes_nothing(self, as_app_role: Any, cast: Cast, seats: Subscription) -> None:
        cursor = as_(as_app_role, cast.huaxin.pk, cast.huaxin.pk)
        assert changed(cursor, "select 1 from subscriptions_subscription") == 1
        assert changed(cursor, "update subscriptions_subscription set quantity = 1") == 0
        assert changed(cursor, "delete from subscriptions_subscription") == 0
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(COPY, [str(uuid4()), str(cast.huaxin.pk), str(cast.fanyun.pk), str(cast.fanyun.pk)])

    def test_a_second_partner_reads_and_changes_nothing(
        self, as_app_role: Any, cast: Cast, seats: Subscription
    ) -> None:
        cursor = as_(as_app_role, cast.beichen.pk, cast.huaxin.pk)
        assert changed(cursor, "select 1 from subscriptions_subscription") == 1
        assert changed(cursor, "update subscriptions_subscription set quantity = 1") == 0
        assert changed(cursor, BEICHENS) == 0
        assert changed(cursor, "delete from subscriptions_subscription") == 0
        with pytest.raises(errors.CheckViolation, match="no relationship"):
            cursor.execute(COPY, [str(uuid4()), str(cast.huaxin.pk), str(cast.beichen.pk), str(cast.beichen.pk)])
        with pytest.raises(errors.InsufficientPrivilege):
            as_(as_app_role, cast.beichen.pk, cast.huaxin.pk).execute(
                COPY, [str(uuid4()), str(cast.huaxin.pk), str(cast.fanyun.pk), str(cast.fanyun.pk)]
            )

    def test_a_stranger_reads_nothing(self, as_app_role: Any, cast: Cast, seats: Subscription) -> None:
        for stranger in (cast.lotus, cast.jade, cast.beichen, cast.vianet):
            assert changed(as_(as_app_role, stranger.pk), "select 1 from subscriptions_subscription") == 0

    def test_the_partner_of_record_changes_its_row_and_keeps_it(
        self, as_app_role: Any, cast: Cast, seats: Subscription
    ) -> None:
        assert changed(as_(as_app_role, cast.fanyun.pk), "update subscriptions_subscription set quantity = 30") == 1
        with pytest.raises(errors.InsufficientPrivilege):
            as_(as_app_role, cast.fanyun.pk).execute("update subscriptions_subscription set reach_partner_id = null")

    def test_machines_read_and_only_time_writes(self, as_app_role: Any, seats: Subscription) -> None:
        for machine, rows in (("21vianet", 0), ("setup", 0), ("lifecycle", 1)):
            cursor = as_(as_app_role, system=machine)
            assert changed(cursor, "select 1 from subscriptions_subscription") == 1
            assert changed(cursor, "update subscriptions_subscription set version = 2") == rows

    def test_the_end_of_a_relationship_ends_the_reach(self, as_app_role: Any, cast: Cast, seats: Subscription) -> None:
        as_(as_app_role, system="lifecycle").execute("update subscriptions_subscription set reach_partner_id = null")
        as_app_role.commit()
        assert (
            changed(
                as_(as_app_role, cast.fanyun.pk, cast.huaxin.pk), "update subscriptions_subscription set quantity = 1"
            )
            == 0
        )
        assert changed(as_(as_app_role, cast.fanyun.pk), "select 1 from subscriptions_subscription") == 0


@pytest.mark.postgres
def test_what_an_address_names_is_found_before_any_right_and_nothing_else_is(
    cast: Cast, seats: Subscription, browser_of: Callable[[str], Client]
) -> None:
    page = f"/organisations/{cast.huaxin.pk}/subscriptions/{seats.pk}/"
    with acting() as seen:
        assert browser_of("boris").get(page).status_code == 403
    (opened,) = [sql for customer, sql in seen if customer and "set_config" not in sql]
    assert 'FROM "subscriptions_subscription"' in opened


# --- On both databases ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "update subscriptions_subscription set tenant_id = (select id from tenants_tenant where domain like 'jade%')",
        "update subscriptions_subscription set partner_id = (select id from tenants_tenant where domain like 'bei%')",
        "update subscriptions_subscription set status = 'sleeping'",
        "update subscriptions_subscription set status = 'suspended'",
        "update subscriptions_subscription set quantity = 0",
        "update subscriptions_subscription set assigned_seats = 26",
        "update subscriptions_subscription set suspension_reason = 'boredom'",
    ],
)
def test_the_database_refuses_what_no_verb_would_write(cast: Cast, seats: Subscription, statement: str) -> None:
    with acting_as(cast.actor("anna")), pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(statement)


def test_reach_is_never_given_to_another_partner(cast: Cast, seats: Subscription) -> None:
    refused = pytest.raises(IntegrityError, match="no relationship")
    with acting_as(Actor.system("lifecycle")), refused, transaction.atomic():
        connection.cursor().execute(BEICHENS)


def test_a_partner_buys_only_for_its_own_customers(cast: Cast, suite: Offer, buy: Buy) -> None:
    row = buy(suite)
    row.pk, row.tenant, row._state.adding = uuid4(), cast.lotus, True
    with acting_as(cast.actor("anna")), pytest.raises(IntegrityError, match="no relationship"), transaction.atomic():
        row.save(force_insert=True)


def test_an_offer_is_sold_in_a_range(cast: Cast, suite: Offer) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=suite.pk).update(minimum_quantity=400)
