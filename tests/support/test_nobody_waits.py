"""A broker that takes calls and says nothing holds up nobody who escalates, and loses nothing."""

import time
from collections.abc import Callable

import pytest
from django.test import Client

from portal.outbox.models import OutboundMessage, State
from portal.outbox.tasks import sweep
from support.models import SupportRequest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("silent_broker")
def test_escalating_while_the_broker_is_silent(asked: SupportRequest, browser_of: Callable[[str], Client]) -> None:
    helen = browser_of("helen")
    started = time.monotonic()
    answer = helen.post(
        f"/requests/{asked.reference}/escalate/",
        {"reason": "training", "tried": "Message trace, connector check.", "version": asked.version},
    )
    assert time.monotonic() - started < 3, "She waited for the broker."
    assert answer.status_code == 303
    assert OutboundMessage.objects.get().state == State.PENDING
    sweep()
    assert OutboundMessage.objects.get().state == State.PUBLISHED
