"""A broker that takes calls and says nothing holds up nobody who escalates, and loses nothing."""

import socket
import time
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client

from portal.outbox import bell
from portal.outbox.models import OutboundMessage, State
from portal.outbox.tasks import sweep
from support.models import SupportRequest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_escalating_while_the_broker_is_silent(
    scheme: str, asked: SupportRequest, browser_of: Callable[[str], Client], settings: LazySettings
) -> None:
    helen = browser_of("helen")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.CELERY_BROKER_URL = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}//"
        bell._publisher.cache_clear()
        started = time.monotonic()
        answer = helen.post(
            f"/requests/{asked.reference}/escalate/",
            {"reason": "training", "tried": "Message trace, connector check.", "version": asked.version},
        )
        assert time.monotonic() - started < 3, "She waited for the broker."
    bell._publisher.cache_clear()
    assert answer.status_code == 303
    assert OutboundMessage.objects.get().state == State.PENDING
    sweep()
    assert OutboundMessage.objects.get().state == State.PUBLISHED
