"""How a test waits: for something that can be seen, never for a time."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import TypeVar

from django.db import connection

Answer = TypeVar("Answer")
WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


def wait_until(look: Callable[[], Answer], what: str = "it to happen", seconds: float = 20) -> Answer:
    """Look again and again; returns the first answer that is true, and fails when none came in time."""
    end = monotonic() + seconds
    while not (answer := look()):
        assert monotonic() < end, f"Waited {seconds:g} seconds for {what}."
        sleep(0.01)
    return answer


def wait_until_somebody_waits(sessions: int = 1) -> None:
    """Until so many other sessions of this PostgreSQL database wait for a lock."""
    wait_until(lambda: _sessions_that_wait() >= sessions, "a session that waits for a lock")


def _sessions_that_wait() -> int:
    with connection.cursor() as cursor:
        # Inside a transaction the first look is remembered.
        cursor.execute("select pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        waiting: int = cursor.fetchone()[0]
    return waiting
