"""Servers that take every call and never say a word."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import LazySettings

from portal.outbox import bell


@contextmanager
def silent_server() -> Iterator[int]:
    """Its port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture(params=["amqp", "redis"])
def silent_broker(request: pytest.FixtureRequest, settings: LazySettings) -> Iterator[None]:
    """Celery's broker is such a server."""
    with silent_server() as port:
        settings.CELERY_BROKER_URL = f"{request.param}://127.0.0.1:{port}//"
        bell._publisher.cache_clear()
        yield
    bell._publisher.cache_clear()
