"""Threads for tests, each with a connection of its own: acts that meet, and helpers that work until told to stop."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event, Thread
from typing import TypeVar

from django.db import connections

Answer = TypeVar("Answer")
PATIENCE_SECONDS = 60


def meanwhile(act: Callable[[], Answer]) -> Future[Answer]:
    """Start `act`; its answer, or what it raises, is the future's."""

    def run() -> Answer:
        try:
            return act()
        finally:
            connections.close_all()

    pool = ThreadPoolExecutor(1)
    begun = pool.submit(run)
    pool.shutdown(wait=False)
    return begun


def at_once(*acts: Callable[[], Answer]) -> list[Answer]:
    """Start the acts at the same moment; their answers, in the same order. What one of them raises is raised here."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Answer]) -> Answer:
        start.wait(PATIENCE_SECONDS)
        return act()

    begun = [meanwhile(lambda act=act: run(act)) for act in acts]
    return [one.result(PATIENCE_SECONDS) for one in begun]


@contextmanager
def running(*works: Callable[[Event], object]) -> Iterator[None]:
    """Threads that work until they are told to stop; one that ends earlier, or does not end then, fails the test."""
    stop = Event()

    def run(work: Callable[[Event], object]) -> None:
        try:
            work(stop)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
        assert all(thread.is_alive() for thread in threads), "A thread ended before it was told to."
    finally:
        stop.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        assert not any(thread.is_alive() for thread in threads), "A thread does not end."
