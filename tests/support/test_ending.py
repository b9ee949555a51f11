"""Resolving, closing, reopening: the pages that ask first, and the rules behind them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.errors import NotAllowed, RuleBroken
from portal.mail.models import Letter
from portal.outbox.models import OutboundMessage
from support import actions
from support.models import Comment, Escalation, SupportRequest
from tenants.actions.organisations import revoke_delegated_admin
from tenants.models import DelegatedAdmin
from tests.support.conftest import Story, fresh, messages

Browser = Callable[[str], Client]


def told(status: str) -> list[str]:
    letters = Letter.objects.filter(template="support_request_moved", context__status=status)
    return sorted(letters.values_list("address", flat=True))


def test_the_partner_resolves_and_says_how(asked: SupportRequest, browser_of: Browser) -> None:
    helen, url = browser_of("helen"), asked.get_absolute_url()
    page = helen.get(f"{url}resolve/").content.decode()
    assert "can close the request or reopen it" in page and "Comment for the customer" in page
    answer = helen.post(f"{url}resolve/", {"text": "The connector was off."})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    now = fresh(asked)
    assert (now.status, now.resolved_at is not None, now.closed_at) == ("resolved", True, None)
    assert Comment.objects.get().text == "The connector was off."
    assert told("resolved") == ["alice@huaxin.example"]


def test_the_customer_closes_and_reopens(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    alice, url = browser_of("alice"), asked.get_absolute_url()
    assert alice.get(f"{url}close/").status_code == 200
    assert alice.post(f"{url}close/").status_code == 303
    assert (fresh(asked).status, fresh(asked).closed_at is not None) == ("closed", True)
    assert alice.get(f"{url}close/").status_code == 409
    with pytest.raises(RuleBroken) as refusal:
        story.do("alice", actions.close, asked)
    assert refusal.value.code == "requestClosed"
    assert "Comment for your partner" in alice.get(f"{url}reopen/").content.decode()
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


def test_the_partner_does_not_resolve_what_21vianet_works_on(story: Story, escalated: Escalation) -> None:
    with pytest.raises(RuleBroken) as refusal:
        story.do("helen", actions.resolve, escalated.support_request)
    assert refusal.value.code == "escalationOpen"


def test_the_page_says_why_before_anybody_tries(escalated: Escalation, browser_of: Browser) -> None:
    page = browser_of("helen").get(escalated.support_request.get_absolute_url()).content.decode()
    assert "Resolve the request once 21Vianet has finished or the escalation is withdrawn." in page


@pytest.mark.parametrize(("attempts", "types"), [(0, ["escalated"]), (1, ["escalated", "withdrawn"])])
def test_the_customer_closes_what_21vianet_works_on(
    story: Story, escalated: Escalation, browser_of: Browser, attempts: int, types: list[str]
) -> None:
    grant = DelegatedAdmin.objects.get(customer=story.cast.huaxin, partner=story.cast.fanyun, revoked_at=None)
    story.do("alice", revoke_delegated_admin, grant)
    OutboundMessage.objects.update(attempts=attempts)
    alice, url = browser_of("alice"), escalated.support_request.get_absolute_url()
    assert "The escalation ends too" in alice.get(f"{url}close/").content.decode()
    assert alice.post(f"{url}close/").status_code == 303
    escalated.refresh_from_db()
    assert (escalated.state, fresh(escalated.support_request).status) == ("withdrawn", "closed")
    assert [message.type for message in messages()] == [f"support.request.{name}" for name in types]
    assert told("closed") == ["helen@fanyun.example"]
    deeds = AuditEntry.objects.filter(target_id=str(escalated.support_request_id)).order_by("sequence")
    assert list(deeds.values_list("deed", flat=True))[-2:] == [
        "support.escalation.withdrawn",
        "support.request.closed",
    ]


def test_closing_says_nothing_of_an_escalation_where_there_is_none(asked: SupportRequest, browser_of: Browser) -> None:
    page = browser_of("alice").get(f"{asked.get_absolute_url()}close/").content.decode()
    assert "The escalation ends too" not in page


def test_both_sides_read_who_may_reopen(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    story.do("alice", actions.close, asked)
    texts = {
        "alice": "The request is closed. Reopen it first.",
        "helen": "The request is closed. Only the customer can reopen it, within 14 days.",
    }
    for person, text in texts.items():
        assert text in browser_of(person).get(asked.get_absolute_url()).content.decode()


def test_each_side_reads_its_own_part_in_what_is_resolved(
    story: Story, asked: SupportRequest, browser_of: Browser
) -> None:
    story.do("helen", actions.resolve, asked)
    texts = {
        "alice": "Check that it works, then close the request, or reopen it.",
        "helen": "They check that it works, then close the request or reopen it.",
    }
    for person, text in texts.items():
        assert text in browser_of(person).get(asked.get_absolute_url()).content.decode()


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
