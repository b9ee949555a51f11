"""Two agents press the button in the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from portal.demo.cast import Cast
from portal.errors import RuleBroken
from portal.outbox.models import OutboundMessage
from support import actions
from support.models import Escalation, SupportRequest
from tenants.actor import acting_as
from tests.support.conftest import Story

pytestmark = pytest.mark.django_db(transaction=True)


def _escalate(cast: Cast, person: str, about: SupportRequest, barrier: Barrier) -> str:
    try:
        actor = cast.actor(person)
        barrier.wait(10)
        with acting_as(actor):
            actions.escalate_request(about, actor=actor, reason="training", tried="Everything.")
    except RuleBroken as refusal:
        return refusal.code
    finally:
        connections.close_all()
    return "escalated"


def test_one_escalates_and_the_other_is_told_so(cast: Cast, story: Story) -> None:
    about, barrier = story.ask(), Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(_escalate, cast, person, about, barrier) for person in ("helen", "anna")]
        answers = sorted(attempt.result(30) for attempt in tries)
    assert answers == ["alreadyEscalated", "escalated"]
    assert (Escalation.objects.count(), OutboundMessage.objects.count()) == (1, 1)
