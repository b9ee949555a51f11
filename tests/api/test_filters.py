"""The grammar by itself: moments, collections, nulls; and it never falls over."""

from datetime import UTC, datetime

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.api.filters import Collection, Property, compile_filter
from portal.errors import BadRequest

PROPERTIES = {
    "title": Property("title"),
    "isMajor": Property("is_major", bool),
    "start": Property("started_at", datetime),
    "status": Property("status", choices={"inProgress": "in_progress"}),
    "seats": Property("seats", int),
    "note": Property("note", null=""),
    "services": Collection(lambda q: Q(pk__in=[str(q)]), {"": Property("name"), "target/id": Property("target")}),
    "secret": Property("secret", filterable=False),
}


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("isMajor eq true", Q(is_major=True)),
        ("title eq null", Q(title__isnull=True)),
        ("title ne null", ~Q(title__isnull=True)),
        ("title in ('a','b')", Q(title__in=["a", "b"])),
        ("title in (null,'a')", Q(title__in=["a"]) | Q(title__isnull=True)),
        ("title in (null)", Q(title__in=[]) | Q(title__isnull=True)),
        ("note in (null,'a')", Q(note__in=["", "a"])),
        ("seats eq -5", Q(seats=-5)),
        ("status eq 'inProgress'", Q(status="in_progress")),
        ("start ge 2026-11-22T08:00:00+08:00", Q(started_at__gte=datetime(2026, 11, 22, tzinfo=UTC))),
        ("start lt 2026-11-22", Q(started_at__lt=datetime(2026, 11, 22, tzinfo=UTC))),
        ("not(isMajor eq false)", ~Q(is_major=False)),
        ("services/any(s:s eq 'Exchange')", Q(pk__in=[str(Q(name="Exchange"))])),
        ("services/any(t:t/target/id eq 'a' or t eq 'b')", Q(pk__in=[str(Q(target="a") | Q(name="b"))])),
    ],
)
def test_a_filter_says_what_it_means(text: str, condition: Q) -> None:
    assert compile_filter(text, PROPERTIES) == condition


@pytest.mark.parametrize(
    "text",
    [
        "secret eq 'x'",
        "services eq 'x'",
        "services/any(s:title eq 'x')",
        "services/any(s:services/any(t:t eq 'x'))",
        "start ge yesterday",
        "start ge 2026-13-45T00:00:00Z",
        "start ge 0001-01-01T00:00:00+14:00",
        "isMajor eq 'true'x",
        "isMajor eq 'true'",
        "seats eq '5'",
        "seats eq 1_0",
        "seats eq +5",
        "seats eq \u0665",
        "seats gt null",
        "",
    ],
)
def test_what_is_not_offered_is_refused(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        compile_filter(text, PROPERTIES)
    assert refused.value.code == "invalidFilter"


WORDS = [*PROPERTIES, "eq", "ne", "and", "or", "not", "in", "(", ")", ",", "'a'", "1", "null", "contains("]
WORDS.append("services/any(s:s")


@settings(suppress_health_check=[HealthCheck.too_slow])  # it measures the machine, not the grammar
@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join) | st.text(max_size=80))
def test_whatever_is_written_is_a_condition_or_a_400(text: str) -> None:
    try:
        assert isinstance(compile_filter(text, PROPERTIES), Q)
    except BadRequest as refused:
        assert refused.code == "invalidFilter"
