"""Resolving, closing, reopening: the pages that ask first, and the rules behind them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from portal.errors import NotAllowed, RuleBroken
from portal.mail.models import Letter
from support import actions
from support.models import Comment, Escalation, SupportRequest
from tests.support.conftest import Story, fresh

Browser = Callable[[str], Client]


def told(status: str) -> list[str]:
    letters = Letter.objects.filter(template="support_request_moved", context__status=status)
    return sorted(letters.values_list("address", flat=True))


def test_the_partner_resolves_and_says_how(asked: SupportRequest, browser_of: Browser) -> None:
    helen, url = browser_of("helen"), asked.get_absolute_url()
    assert "can close the request or reopen it" in helen.get(f"{url}resolve/").content.decode()
    answer = helen.post(f"{url}resolve/", {"text": "The connector was off."})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    now = fresh(asked)
    assert (now.status, now.resolved_at is not None, now.closed_at) == ("resolved", True, None)
    assert Comment.objects.get().text == "The connector was off."
    assert told("resolved") == ["alice@huaxin.example"]


def test_the_customer_closes_and_reopens(asked: SupportRequest, browser_of: Browser) -> None:
    alice, url = browser_of("alice"), asked.get_absolute_url()
    assert alice.get(f"{url}close/").status_code == 200
    assert alice.post(f"{url}close/").status_code == 303
    assert (fresh(asked).status, fresh(asked).closed_at is not None) == ("closed", True)
    assert alice.get(f"{url}close/").status_code == 409
    assert alice.get(f"{url}reopen/").status_code == 200
    assert alice.post(f"{url}reopen/", {"text": "Not solved."}).status_code == 303
    now = fresh(asked)
    assert (now.status, now.closed_at, now.resolved_at) == ("waitingForPartner", None, None)
    assert "helen@fanyun.example" in told("waitingForPartner")


def test_a_request_is_reopened_for_fourteen_days(story: Story, asked: SupportRequest, settings: LazySettings) -> None:
    assert settings.REOPEN_DAYS == 14
    story.do("alice", actions.close, asked)
    SupportRequest.objects.update(closed_at=timezone.now() - timedelta(days=14, minutes=1))
    with pytest.raises(RuleBroken) as refusal:
        story.do("alice", actions.reopen, asked)
    assert refusal.value.code == "reopenPeriodOver"
    SupportRequest.objects.update(closed_at=timezone.now() - timedelta(days=13, hours=23))
    assert story.do("alice", actions.reopen, asked).status == "waitingForPartner"


@pytest.mark.parametrize(("by", "verb"), [("helen", actions.resolve), ("alice", actions.close)])
def test_nothing_ends_while_21vianet_works_on_it(
    story: Story, escalated: Escalation, by: str, verb: Callable[..., SupportRequest]
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        story.do(by, verb, escalated.support_request)
    assert refusal.value.code == "escalationOpen"


def test_the_page_says_why_before_anybody_tries(escalated: Escalation, browser_of: Browser) -> None:
    page = browser_of("helen").get(escalated.support_request.get_absolute_url()).content.decode()
    assert "21Vianet is working on it. It can end once 21Vianet has, or once the partner has withdrawn it." in page
    customers_page = browser_of("alice").get(escalated.support_request.get_absolute_url()).content.decode()
    assert "21Vianet is working on it." in customers_page


def test_resolved_is_not_resolved_again(story: Story, asked: SupportRequest) -> None:
    story.do("helen", actions.resolve, asked)
    with pytest.raises(RuleBroken) as refusal:
        story.do("anna", actions.resolve, asked)
    assert refusal.value.code == "requestEnded"


def test_an_open_request_is_not_reopened(story: Story, asked: SupportRequest) -> None:
    with pytest.raises(RuleBroken) as refusal:
        story.do("alice", actions.reopen, asked)
    assert refusal.value.code == "requestNotEnded"


@pytest.mark.parametrize(
    ("step", "allowed", "refused"),
    [
        ("resolve", ("helen", "anna", "paul"), ("alice", "sven", "uma", "rosa", "ed", "sam", "bill")),
        ("close", ("alice", "sven"), ("uma", "lily", "rosa", "ed", "helen", "anna", "paul", "sam")),
        ("reopen", ("alice", "sven"), ("uma", "lily", "rosa", "ed", "helen", "anna", "paul", "sam")),
    ],
)
def test_who_may_end_it(
    story: Story,
    asked: SupportRequest,
    browser_of: Browser,
    step: str,
    allowed: tuple[str, ...],
    refused: tuple[str, ...],
) -> None:
    if step == "reopen":
        story.do("helen", actions.resolve, asked)
    url = f"{asked.get_absolute_url()}{step}/"
    for person in refused:
        assert (browser_of(person).get(url).status_code, browser_of(person).post(url).status_code) == (403, 403)
    for person in ("boris", "mallory", "jun", "olivia"):
        assert (browser_of(person).get(url).status_code, browser_of(person).post(url).status_code) == (404, 404)
    for person in allowed:
        assert browser_of(person).get(url).status_code == 200
        assert browser_of(person).delete(url).status_code == 405
    assert browser_of("").get(url).status_code == 302


def test_uma_closes_what_she_asked_and_nothing_else(story: Story, asked: SupportRequest) -> None:
    assert story.do("uma", actions.close, story.ask("uma")).status == "closed"
    with pytest.raises(NotAllowed) as refusal:
        story.do("uma", actions.close, asked)
    assert refusal.value.code == "notYours"


def test_a_word_that_is_too_long_comes_back(asked: SupportRequest, browser_of: Browser) -> None:
    answer = browser_of("helen").post(f"{asked.get_absolute_url()}resolve/", {"text": "x" * 10_001})
    assert answer.status_code == 422
    assert fresh(asked).status == "open"
