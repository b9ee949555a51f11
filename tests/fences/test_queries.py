"""How many queries each page and REST resource takes: the number in queries.json, however many rows there are.

The same numbers hold on both databases. `PORTAL_WRITE_QUERIES=1 make fences ARGS=tests/fences/test_queries.py` writes
the file anew, on purpose; read what git says has changed before you commit it.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

import subscriptions.showing
from tests.fences.growing import grow
from tests.fences.matrix import ROOMS
from tests.fences.matrix.asking import Asking
from tests.fences.matrix.rows import Row
from tests.fences.matrix.stage import Person, Stage

BASELINE = Path(__file__).with_name("queries.json")
COUNTED = re.compile(r"\s*\(?(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
NO_QUESTION = re.compile(r"set_config|^select clock_timestamp\(\)$")  # telling who asks, and reading the clock
MOST_OF_LIST, MOST_OF_DETAIL = 12, 15
# A partner's and a customer's person where both may; else whoever may.
SEEN_AS = ("GA", "CG", "OA", "PX")
LISTS = {
    *("customers/", "requests/", "publishing/messages/", "v1.0/customers", "v1.0/supportRequests"),
    *(
        f"organisations/<uuid:customer_id>/{name}/"
        for name in ("users", "grants", "audit", "subscriptions", "messages")
    ),
    "v1.0/customers/<uuid:customer_id>/subscriptions",
    "v1.0/supportRequests/<request_reference:reference>/comments",
    "v1.0/admin/serviceAnnouncement/messages",
}
PATTERNS = {row.pattern for rows in ROOMS.values() for row in rows}


def counted_pages(stage: Stage) -> Iterator[tuple[str, Row, Person]]:
    """Name, row and reader of everything that is counted.

    Django's own admin counts as it likes; `readyz` looks into the database's catalogue, which each database has its
    way to.
    """
    addresses: set[str] = set()
    for room, rows in ROOMS.items():
        for row in rows if room != "admin" else ():
            if row.get is None or row.address in {*addresses, "/readyz"}:
                continue
            addresses.add(row.address)
            letters = [letter for letter in SEEN_AS if letter in row.get.get(200, "").split()]
            for letter in letters[:2]:
                yield f"{row.title} as {letter}", row, stage.person(letter)


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements inside; telling the database who asks, reading its clock and savepoints are none."""
    statements: list[str] = []

    def note(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if COUNTED.match(sql) and not NO_QUESTION.search(sql):
            statements.append(sql)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note):
        yield statements


def measure(stage: Stage) -> dict[str, int]:
    """Name of the page -> number of queries."""
    asking, found = Asking(stage), {}
    for name, row, person in counted_pages(stage):
        with counting() as statements:
            response = asking.ask(row, person, "GET", stage.own, {})
        assert response.status_code == 200, name
        found[name] = len(statements)
    return found


def over_budget(counts: dict[str, int]) -> dict[str, int]:
    """Pages that take more queries than a list or a detail page may."""
    limits = {name: MOST_OF_LIST if re.split(r" \(| as ", name)[0] in LISTS else MOST_OF_DETAIL for name in counts}
    return {name: number for name, number in counts.items() if number > limits[name]}


def differences(counts: dict[str, int], baseline: dict[str, int]) -> dict[str, tuple[int | None, int | None]]:
    """Page -> (number in the file, number now), where they differ."""
    names = sorted({*counts, *baseline})
    pairs = {name: (baseline.get(name), counts.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@pytest.fixture
def grown(stage: Stage) -> Stage:
    """Ten of everything; what Django looks up once per process has been looked up."""
    grow(stage, 10)
    ContentType.objects.get_for_models(
        *connection.introspection.installed_models(connection.introspection.table_names())
    )
    measure(stage)
    return stage


def test_pages_take_the_number_of_queries_in_the_file_and_no_more_with_more_rows(grown: Stage) -> None:
    with_ten = measure(grown)
    grow(grown, 50)
    with_sixty = measure(grown)
    if os.environ.get("PORTAL_WRITE_QUERIES"):
        BASELINE.write_text(json.dumps(with_ten, indent=1, sort_keys=True) + "\n")
    assert differences(with_sixty, with_ten) == {}, "these take more queries the more rows there are"
    assert differences(with_ten, json.loads(BASELINE.read_text())) == {}, "see the first lines of this file"
    assert over_budget(with_ten) == {}


def test_the_lists_exist() -> None:
    assert LISTS <= PATTERNS


def test_it_bites_a_query_per_row(grown: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = subscriptions.showing.list_table

    def and_ask_for_each(request: Any, customer: Any, rows: Any) -> Any:
        for row in rows.all()[:20]:
            row.offer.refresh_from_db()
        return draw(request, customer, rows)

    before = measure(grown)
    monkeypatch.setattr(subscriptions.showing, "list_table", and_ask_for_each)
    found = differences(measure(grown), before)
    assert set(found) == {f"organisations/<uuid:customer_id>/subscriptions/ as {letter}" for letter in ("GA", "CG")}
    assert set(over_budget(measure(grown))) == set(found)


def test_it_bites_a_page_that_nobody_counted() -> None:
    assert differences({"new/ as CG": 3}, {"gone/ as CG": 4}) == {"new/ as CG": (None, 3), "gone/ as CG": (4, None)}
