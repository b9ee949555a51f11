"""Waiting, in tests of what happens at once, until a connection really waits for a lock that another holds."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections

Answer = TypeVar("Answer")
WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
PATIENCE_SECONDS = 20


def until_somebody_waits(count: int = 1) -> None:
    """Return once `count` connections of this test's database wait for a lock."""
    observer = connection.copy()
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while time.monotonic() < deadline:
            with observer.cursor() as cursor:
                cursor.execute(WAITING)
                if cursor.fetchone()[0] >= count:
                    return
            time.sleep(0.02)
    finally:
        observer.close()
    raise AssertionError(f"fewer than {count} connections wait for a lock")


def meanwhile(act: Callable[[], Answer]) -> Future[Answer]:
    """Start `act` in a thread and a connection of its own; its answer, or what it raises, is the future's."""

    def run() -> Answer:
        try:
            return act()
        finally:
            connections.close_all()

    pool = ThreadPoolExecutor(1)
    begun = pool.submit(run)
    pool.shutdown(wait=False)
    return begun
