"""Raw SQL as the application's role, in anybody's name: what a defect in the portal could send to PostgreSQL."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


def as_(session: Any, home: object = "", acting: object = "", system: str = "") -> Any:
    """A cursor in a new transaction in that name."""
    session.rollback()
    cursor = session.cursor()
    cursor.execute(
        "select set_config('portal.home', %s, true), set_config('portal.acting', %s, true),"
        " set_config('portal.system', %s, true)",
        [str(home), str(acting), system],
    )
    return cursor


def changed(cursor: Any, statement: str) -> int:
    """How many rows it found or wrote."""
    cursor.execute(statement)
    return int(cursor.rowcount)


def row_of(table: str) -> dict[str, Any]:
    """The newest row of a table, as whoever runs the test sees it."""
    with connection.cursor() as cursor:
        cursor.execute(f"select to_jsonb(t)::text from {table} t order by ctid desc limit 1")  # noqa: S608 - our own name
        row: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return row


def insert(cursor: Any, table: str, row: dict[str, Any]) -> int:
    """Write a row; how many were written."""
    statement = f"insert into {table} select * from jsonb_populate_record(null::{table}, %s)"  # noqa: S608 - our own name
    cursor.execute(statement, [json.dumps(row, default=str)])
    return int(cursor.rowcount)


@contextmanager
def acting() -> Iterator[list[tuple[str, str]]]:
    """`portal.acting` as PostgreSQL knows it before each statement, and the statement."""
    seen: list[tuple[str, str]] = []

    def ask(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        with connection.connection.cursor() as cursor:
            cursor.execute("select coalesce(current_setting('portal.acting', true), '')")
            seen.append((cursor.fetchone()[0], sql))
        return execute(sql, *rest)

    with connection.execute_wrapper(ask):
        yield seen
