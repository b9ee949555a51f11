"""Counting what a page asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


class Counted(list[str]):
    """The statements that were run; savepoints and the identity's settings are not counted."""


@contextmanager
def counted() -> Iterator[Counted]:
    """`with counted() as statements: ...; len(statements)`."""
    statements = Counted()
    with CaptureQueriesContext(connection) as captured:
        yield statements
    for query in captured.captured_queries:
        sql = query["sql"].lstrip("( ")
        if sql.upper().startswith(STATEMENTS) and "set_config" not in sql:
            statements.append(sql)
