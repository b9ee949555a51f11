"""Transactional tests empty every table; on SQLite the book of deeds refuses that until its triggers are set aside.

PostgreSQL truncates, which fires no row trigger.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.backends.sqlite3 import base as sqlite


def triggers() -> dict[str, str]:
    """Name -> the statement that makes it, of every trigger in this SQLite database."""
    with connection.cursor() as cursor:
        cursor.execute("select name, sql from sqlite_master where type = 'trigger' order by name")
        return dict(cursor.fetchall())


@contextmanager
def flush_past_triggers() -> Iterator[None]:
    """While open, Django's flush drops SQLite's triggers, empties the tables, and makes the same triggers again."""
    plain_flush = sqlite.DatabaseOperations.execute_sql_flush

    def flush(operations: sqlite.DatabaseOperations, sql_list: Sequence[str]) -> None:
        kept = triggers()
        with transaction.atomic(), connection.cursor() as cursor:
            for name in kept:
                cursor.execute(f"drop trigger {connection.ops.quote_name(name)}")
            plain_flush(operations, sql_list)
            for statement in kept.values():
                cursor.execute(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite.DatabaseOperations, "execute_sql_flush", flush)
        yield
