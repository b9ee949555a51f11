"""Whoever typed a text keeps it when the portal refuses it: the form comes back with the reason and the words in it."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.database import transaction_as
from portal.demo.cast import Cast
from support import actions
from support.models import Comment, Escalation, SupportRequest
from tenants.actions.organisations import end_relationship, start_relationship
from tenants.actor import Actor, acting_as
from tenants.models import ResellerRelationship
from tests.support.conftest import Story

Browser = Callable[[str], Client]
TYPED = "What took an hour to write"
ESCALATION = {"reason": "training", "tried": TYPED, "impact": "40 people"}
REQUEST = {"service": "exchange", "severity": "minimal", "title": "No mail", "description": TYPED}


def refused(client: Client, url: str, form: dict[str, str], status: int, reason: str) -> str:
    """The page that came back: this status, this reason in the form's summary, and the text still in its field."""
    answer = client.post(url, form)
    page = answer.content.decode()
    assert answer.status_code == status
    assert reason in page.partition('class="form-errors"')[2]
    assert f"{TYPED}</textarea>" in page
    return page


def end_ties(cast: Cast, partner: str, by: str) -> None:
    """The partner's global admin ends its relationship with Huaxin."""
    actor = cast.actor(by)
    with acting_as(actor, cast.huaxin):
        tie = ResellerRelationship.objects.get(customer=cast.huaxin, partner=cast.organisations[partner], ended_at=None)
        end_relationship(tie, actor=actor)


def new_request(cast: Cast) -> str:
    return f"/organisations/{cast.huaxin.pk}/requests/new/"


@pytest.mark.parametrize("person", ["alice", "helen"])
def test_a_comment_that_meets_a_closed_request(
    story: Story, asked: SupportRequest, browser_of: Browser, person: str
) -> None:
    story.do("sven", actions.close, asked)
    form = {"text": TYPED, "visibility": "public"}
    refused(browser_of(person), f"{asked.get_absolute_url()}comment/", form, 409, "The request is closed.")
    assert not Comment.objects.filter(milestone="").exists()


def test_a_resolution_that_meets_an_escalation(escalated: Escalation, browser_of: Browser) -> None:
    url = f"{escalated.support_request.get_absolute_url()}resolve/"
    refused(browser_of("helen"), url, {"text": TYPED}, 409, "The escalation is still open.")


def test_an_escalation_that_meets_another(escalated: Escalation, browser_of: Browser) -> None:
    url = f"{escalated.support_request.get_absolute_url()}escalate/"
    refused(browser_of("anna"), url, ESCALATION, 409, "The request is already escalated to 21Vianet.")


def test_a_withdrawal_that_meets_another(story: Story, escalated: Escalation, browser_of: Browser) -> None:
    asked = escalated.support_request
    story.do("anna", actions.withdraw_escalation, asked)
    reason = "Nothing has been handed to 21Vianet, or it is already settled."
    refused(browser_of("helen"), f"{asked.get_absolute_url()}withdraw/", {"reason": TYPED}, 409, reason)


def test_a_reopening_that_meets_another(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    url = f"{asked.get_absolute_url()}reopen/"
    refused(browser_of("alice"), url, {"text": TYPED}, 409, "The request is still being worked on.")


def test_a_request_that_nobody_can_answer_any_more(cast: Cast, browser_of: Browser) -> None:
    end_ties(cast, "fanyun", "paul")
    reason = "Your organisation has no partner who could answer."
    refused(browser_of("alice"), new_request(cast), REQUEST, 409, reason)
    assert not SupportRequest.objects.exists()


def test_a_request_does_not_go_to_another_partner_than_was_chosen(cast: Cast, browser_of: Browser) -> None:
    with transaction_as(system="setup"):
        start_relationship(cast.beichen, cast.huaxin, actor=Actor.system("setup"))
    end_ties(cast, "fanyun", "paul")
    form = REQUEST | {"partner": str(cast.fanyun.pk)}
    page = refused(browser_of("alice"), new_request(cast), form, 422, "Choose the partner whom you want to ask.")
    assert str(cast.beichen.pk) in page
    assert not SupportRequest.objects.exists()


def test_a_form_that_was_sent_with_other_words_comes_back_with_a_key_of_its_own(
    asked: SupportRequest, browser_of: Browser
) -> None:
    alice, url = browser_of("alice"), f"{asked.get_absolute_url()}comment/"
    assert alice.post(url, {"text": "First.", "form_key": "one-form"}).status_code == 303
    again = {"text": TYPED, "form_key": "one-form"}
    page = refused(alice, url, again, 422, "This form was already sent with other content, and that was done.")
    key = page.rpartition('name="form_key" value="')[2].partition('"')[0]
    assert key not in {"", "one-form"}
    assert alice.post(url, {"text": TYPED, "form_key": key}).status_code == 303
    assert [line.text for line in Comment.objects.order_by("created_at")] == ["First.", TYPED]
