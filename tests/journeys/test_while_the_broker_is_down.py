"""The broker is away when Helen escalates: her page does not wait, nothing is lost, and it goes out when it is back."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connections

from portal.outbox import tasks
from portal.outbox.models import OutboundMessage, State
from tests.journeys.conftest import CASE_NUMBER, Enter, running
from tests.journeys.test_asking_for_help import TITLE, answer_and_escalate, raise_request
from tests.servers import brokers, processes

pytestmark = [pytest.mark.browser, pytest.mark.redis, pytest.mark.django_db(transaction=True)]
Line = Callable[[str, str], None]


@pytest.fixture
def address(line: Line, settings: LazySettings) -> str:
    """Of a Redis that does not run yet."""
    settings.OUTBOX_RETRY_SECONDS, settings.OUTBOX_BREAKER_SECONDS = 0.05, 0.1
    url = f"redis://127.0.0.1:{processes.free_port()}/0"
    line(url, f"test-{uuid4()}")
    return url


@contextmanager
def redis_at(url: str) -> Iterator[None]:
    """The broker comes back where it was."""
    server, port = processes.program("redis-server"), url.rpartition(":")[2].partition("/")[0]
    command = [server, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    nobody = processes.Account()
    with (
        processes.private_folder(nobody) as folder,
        processes.running(command, folder, lambda: brokers.redis_answers(url), signal.SIGTERM, nobody),
    ):
        yield


def test_what_is_escalated_while_the_broker_is_down_is_kept_and_sent_when_it_is_back(
    address: str, enter: Enter, vianet: SimpleNamespace
) -> None:
    raise_request(enter("alice"))
    helen = enter("helen")
    helen.follows(TITLE)
    started = time.monotonic()
    answer_and_escalate(helen)
    assert time.monotonic() - started < 10, "Somebody waited for the broker."
    tasks.deliver()
    helen.page.reload()
    helen.reads("Waiting to be sent", "Nothing is lost", "Attempts to send", "Next attempt")
    assert OutboundMessage.objects.get().state == State.PENDING

    with redis_at(address), running(keep_turning):
        helen.comes_back_until(CASE_NUMBER)
    helen.reads("Received by 21Vianet", "21Vianet has opened a case")
    helen.never_reads("Waiting to be sent")


def keep_turning(stop: threading.Event) -> None:
    """What Celery's beat does every five seconds, more often."""
    try:
        while not stop.wait(0.1):
            tasks.sweep()
    finally:
        connections.close_all()
