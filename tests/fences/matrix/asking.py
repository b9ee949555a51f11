"""Asks every cell of a row and says which answers are not those of the table.

Requests go through the whole middleware in one savepoint each, which is rolled back: every cell starts from the
same stage.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any
from urllib.parse import urlencode

import orjson
from django.core.cache import cache
from django.core.handlers.base import BaseHandler
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from portal import problems
from tests.fences.matrix.rows import METHODS, Door, Row
from tests.fences.matrix.stage import Person, Stage

READING = ("GET", "HEAD", "OPTIONS")
# Each person asks the methods that exist, everywhere, and about Huaxin's objects one of the others in turn; these ask
# all of them, and read the real pages of refusals (for the rest a line of text stands in: drawing the page is most of
# the time). PORTAL_MATRIX=all asks everything of everybody.
UNDERSTUDIES = frozenset({"wei", "qing"})  # as olivia and peng
VOICES = frozenset({"CG", "AA", "PX", "FC", "V"})
ALL = os.environ.get("PORTAL_MATRIX") == "all"
WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
# Refusals are written into the book of deeds, and sessions belong to the framework.
UNTOUCHED_BY_RULE = {"audit_auditentry", "audit_audithead", "django_session"}
# Words that differ between two answers about nothing: ids of requests, keys of forms, tokens against forgery, and the
# address itself.
NOISE = re.compile(
    # Tokens first: one that begins like a message's number would otherwise be cut in two.
    rb"\b[A-Za-z0-9]{64}\b|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|SR-\d{4}-\d+|MC\d+"
    rb"|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+\d\d:\d\d)"
)


def patterns(resolver: Any = None, above: str = "") -> Iterator[str]:
    """Every URL pattern of the site, whole."""
    for found in (resolver or get_resolver()).url_patterns:
        whole = above + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from patterns(found, whole)
        elif isinstance(found, URLPattern):
            yield whole


class Asking:
    """One site, asked by many; counts what it asked."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.cells = 0
        self._site = BaseHandler()
        self._site.load_middleware()
        self._factory = RequestFactory()
        self._before = checksum()
        self._turn = 0

    def faults(self, rows: Iterable[Row], letters: str = "") -> list[str]:
        """`row: who method target: expected, got` for each wrong cell. `letters`: ask only these."""
        people = [person for person in self.stage.people if not letters or person.letter in letters.split()]
        return [fault for row in rows for person in people for fault in self._of_person(row, person)]

    def _of_person(self, row: Row, person: Person) -> Iterator[str]:
        with nullcontext() if ALL or person.letter in VOICES else terse_refusals():
            yield from list(self._cells_of(row, person))

    def _methods(self, row: Row, person: Person, target: str) -> list[str]:
        exist = [method for method in METHODS if method != "HEAD" and row.cells(method) is not None]
        others = [method for method in METHODS if method not in exist]
        if ALL or (person.letter in VOICES and target == "own"):
            return list(METHODS)
        if target != "own" or not others or person.name in UNDERSTUDIES:
            return exist
        self._turn += 1
        return [*exist, others[self._turn % len(others)]]

    def _cells_of(self, row: Row, person: Person) -> Iterator[str]:
        targets: dict[str, tuple[dict[str, Any], Door]] = {"own": (self.stage.own, row)}
        if row.foreign is not None:
            targets["foreign"] = (self.stage.foreign, row.foreign)
            targets["missing"] = (self.stage.missing, Door(reach=""))
        if row.nested and person.letter in row.reach.split():
            targets["stray"] = (self.stage.stray, Door(reach=""))
        asked = {name: self._methods(row, person, name) for name in targets}
        for method in METHODS:
            seen: dict[str, tuple[int, bytes]] = {}
            for name, (objects, door) in targets.items():
                if method not in asked[name]:
                    continue
                status = row.unknown(method) if person.letter in {"V", "BL"} else door.expected(method, person.letter)
                seen[name], faults = self._cell(row, person, method, objects, status, row.body)
                yield from (f"{row.title}: {person.letter} {person.name} {method} {name}: {fault}" for fault in faults)
            if (
                row.foreign
                and row.foreign.expected(method, person.letter) == 404
                and seen.get("foreign") != seen.get("missing")
            ):
                yield f"{row.title}: {person.letter} {person.name} {method}: foreign and missing differ"
        yield from self._bad(row, person)

    def _bad(self, row: Row, person: Person) -> Iterator[str]:
        if row.bad is None:
            return
        method = "PATCH" if row.patch else "POST"
        known = person.letter not in {"V", "BL"}
        usual = row.expected(method, person.letter) if known else row.unknown(method)
        _seen, faults = self._cell(
            row, person, method, self.stage.own, row.bad_status if usual < 300 or usual == 303 else usual, row.bad
        )
        yield from (f"{row.title}: {person.letter} {person.name} {method} bad body: {fault}" for fault in faults)

    def _cell(
        self, row: Row, person: Person, method: str, objects: Mapping[str, Any], expected: int, body: Mapping[str, Any]
    ) -> tuple[tuple[int, bytes], list[str]]:
        self.cells += 1
        with transaction.atomic(), watching() as written:
            response = self.ask(row, person, method, objects, body)
            changed = written - UNTOUCHED_BY_RULE
            faults = [] if response.status_code == expected else [f"expected {expected}, got {response.status_code}"]
            if changed and method in READING:
                faults.append(f"reading wrote {sorted(changed)}")
            elif changed and response.status_code not in _done(row) and checksum() != self._before:
                faults.append(f"refused, and changed {sorted(changed)}")
            transaction.set_rollback(True)
        text = NOISE.sub(b"", response.content) if expected == 404 else b""
        return (response.status_code, text), faults

    def ask(
        self, row: Row, person: Person, method: str, objects: Mapping[str, Any], body: Mapping[str, Any]
    ) -> HttpResponse:
        """One request, as this person."""
        values = filled(body, objects)
        form = not row.rest
        data = urlencode(values, doseq=True).encode() if form else orjson.dumps(values)
        headers = filled(row.headers, objects)
        if not form and person.token:
            headers["Authorization"] = f"Bearer {person.token}"
        address = row.address.format(**objects)
        request = self._factory.generic(
            method,
            address,
            b"" if method in READING else data,
            content_type="application/x-www-form-urlencoded" if form else "application/json",
            headers=headers,
        )
        if form and person.session:
            request.COOKIES["sessionid"] = person.session
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined] # as the test client does it
        cache.clear()
        response = self._site.get_response(request)
        if response.streaming:
            response.content = b"".join(response.streaming_content)
        return response


