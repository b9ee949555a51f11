"""The broker is away when Helen escalates: her page does not wait, nothing is lost, and it goes out when it is back."""

import time
from collections.abc import Callable
from threading import Event
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import LazySettings

from portal.outbox import tasks
from portal.outbox.models import OutboundMessage, State
from tests.journeys.conftest import CASE_NUMBER, Enter
from tests.journeys.test_asking_for_help import TITLE, answer_and_escalate, raise_request
from tests.servers.brokers import private_redis
from tests.servers.processes import free_port
from tests.threads import running

pytestmark = [pytest.mark.browser, pytest.mark.redis, pytest.mark.django_db(transaction=True)]
Line = Callable[[str, str], None]


@pytest.fixture
def port(line: Line, settings: LazySettings) -> int:
    """Of a Redis that does not run yet."""
    settings.OUTBOX_RETRY_SECONDS, settings.OUTBOX_BREAKER_SECONDS = 0.05, 0.1
    free = free_port()
    line(f"redis://127.0.0.1:{free}/0", f"test-{uuid4()}")
    return free


def test_what_is_escalated_while_the_broker_is_down_is_kept_and_sent_when_it_is_back(
    port: int, enter: Enter, vianet: SimpleNamespace
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

    with private_redis(port), running(keep_turning):
        helen.comes_back_until(CASE_NUMBER)
    helen.reads("Received by 21Vianet", "21Vianet has opened a case")
    helen.never_reads("Waiting to be sent")


def keep_turning(stop: Event) -> None:
    """What Celery's beat does every five seconds, more often."""
    while not stop.wait(0.1):
        tasks.sweep()
