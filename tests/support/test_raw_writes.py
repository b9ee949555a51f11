"""What raw SQL can do to requests as the application's role: the database refuses what no door of the portal offers."""

from typing import Any
from uuid import uuid4

import pytest
from psycopg2 import errors

from portal.demo.cast import Cast
from support.models import Escalation, SupportRequest
from tenants.actions.organisations import start_relationship
from tenants.actor import Actor
from tests.raw_sql import as_, changed, insert, row_of
from tests.support.conftest import Story

pytestmark = pytest.mark.postgres
TABLES = ("support_supportrequest", "support_comment", "support_escalation", "outbox_outboundmessage")


@pytest.fixture(autouse=True)
def told(as_app_role: Any, story: Story, escalated: Escalation) -> None:
    """Fanyun has escalated Huaxin's request and keeps a note: one row in each table."""
    story.note(escalated.support_request, "They pay late.")


def copy_of(table: str, **fields: object) -> dict[str, Any]:
    """A new row like the one that is there, with other fields."""
    fresh = {"id": uuid4(), "reference": "SR-2026-999999", "dedupe_key": "again", "order_key": uuid4()}
    row = row_of(table)
    return row | {name: value for name, value in {**fresh, **fields}.items() if name in row}


@pytest.mark.parametrize("table", TABLES)
def test_a_second_partner_with_a_grant_for_one_service_has_no_door_to_it(
    as_app_role: Any, cast: Cast, table: str
) -> None:
    assert changed(as_(as_app_role, cast.fanyun.pk), f"select 1 from {table}") == 1  # noqa: S608 - our own name
    cursor = as_(as_app_role, cast.beichen.pk, cast.huaxin.pk)
    assert changed(cursor, f"select 1 from {table}") == 0  # noqa: S608 - our own name
    assert changed(cursor, f"update {table} set tenant_id = tenant_id") == 0  # noqa: S608 - our own name
    with pytest.raises((errors.CheckViolation, errors.InsufficientPrivilege)):
        insert(cursor, table, copy_of(table))


@pytest.mark.parametrize("table", TABLES)
def test_nobody_deletes_one(as_app_role: Any, cast: Cast, table: str) -> None:
    for name in ({"home": cast.huaxin.pk}, {"home": cast.fanyun.pk}, {"system": "lifecycle"}):
        assert changed(as_(as_app_role, **name), f"delete from {table}") == 0  # noqa: S608 - our own name


@pytest.mark.parametrize("table", ["support_comment", "outbox_outboundmessage"])
def test_what_was_said_or_sent_is_written_once(as_app_role: Any, cast: Cast, table: str) -> None:
    for home in (cast.huaxin, cast.fanyun):
        assert changed(as_(as_app_role, home.pk), f"update {table} set id = id") == 0  # noqa: S608 - our own name
    assert changed(as_(as_app_role, system="outbox"), f"update {table} set id = id") == 1  # noqa: S608 - our own name


@pytest.mark.parametrize("table", TABLES)
def test_a_partner_writes_nothing_for_a_customer_that_it_does_not_serve(
    as_app_role: Any, cast: Cast, table: str
) -> None:
    row = copy_of(table, partner_id=cast.beichen.pk, reach_partner_id=cast.beichen.pk)
    with pytest.raises(errors.CheckViolation, match=r"no relationship|no such request"):
        insert(as_(as_app_role, cast.beichen.pk), table, row)


def test_the_partner_writes_for_its_own_customer_and_the_customer_escalates_nothing(
    as_app_role: Any, cast: Cast
) -> None:
    cursor = as_(as_app_role, cast.fanyun.pk)
    for table in TABLES:
        assert insert(cursor, table, copy_of(table, state="resolved") | _kept_state(table)) == 1
    with pytest.raises(errors.InsufficientPrivilege):
        insert(as_(as_app_role, cast.huaxin.pk), "support_escalation", copy_of("support_escalation", state="resolved"))


def _kept_state(table: str) -> dict[str, Any]:
    return {"state": "PENDING"} if table == "outbox_outboundmessage" else {}


@pytest.mark.parametrize("home", ["huaxin", "fanyun"])
@pytest.mark.parametrize(
    "change",
    [
        "update support_supportrequest set partner_id = %(other)s, reach_partner_id = %(other)s",
        "update support_supportrequest set partner_id = %(other)s, reach_partner_id = null",
        "update support_supportrequest set tenant_id = %(other)s",
        "update support_escalation set tenant_id = %(other)s",
        "update support_escalation set support_request_id = %(other)s",
    ],
)
def test_a_request_and_what_hangs_on_it_stay_where_they_are(
    as_app_role: Any, cast: Cast, home: str, change: str
) -> None:
    with pytest.raises(errors.CheckViolation, match="stays|never changes"):
        as_(as_app_role, cast.organisations[home].pk).execute(change, {"other": str(cast.beichen.pk)})


def test_a_former_partner_is_not_let_in_again(as_app_role: Any, cast: Cast) -> None:
    cursor = as_(as_app_role, system="test")
    cursor.execute("update support_supportrequest set reach_partner_id = null")
    cursor.execute("update tenants_resellerrelationship set ended_at = now()")
    for table in ("support_supportrequest", "support_comment"):
        cursor.execute("savepoint before")
        with pytest.raises(errors.CheckViolation, match=r"no relationship|no such request"):
            cursor.execute(f"update {table} set reach_partner_id = %s", [str(cast.fanyun.pk)])  # noqa: S608 - our own
        cursor.execute("rollback to before")


def test_another_partner_of_the_customer_says_nothing_under_a_request_that_is_not_its_own(
    as_app_role: Any, cast: Cast
) -> None:
    start_relationship(cast.beichen, cast.huaxin, actor=Actor.system("setup"))
    for table in ("support_comment", "support_escalation"):
        with pytest.raises(errors.CheckViolation, match="no such request"):
            insert(as_(as_app_role, cast.beichen.pk), table, copy_of(table, reach_partner_id=cast.beichen.pk))


def test_a_foreign_request_and_a_missing_one_are_refused_with_the_same_words(
    as_app_role: Any, cast: Cast, asked: SupportRequest
) -> None:
    said = set()
    for request_id in (asked.pk, uuid4()):
        row = copy_of(
            "support_comment",
            tenant_id=cast.lotus.pk,
            reach_partner_id=None,
            support_request_id=request_id,
            visibility="public",
            side="customer",
        )
        with pytest.raises(errors.CheckViolation) as refused:
            insert(as_(as_app_role, cast.lotus.pk), "support_comment", row)
        said.add(str(refused.value))
    assert len(said) == 1
