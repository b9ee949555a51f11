"""Walking the pages shows every row that stays exactly once, whatever ties there are and whatever is inserted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.api.models import IdempotencyKey
from portal.errors import BadRequest
from portal.paging import keyset

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
ORDERS = [("-created_at", "-id"), ("status", "id"), ("-status", "created_at", "-pk"), ("route", "-status", "id")]


def row(minute: int = 0, status: int = 201, route: str = "POST /a") -> IdempotencyKey:
    return IdempotencyKey.objects.create(
        caller_id=uuid4(),
        route=route,
        key=str(uuid4()),
        payload_hash="",
        status=status,
        body=b"",
        created_at=NOON + timedelta(minutes=minute),
    )


def walk(queryset: QuerySet[Any, Any], order: tuple[str, ...], size: int) -> list[Any]:
    rows, token = [], ""
    while True:
        page = keyset(queryset, order, token, size)
        rows += page.rows
        if not page.next_token:
            return rows
        assert len(page.rows) == size
        token = page.next_token


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ties=st.lists(st.tuples(st.integers(0, 3), st.sampled_from([200, 201]), st.sampled_from("ab")), max_size=25),
    order=st.sampled_from(ORDERS),
    size=st.integers(1, 7),
)
def test_no_gap_and_no_repeat_among_ties(ties: list[tuple[int, int, str]], order: tuple[str, ...], size: int) -> None:
    IdempotencyKey.objects.all().delete()
    for minute, status, route in ties:
        row(minute, status, route)
    queryset = IdempotencyKey.objects.all()
    assert walk(queryset, order, size) == list(queryset.order_by(*order))


MINUTES = st.integers(0, 2)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stay=st.lists(MINUTES, max_size=8),
    leave=st.lists(MINUTES, max_size=4),
    come=st.lists(MINUTES, max_size=10),
    order=st.sampled_from(ORDERS[:2]),
    size=st.integers(1, 4),
)
def test_rows_that_come_and_go_disturb_none_that_stay(
    stay: list[int], leave: list[int], come: list[int], order: tuple[str, ...], size: int
) -> None:
    IdempotencyKey.objects.all().delete()
    staying = {row(minute).pk for minute in stay}
    leaving = [row(minute).pk for minute in leave]
    seen: list[UUID] = []
    token = None
    while token != "":
        page = keyset(IdempotencyKey.objects.all(), order, token, size)
        seen += [found.pk for found in page]
        token = page.next_token
        if come:
            row(come.pop())
        if leaving:
            IdempotencyKey.objects.filter(pk=leaving.pop()).delete()
    assert len(seen) == len(set(seen))
    assert staying <= set(seen)


def test_plain_rows_page_as_model_rows_do() -> None:
    for minute in range(5):
        row(minute)
    order = ("-created_at", "-id")
    expected = [found.pk for found in walk(IdempotencyKey.objects.all(), order, 2)]
    assert [found["id"] for found in walk(IdempotencyKey.objects.values("id", "created_at"), order, 2)] == expected
    assert [found[1] for found in walk(IdempotencyKey.objects.values_list("created_at", "pk"), order, 2)] == expected
    assert [found[0] for found in walk(IdempotencyKey.objects.values_list(), order, 2)] == expected


def test_an_annotation_may_order() -> None:
    for name in ("bbb", "a", "cc", "a", "dddd"):
        row(route=name)
    longest_first = IdempotencyKey.objects.annotate(length=Length("route"))
    found = walk(longest_first, ("-length", "-id"), 2)
    assert [len(entry.route) for entry in found] == [4, 3, 2, 1, 1]


def test_nothing_is_counted_and_one_query_makes_a_page() -> None:
    for minute in range(4):
        row(minute)
    page = keyset(IdempotencyKey.objects.all(), ("-created_at", "-id"), size=2)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        keyset(IdempotencyKey.objects.all(), ("-created_at", "-id"), page.next_token, size=2)
    assert len(queries) == 1
    assert "COUNT(" not in queries[0]["sql"].upper()
    assert " OR " not in queries[0]["sql"].upper()


@pytest.mark.parametrize("damage", ["x", "e30.x", "WyIyMDI2Il0.abc", "\u4e2d"])
def test_a_token_that_was_changed_is_refused(damage: str) -> None:
    with pytest.raises(BadRequest) as refused:
        keyset(IdempotencyKey.objects.all(), ("-created_at", "-id"), damage)
    assert refused.value.code == "invalidSkipToken"


def test_a_token_serves_only_the_order_that_it_was_made_for() -> None:
    row(1), row(2)
    token = keyset(IdempotencyKey.objects.all(), ("-created_at", "-id"), size=1).next_token
    with pytest.raises(BadRequest):
        keyset(IdempotencyKey.objects.all(), ("created_at", "id"), token)


def test_an_order_that_could_lose_rows_is_a_defect() -> None:
    with pytest.raises(ValueError, match="primary key"):
        keyset(IdempotencyKey.objects.all(), ("-created_at",))


def test_a_null_in_the_order_is_a_defect_not_a_lost_row() -> None:
    row(1), row(2)
    with pytest.raises(ValueError, match="null"):
        keyset(IdempotencyKey.objects.all(), ("tenant_id", "id"), size=1)


def test_the_first_rows_can_be_skipped() -> None:
    rows = [row(minute) for minute in range(4)]
    page = keyset(IdempotencyKey.objects.all(), ("created_at", "id"), size=2, skip=1)
    assert page.rows == rows[1:3]
