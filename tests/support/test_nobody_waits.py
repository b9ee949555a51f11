"""A broker that takes calls and says nothing holds up nobody who escalates, and loses nothing."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client

from portal.outbox import bell
from portal.outbox.models import OutboundMessage, State
from portal.outbox.tasks import sweep
from support.models import SupportRequest
from tests.silence import BEARABLE, cost_of_silence
from tests.support.conftest import Story

pytestmark = pytest.mark.django_db(transaction=True)
Browser = Callable[[str], Client]


def escalate(helen: Client, asked: SupportRequest) -> None:
    form = {"reason": "training", "tried": "Message trace, connector check."}
    assert helen.post(f"/requests/{asked.reference}/escalate/", form).status_code == 303


def seconds_lost(story: Story, helen: Client, settings: LazySettings, scheme: str, times: int) -> float:
    """Of Helen's, when she escalates while the broker is silent."""
    waiting = [story.ask() for _time in range(2 * times)]
    return cost_of_silence(settings, scheme, lambda: escalate(helen, waiting.pop()), times)


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_who_escalates_does_not_wait_for_a_silent_broker(
    story: Story, browser_of: Browser, settings: LazySettings, scheme: str
) -> None:
    assert seconds_lost(story, browser_of("helen"), settings, scheme, times=3) < BEARABLE, "She waited for the broker."


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_it_bites_a_bell_that_waits_two_seconds(
    story: Story, browser_of: Browser, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr(bell, "WAIT_SECONDS", 2)
    assert seconds_lost(story, browser_of("helen"), settings, scheme, times=1) > BEARABLE


@pytest.mark.usefixtures("silent_broker")
def test_what_was_escalated_meanwhile_is_sent_by_the_sweep(asked: SupportRequest, browser_of: Browser) -> None:
    escalate(browser_of("helen"), asked)
    assert OutboundMessage.objects.get().state == State.PENDING
    sweep()
    assert OutboundMessage.objects.get().state == State.PUBLISHED
