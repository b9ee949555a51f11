"""On PostgreSQL the database itself keeps requests apart, and what belongs to one hangs on no other."""

from uuid import UUID

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from portal.database import transaction_as
from portal.demo.cast import Cast
from support.models import Comment, Escalation, SupportRequest
from tenants.actions.organisations import start_relationship
from tenants.actor import Actor
from tests.support.conftest import Story

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TABLES = ("support_supportrequest", "support_comment", "support_escalation")


def counted(**identity: UUID | str | None) -> list[int]:
    """Rows that raw SQL finds in each table."""
    found = []
    with transaction_as(**identity), connection.cursor() as cursor:  # type: ignore[arg-type]  # home, acting or system
        for table in TABLES:
            cursor.execute(f"select count(*) from {table}")  # noqa: S608 - names of our own
            found.append(cursor.fetchone()[0])
    return found


def test_raw_sql_sees_what_its_name_may_see(cast: Cast, story: Story, escalated: Escalation) -> None:
    story.say(escalated.support_request, "helen")
    assert counted(home=cast.huaxin.pk) == [1, 1, 1]
    assert counted(home=cast.fanyun.pk) == [1, 1, 1]
    assert counted(home=cast.lotus.pk, acting=cast.huaxin.pk) == [0, 0, 0]
    assert counted(system="21vianet") == [1, 1, 1]
    assert counted(home=cast.lotus.pk) == counted(home=cast.beichen.pk) == counted() == [0, 0, 0]


def test_a_stranger_changes_and_adds_nothing(cast: Cast, asked: SupportRequest) -> None:
    with transaction_as(home=cast.lotus.pk):
        assert SupportRequest.objects.update(title="mine") == 0
        assert SupportRequest.objects.all().delete() == (0, {})
    theirs = Comment(tenant=cast.huaxin, support_request=asked, side="customer", visibility="public", text="x")
    with (
        pytest.raises(IntegrityError, match="no such request"),
        transaction.atomic(),
        transaction_as(home=cast.lotus.pk),
    ):
        theirs.save(force_insert=True)


def test_a_comment_of_one_customer_cannot_hang_on_anothers_request(cast: Cast, asked: SupportRequest) -> None:
    smuggled = Comment(tenant=cast.lotus, support_request=asked, side="customer", visibility="public", text="x")
    with (
        pytest.raises(IntegrityError, match="of_its_tenant"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("ALTER TABLE support_comment DISABLE TRIGGER comment_belongs")
        smuggled.save(force_insert=True)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_request_reaches_no_other_partner_than_its_own(cast: Cast, asked: SupportRequest) -> None:
    start_relationship(cast.beichen, cast.huaxin, actor=Actor.system("setup"))
    with pytest.raises(IntegrityError, match="request_reach_is_its_partner"), transaction.atomic():
        SupportRequest.objects.filter(pk=asked.pk).update(reach_partner=cast.beichen)


def test_a_customers_session_reads_and_writes_no_internal_note(cast: Cast, story: Story, asked: SupportRequest) -> None:
    story.note(asked, "They do not pay.")
    assert counted(home=cast.huaxin.pk) == [1, 0, 0]
    assert counted(home=cast.fanyun.pk) == [1, 1, 0]
    note = Comment(
        tenant=cast.huaxin,
        reach_partner=cast.fanyun,
        support_request=asked,
        side="partner",
        visibility="internal",
        text="x",
    )
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        transaction_as(home=cast.huaxin.pk),
    ):
        note.save(force_insert=True)
