"""The letters of this room: rendered in three languages, to those who may read what they say."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.mail.models import Letter
from portal.mail.rendering import render
from portal.outbox.consumer import take
from portal.vianet import contracts
from support import actions
from support.models import Escalation, SupportRequest
from tenants.actions.roles import assign_role, remove_role
from tenants.models import Role
from tests.outbox.messages import acknowledged, answered, from_vianet
from tests.support.conftest import Story

LANGUAGES = ("en", "zh-hans", "fr")


def letters(name: str) -> list[Letter]:
    return list(Letter.objects.filter(template=name).order_by("address"))


def readers(name: str) -> list[str]:
    return [letter.address.partition("@")[0] for letter in letters(name)]


@pytest.fixture
def everything(story: Story) -> SupportRequest:
    """A request through all that a letter can tell."""
    asked = story.ask(severity="critical", impact="All of us", title="R&D <mail> is down")
    story.say(asked, "helen", "Do you & I <agree>?")
    escalation = story.escalate(asked)
    ended = {"escalation_id": str(escalation.pk), "operator_seq": 3, "text": "Solved."}
    take([acknowledged(escalation.pk), answered(escalation.pk), from_vianet(contracts.RESOLVED, ended)])
    story.do("helen", actions.resolve, asked, text="It works.")
    story.do("alice", actions.reopen, asked)
    story.do("alice", actions.close, asked)
    return asked


def test_every_letter_can_be_written_in_every_language(everything: SupportRequest) -> None:
    written = Letter.objects.filter(template__startswith="support_request_")
    assert {letter.template for letter in written} == {
        f"support_request_{what}" for what in ("raised", "commented", "moved", "acknowledged", "answered")
    }
    for letter in written:
        for language in LANGUAGES:
            letter.language = language
            words = render(letter)
            assert everything.reference in words.subject
            assert everything.get_absolute_url() in words.body
            assert "<mail>" not in words.html
            assert "{{" not in words.subject + words.body + words.html


def test_text_letters_are_not_escaped(everything: SupportRequest) -> None:
    (letter,) = letters("support_request_commented")
    words = render(letter)
    assert "Do you & I <agree>?" in words.body
    assert "Do you &amp; I &lt;agree&gt;?" in words.html


def test_both_sides_read_what_21vianet_did(everything: SupportRequest) -> None:
    assert readers("support_request_acknowledged") == ["alice", "helen"]
    assert readers("support_request_answered") == ["alice", "alice", "helen", "helen"]
    assert "CN20261122-000123" in render(letters("support_request_acknowledged")[0]).body


def test_whoever_lost_the_right_reads_nothing(story: Story) -> None:
    asked = story.ask("uma")
    escalation = story.escalate(asked)
    story.do("alice", remove_role, story.cast.uma, Role.USER_ADMIN)
    take([acknowledged(escalation.pk), answered(escalation.pk)])
    story.say(asked, "helen")
    assert readers("support_request_acknowledged") == ["helen"]
    assert readers("support_request_commented") == []


def test_hearing_21vianet_costs_the_same_for_many_readers(story: Story) -> None:
    escalation = story.escalate(story.ask("helen"))
    take([acknowledged(escalation.pk)])

    def cost(operator_seq: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            take([answered(escalation.pk, operator_seq)])
        return len([query for query in seen.captured_queries if query["sql"].startswith("SELECT ")])

    two = cost(2)
    for name in ("uma", "lily", "rosa", "ed"):
        story.do("alice", assign_role, story.cast.people[name], Role.SERVICE_SUPPORT_ADMIN)
    assert cost(3) == two
    assert readers("support_request_answered").count("ed") == 1


def test_nobody_writes_to_themselves(story: Story, escalated: Escalation) -> None:
    story.say(escalated.support_request, "helen")
    story.do("helen", actions.withdraw_escalation, escalated.support_request)
    assert readers("support_request_commented") == ["alice"]
