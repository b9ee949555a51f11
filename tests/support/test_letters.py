"""The letters of this room: rendered in three languages, to those who may read what they say."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.mail.models import Letter
from portal.mail.rendering import render
from portal.outbox.consumer import take
from portal.vianet import contracts
from support import actions
from support.models import Escalation, SupportRequest
from tenants.actions.people import block_user, delete_user
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


def lose_role(story: Story) -> None:
    story.do("alice", remove_role, story.cast.uma, Role.USER_ADMIN)


def is_blocked(story: Story) -> None:
    story.do("alice", block_user, story.cast.uma)


def is_deleted(story: Story) -> None:
    story.do("alice", delete_user, story.cast.uma)


@pytest.mark.parametrize("happens", [lose_role, is_blocked, is_deleted])
def test_where_who_asked_reads_no_more_the_admins_at_home_are_told(
    story: Story, happens: Callable[[Story], None]
) -> None:
    asked = story.ask("uma")
    escalation = story.escalate(asked)
    happens(story)
    take([acknowledged(escalation.pk), answered(escalation.pk)])
    story.say(asked, "helen", awaits_customer=True)
    story.do("helen", actions.withdraw_escalation, asked)
    story.do("helen", actions.resolve, asked)
    assert readers("support_request_acknowledged") == ["alice", "helen", "sven"]
    assert readers("support_request_answered") == ["alice", "helen", "sven"]
    assert readers("support_request_commented") == ["alice", "sven"]
    assert readers("support_request_moved") == ["alice", "sven"]


def test_who_asked_hears_what_somebody_else_at_home_does_with_it(story: Story) -> None:
    asked = story.ask("uma")
    story.say(asked, "helen")
    story.say(asked, "alice", "It got worse.")
    story.do("alice", actions.close, asked)
    assert readers("support_request_commented") == ["helen", "uma", "uma"]
    assert readers("support_request_moved") == ["helen", "uma"]


def test_and_nothing_once_it_is_not_theirs_to_read(story: Story) -> None:
    asked = story.ask("uma")
    story.say(asked, "helen")
    lose_role(story)
    story.do("alice", actions.close, asked)
    assert readers("support_request_moved") == ["helen"]


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
