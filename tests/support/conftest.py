"""The story that the tests of this room tell: Alice of Huaxin asks, Helen of Fanyun answers, 21Vianet helps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings

from portal.demo.cast import Cast
from portal.outbox import wire
from portal.outbox.breaker import breaker
from portal.outbox.models import OutboundMessage
from support import actions
from support.models import Comment, Escalation, SupportRequest, Visibility
from tenants.actor import acting_as


@dataclass
class Story:
    """Every step is a verb in somebody's name, as a page or a program would call it."""

    cast: Cast

    def do(self, by: str, verb: Callable[..., Any], *about: Any, **fields: Any) -> Any:
        actor = self.cast.actor(by)
        with acting_as(actor):
            return verb(*about, actor=actor, **fields)

    def ask(self, by: str = "alice", customer: str = "huaxin", **fields: Any) -> SupportRequest:
        told = {
            "title": "Mail bounces",
            "description": "Mail to one customer bounces since this morning.",
            "severity": "moderate",
            "service": "exchange",
        } | fields
        made: SupportRequest = self.do(by, actions.raise_request, self.cast.organisations[customer], **told)
        return made

    def say(self, about: SupportRequest, by: str, text: str = "We look into it.", **fields: Any) -> Comment:
        said: Comment = self.do(by, actions.comment, about, text=text, **fields)
        return said

    def note(self, about: SupportRequest, text: str, by: str = "helen") -> Comment:
        return self.say(about, by, text, visibility=Visibility.INTERNAL)

    def escalate(self, about: SupportRequest, by: str = "helen", **fields: Any) -> Escalation:
        told = {"reason": "training", "tried": "Message trace, connector check."} | fields
        handed: Escalation = self.do(by, actions.escalate_request, about, **told)
        return handed


@pytest.fixture
def story(cast: Cast) -> Story:
    """The verbs, by the names of the cast."""
    return Story(cast)


@pytest.fixture
def asked(story: Story) -> SupportRequest:
    """Alice's request to Fanyun."""
    return story.ask()


@pytest.fixture
def escalated(story: Story, asked: SupportRequest) -> Escalation:
    """Helen has handed it to 21Vianet; no message has left yet."""
    return story.escalate(asked)


@pytest.fixture(autouse=True)
def _own_wire(settings: LazySettings) -> Iterator[None]:
    """Queues of its own in memory, for each test."""
    settings.VIANET_QUEUE_URL = "memory://"
    settings.VIANET_QUEUE_PREFIX = f"test-{uuid4()}"
    wire.transport.cache_clear()
    breaker.record(worked=True)
    yield
    breaker.record(worked=True)
    wire.transport().close()
    wire.transport.cache_clear()


def fresh(about: SupportRequest) -> SupportRequest:
    """The request as it is now."""
    return SupportRequest.objects.for_system("a test looks").get(pk=about.pk)


def messages() -> list[OutboundMessage]:
    """What is to reach 21Vianet, oldest first."""
    return list(OutboundMessage.objects.order_by("order_key", "order_seq"))
