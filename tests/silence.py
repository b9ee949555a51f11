"""Servers that take every call and never say a word."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from django.conf import LazySettings

from portal.outbox import bell

# Seconds by which a broker that says nothing may hold somebody up: a few waits of a fifth, and none of two seconds.
BEARABLE = 0.6


@contextmanager
def silent_server() -> Iterator[int]:
    """Its port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@contextmanager
def silenced(settings: LazySettings, scheme: str) -> Iterator[None]:
    """Celery's broker is such a server, for as long as this lasts."""
    answering = settings.CELERY_BROKER_URL
    with silent_server() as port:
        settings.CELERY_BROKER_URL = f"{scheme}://127.0.0.1:{port}//"
        bell._publisher.cache_clear()
        yield
    settings.CELERY_BROKER_URL = answering
    bell._publisher.cache_clear()


@pytest.fixture(params=["amqp", "redis"])
def silent_broker(request: pytest.FixtureRequest, settings: LazySettings) -> Iterator[None]:
    """Celery's broker is such a server."""
    with silenced(settings, request.param):
        yield


def cost_of_silence(settings: LazySettings, scheme: str, act: Callable[[], object], times: int = 3) -> float:
    """How many seconds longer `act` takes when Celery's broker says nothing than when it answers."""
    answered = fastest(act, times)
    with silenced(settings, scheme):
        return fastest(act, times) - answered


def fastest(act: Callable[[], object], times: int = 3) -> float:
    """The seconds of the fastest of several: whatever else the machine does slows down single ones."""
    return min(_seconds_of(act) for _time in range(times))


def _seconds_of(act: Callable[[], object]) -> float:
    started = monotonic()
    act()
    return monotonic() - started