def _done(row: Row) -> set[int]:
    """Statuses after which something may have changed. allauth answers 302 when it has done what was asked."""
    return {200, 201, 202, 204, 303} | ({302} if row.pattern.startswith("account/") else set())


def filled(values: Mapping[str, Any], objects: Mapping[str, Any]) -> dict[str, Any]:
    """Values with the stage's objects in the place of `{names}`."""
    return {name: _filled(value, objects) for name, value in values.items()}


def _filled(value: Any, objects: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(item, objects) for item in value]
    return value.format(**objects) if isinstance(value, str) else value


@contextmanager
def terse_refusals() -> Iterator[None]:
    """Refusals as one line that says all that the page would be drawn from."""

    def line(name: str, context: dict[str, Any], _request: Any = None) -> str:
        error = context["error"]
        return f"{name} {error.code} {error.message} {error.remedy}"

    drawn, problems.render_to_string = problems.render_to_string, line  # type: ignore[assignment] # it takes less
    try:
        yield
    finally:
        problems.render_to_string = drawn


@contextmanager
def watching() -> Iterator[set[str]]:
    """The tables that statements inside wrote to."""
    written: set[str] = set()

    def watch(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if match := WRITE.match(sql):
            written.add(match[1].lower())
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(watch):
        yield written


def checksum() -> dict[str, int]:
    """What every table of the rooms holds, but for the book of deeds and sessions."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - UNTOUCHED_BY_RULE):
            cursor.execute(f"select * from {connection.ops.quote_name(table)}")  # noqa: S608 - names from the catalogue
            found[table] = hash(tuple(sorted(repr(tuple(map(_plain, row))) for row in cursor.fetchall())))
    return found


def _plain(value: Any) -> Any:
    """PostgreSQL's driver answers bytes as a view that shows its address."""
    return bytes(value) if isinstance(value, memoryview) else value
