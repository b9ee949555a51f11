"""How many queries each page, form and REST resource takes: the number in queries.json, however many rows there are.

The same numbers hold on both databases; PostgreSQL's locks come on top, and grow with the rows as little.
`PORTAL_WRITE_QUERIES=1 make fences ARGS=tests/fences/test_queries.py` writes the file anew, on purpose; read what git
says has changed before you commit it.
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
from django.db import connection, transaction

import subscriptions.actions
import subscriptions.showing
from tenants.models import User
from tests.fences.growing import grow
from tests.fences.matrix import ROOMS
from tests.fences.matrix.asking import Asking
from tests.fences.matrix.rows import Row
from tests.fences.matrix.stage import Person, Stage

pytestmark = pytest.mark.long

BASELINE = Path(__file__).with_name("queries.json")
COUNTED = re.compile(r"\s*\(?(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
NO_QUESTION = re.compile(r"set_config|^select clock_timestamp\(\)$")  # telling who asks, and reading the clock
# What `require` holds (tenants.access): a statement of its own on PostgreSQL; SQLite has one writer and needs none.
LOCK = re.compile(r' AS "pk" FROM .* FOR (?:SHARE|NO KEY UPDATE)$', re.DOTALL)
# Without a condition on the counted rows, the last row of the table is counted too.
WHOLE_COUNT = re.compile(r"\bCOUNT\((?!.*\bWHERE\b)", re.IGNORECASE | re.DOTALL)
MOST_OF_LIST, MOST_OF_DETAIL = 12, 15
WRITING = ("POST", "PATCH")
DONE = {200, 201, 202, 204, 303}
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


def counted_pages(stage: Stage) -> Iterator[tuple[str, str, Row, Person]]:
    """Name, method, row and person of everything that is counted: what is read, and what is done.

    Django's own admin counts as it likes, and allauth's forms hash passwords; `readyz` looks into the database's
    catalogue, which each database has its way to.
    """
    read: set[str] = {"/readyz"}
    for room, rows in ROOMS.items():
        for row in rows if room != "admin" else ():
            if row.address not in read:
                yield from _asked(stage, row, "GET")
            read.add(row.address)
            for method in WRITING if room != "account" else ():
                yield from _asked(stage, row, method)


def _asked(stage: Stage, row: Row, method: str) -> Iterator[tuple[str, str, Row, Person]]:
    cells = row.cells(method) or {}
    done = {200, 303} if method == "GET" else DONE
    letters = [letter for letter in SEEN_AS if any(letter in cells.get(status, "").split() for status in done)]
    name = row.title if method == "GET" else f"{method} {row.title}"
    for letter in letters[:2]:
        yield f"{name} as {letter}", method, row, stage.person(letter)


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


def statements_of(stage: Stage) -> dict[str, list[str]]:
    """Name of the page -> its statements. What is done is taken back."""
    asking, found = Asking(stage), {}
    for name, method, row, person in counted_pages(stage):
        with transaction.atomic():
            with counting() as statements:
                response = asking.ask(row, person, method, stage.own, row.body)
            transaction.set_rollback(True)
        assert response.status_code in ({200, 303} if method == "GET" else DONE), f"{name}: {response.status_code}"
        assert name not in found, f"Two rows are called {name}."
        found[name] = statements
    return found


def measure(stage: Stage) -> dict[str, int]:
    """Name of the page -> number of queries."""
    return {name: len(statements) for name, statements in statements_of(stage).items()}


def whole_counts(found: dict[str, list[str]]) -> list[str]:
    """Pages that count the rows of a whole table."""
    return [name for name, statements in found.items() for sql in statements if WHOLE_COUNT.search(sql)]


def over_budget(counts: dict[str, int]) -> dict[str, int]:
    """Pages that take more queries to be read than a list or a detail page may."""
    read = {name: number for name, number in counts.items() if not name.startswith(WRITING)}
    limits = {name: MOST_OF_LIST if re.split(r" \(| as ", name)[0] in LISTS else MOST_OF_DETAIL for name in read}
    return {name: number for name, number in read.items() if number > limits[name]}


def differences(counts: dict[str, int], baseline: dict[str, int]) -> dict[str, tuple[int | None, int | None]]:
    """Page -> (number in the file, number now), where they differ."""
    names = sorted({*counts, *baseline})
    pairs = {name: (baseline.get(name), counts.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def without_locks(found: dict[str, list[str]]) -> dict[str, int]:
    """Page -> number of queries that both databases take."""
    return {name: sum(not LOCK.search(sql) for sql in statements) for name, statements in found.items()}


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
    statements = statements_of(grown)
    with_ten = {name: len(found) for name, found in statements.items()}
    on_both = without_locks(statements)
    grow(grown, 50)
    with_sixty = measure(grown)
    if os.environ.get("PORTAL_WRITE_QUERIES"):
        BASELINE.write_text(json.dumps(on_both, indent=1, sort_keys=True) + "\n")
    assert differences(with_sixty, with_ten) == {}, "these take more queries the more rows there are"
    assert differences(on_both, json.loads(BASELINE.read_text())) == {}, "see the first lines of this file"
    assert over_budget(with_ten) == {}
    assert whole_counts(statements) == []


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


def test_it_bites_a_verb_that_writes_row_by_row(grown: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = subscriptions.actions.rename

    def and_touch_everybody(subscription: Any, **keywords: Any) -> Any:
        for user in User.objects.filter(tenant=subscription.tenant_id):
            user.save(update_fields=["display_name"])
        return rename(subscription, **keywords)

    before = measure(grown)
    monkeypatch.setattr(subscriptions.actions, "rename", and_touch_everybody)
    found = differences(measure(grown), before)
    assert found
    assert [name for name in found if not re.match(r"(POST|PATCH) .*(/name/|nickname)", name)] == []


def test_it_bites_a_count_of_a_whole_table() -> None:
    assert whole_counts(
        {
            "all": ['SELECT COUNT(*) AS "__count" FROM "tenants_user"'],
            "some": ['SELECT COUNT(*) AS "__count" FROM "tenants_user" WHERE "tenant_id" = %s'],
        }
    ) == ["all"]


def test_it_bites_a_page_that_nobody_counted() -> None:
    assert differences({"new/ as CG": 3}, {"gone/ as CG": 4}) == {"new/ as CG": (None, 3), "gone/ as CG": (4, None)}
