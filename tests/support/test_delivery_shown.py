"""The escalation's card says which message's delivery it tells: the handing-over's, and that of what followed it."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from portal.outbox import marking
from portal.outbox.consumer import take
from portal.outbox.models import OutboundMessage
from support import actions
from support.models import Escalation
from tests.outbox.messages import acknowledged
from tests.support.conftest import Story, messages

Browser = Callable[[str], Client]
WATCHED = 'hx-trigger="every 4s"'


@pytest.fixture
def accepted(escalated: Escalation) -> Escalation:
    """21Vianet has the escalation and opened a case; the message has gone once."""
    OutboundMessage.objects.update(attempts=1)
    take([acknowledged(escalated.pk)])
    return escalated


def facts(page: str) -> dict[str, str]:
    """Label -> the text beside it; the first of two alike."""
    pairs = re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", page.partition('id="standing"')[2], re.DOTALL)
    return {label: re.sub("<[^>]*>", "", text) for label, text in reversed(pairs)}


def page_of(escalation: Escalation, browser_of: Browser, person: str = "helen") -> str:
    return browser_of(person).get(escalation.support_request.get_absolute_url()).content.decode()


def test_all_has_arrived_and_nothing_is_watched(accepted: Escalation, browser_of: Browser) -> None:
    page = page_of(accepted, browser_of)
    told = facts(page)
    assert (told["Delivery"], told["Attempts to send"]) == ("Received by 21Vianet", "1")
    assert ("Later comment" in told, WATCHED in page, "Waiting to be sent" in page) == (False, False, False)


def test_a_comment_is_told_as_a_comment_and_watched_until_it_has_arrived(
    story: Story, accepted: Escalation, browser_of: Browser
) -> None:
    story.say(accepted.support_request, "helen", "Here is the trace.")
    page = page_of(accepted, browser_of)
    told = facts(page)
    assert (told["Delivery"], told["Attempts to send"]) == ("Received by 21Vianet", "1")
    assert told["Later comment"] == "Waiting to be sent"
    assert "<strong>Later comment</strong>" in page
    assert WATCHED in page
    assert WATCHED not in page_of(accepted, browser_of, "alice"), "how far it is is the partner's to know"
    marking.acknowledge(messages()[-1].pk)
    page = page_of(accepted, browser_of)
    assert (facts(page)["Later comment"], WATCHED in page) == ("Received by 21Vianet", False)


def test_a_withdrawal_is_told_as_a_withdrawal(story: Story, accepted: Escalation, browser_of: Browser) -> None:
    story.do("helen", actions.withdraw_escalation, accepted.support_request)
    page = page_of(accepted, browser_of)
    told = facts(page)
    assert (told["Delivery"], told["Withdrawal"]) == ("Received by 21Vianet", "Waiting to be sent")
    assert WATCHED in page


def test_programs_read_when_the_escalation_itself_was_sent(
    story: Story, accepted: Escalation, rest_of: Browser
) -> None:
    path = f"/v1.0/supportRequests/{accepted.support_request.reference}"
    OutboundMessage.objects.update(first_published_at=accepted.created_at)
    before = rest_of("helen").get(path).json()["escalation"]
    story.say(accepted.support_request, "helen", "Here is the trace.")
    after = rest_of("helen").get(path).json()["escalation"]
    assert before["sentDateTime"] is not None
    assert after == before


def test_when_something_happens_the_page_is_fetched_whole(
    story: Story, escalated: Escalation, browser_of: Browser
) -> None:
    helen = browser_of("helen")
    page = page_of(escalated, browser_of)
    watched = page.partition('hx-get="')[2].partition('"')[0]
    parts = re.findall("#([a-z-]+)", page.partition('hx-select-oob="')[2].partition('"')[0])
    assert parts == ["page-head", "conversation", "forwarding", "details", "toasts"]
    story.do("olivia", actions.reject_escalation, escalated, text="Your training covers this.")
    fresh = helen.get(watched, headers={"HX-Request": "true"}).content.decode()
    assert [fresh.count(f'id="{part}"') for part in ["standing", *parts]] == [1] * 6
    assert "Your training covers this." in fresh.partition('id="conversation"')[2]
    assert "Waiting for the partner" in fresh.partition('id="page-head"')[2].partition('id="standing"')[0]
    assert "escalate/" in fresh.partition('id="page-head"')[2].partition('id="standing"')[0]
    assert "Public comments are also sent" not in fresh
