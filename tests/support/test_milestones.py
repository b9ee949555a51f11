"""Who resolved, closed and reopened a request, and when, stands in the conversation: for people, not among a program's
comments.
"""

import re
from collections.abc import Callable

from django.test import Client

from support import actions
from support.models import Comment, Escalation, SupportRequest
from tests.support.conftest import Story

Browser = Callable[[str], Client]


def heads(page: str) -> list[str]:
    """The entries of the conversation, in order: what, and by whom."""
    found = re.findall(r'timeline-head"><strong>(.*?)</strong>.*?timeline-by">(.*?) <', page, re.DOTALL)
    return [f"{title} / {by.strip(' ·')}" for title, by in found]


def test_both_sides_read_who_resolved_reopened_and_closed_it(
    story: Story, asked: SupportRequest, browser_of: Browser
) -> None:
    story.do("helen", actions.resolve, asked, text="The connector was off.")
    story.do("sven", actions.reopen, asked)
    story.do("anna", actions.resolve, asked)
    story.do("alice", actions.close, asked)
    for person in ("alice", "helen"):
        page = browser_of(person).get(asked.get_absolute_url()).content.decode()
        assert heads(page) == [
            "Request raised / Alice Ai",
            "Resolved by Helen He / Partner",
            "Reopened by Sven Shen / Customer",
            "Resolved by Anna An / Partner",
            "Closed by Alice Ai / Customer",
        ]
        assert "The connector was off." in page


def test_programs_read_the_words_alone(story: Story, asked: SupportRequest, rest_of: Browser) -> None:
    story.do("helen", actions.resolve, asked, text="The connector was off.")
    story.do("alice", actions.reopen, asked)
    answer = rest_of("alice").get(f"/v1.0/supportRequests/{asked.reference}/comments").json()["value"]
    assert [line["content"] for line in answer] == ["The connector was off."]
    assert Comment.objects.count() == 2


def test_the_partner_reads_who_escalated_and_the_customer_reads_which_partner(
    escalated: Escalation, browser_of: Browser
) -> None:
    url = escalated.support_request.get_absolute_url()
    for person, name in (("anna", "Helen He"), ("alice", "Fanyun Cloud")):
        page = browser_of(person).get(url).content.decode()
        assert f"Escalated to 21Vianet / {name}" in heads(page)
