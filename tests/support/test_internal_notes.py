"""The partner's notes: the customer never learns what they say, nor that there are any, by whatever door."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed
from portal.mail.models import Letter
from portal.outbox.models import OutboundMessage
from support import actions
from support.models import Comment, SupportRequest, Visibility
from tests.support.conftest import Story

CANARY = "kanarienvogel"
Browser = Callable[[str], Client]


@pytest.fixture
def noted(story: Story, asked: SupportRequest) -> SupportRequest:
    """Notes before and after an escalation, among public comments."""
    story.note(asked, f"{CANARY} one")
    story.escalate(asked)
    story.note(asked, f"{CANARY} two", by="anna")
    story.say(asked, "helen", "Nothing secret.")
    return asked


def test_colleagues_read_them(noted: SupportRequest, browser_of: Browser, rest_of: Browser) -> None:
    page = browser_of("anna").get(noted.get_absolute_url()).content.decode()
    assert page.count(CANARY) == 2
    assert "Internal note" in page
    lines = rest_of("helen").get(f"/v1.0/supportRequests/{noted.reference}/comments").json()["value"]
    assert [line["visibility"] for line in lines] == ["internal", "internal", "public"]


@pytest.mark.parametrize("person", ["alice", "sven"])
def test_the_customer_reads_none(noted: SupportRequest, browser_of: Browser, rest_of: Browser, person: str) -> None:
    url, rest = noted.get_absolute_url(), f"/v1.0/supportRequests/{noted.reference}"
    client, program = browser_of(person), rest_of(person)
    answers = [client.get(url), client.get("/requests/"), client.get("/requests/?show=all")]
    answers += [client.get(f"{url}standing/", headers={"HX-Request": "true"})]
    answers += [program.get(path) for path in (rest, f"{rest}/comments", "/v1.0/supportRequests")]
    assert [answer.status_code for answer in answers] == [200] * 7
    for answer in answers:
        assert CANARY not in answer.content.decode().lower()
    assert len(program.get(f"{rest}/comments").json()["value"]) == 1


def test_no_letter_and_no_message_to_21vianet_carries_one(noted: SupportRequest) -> None:
    assert not [letter for letter in Letter.objects.all() if CANARY in str(letter.context)]
    sent = [bytes(message.envelope).decode() for message in OutboundMessage.objects.all()]
    assert len(sent) == 2
    assert not [body for body in sent if CANARY in body]


def test_a_note_writes_no_letter_at_all(story: Story, asked: SupportRequest) -> None:
    before = Letter.objects.count()
    story.note(asked, CANARY)
    assert Letter.objects.count() == before


def test_the_customers_audit_log_does_not_mention_it(cast: Cast, noted: SupportRequest) -> None:
    about_notes = AuditEntry.objects.filter(deed="support.request.noted")
    assert set(about_notes.values_list("tenant_id", flat=True)) == {cast.fanyun.pk}
    assert not [entry for entry in AuditEntry.objects.all() if CANARY in str(entry.data)]


def test_a_customer_cannot_write_one(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    with pytest.raises(NotAllowed):
        story.note(asked, "mine", by="alice")
    form = {"text": "mine", "visibility": "internal"}
    assert browser_of("alice").post(f"{asked.get_absolute_url()}comment/", form).status_code == 403
    assert not Comment.objects.exists()


def test_the_queryset_itself_hides_them(cast: Cast, noted: SupportRequest) -> None:
    def read_by(name: str) -> set[str]:
        return set(Comment.objects.visible_to(cast.actor(name)).values_list("visibility", flat=True))

    assert read_by("helen") == {Visibility.PUBLIC, Visibility.INTERNAL}
    assert read_by("alice") == {Visibility.PUBLIC}
    assert read_by("boris") == read_by("mallory") == read_by("ed") == read_by("olivia") == set()


def test_a_note_does_not_pass_the_turn(story: Story, asked: SupportRequest) -> None:
    story.say(asked, "helen", awaits_customer=True)
    story.note(asked, CANARY)
    story.do("alice", actions.comment, asked, text="Here.")
    assert SupportRequest.objects.get().status == "waitingForPartner"


def test_a_note_that_asks_the_customer_is_refused_and_kept(asked: SupportRequest, browser_of: Browser) -> None:
    form = {"text": "Do they know the tenant's name?", "visibility": "internal", "awaits_customer": "on"}
    answer = browser_of("helen").post(f"/requests/{asked.reference}/comment/", form)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "awaits_customer": ["The customer cannot read an internal note, so it cannot answer it."]
    }
    assert form["text"].replace("'", "&#x27;") in answer.content.decode()
    assert not Comment.objects.exists()


def test_the_verb_takes_no_note_that_asks_the_customer(story: Story, asked: SupportRequest) -> None:
    with pytest.raises(InvalidInput) as refusal:
        story.say(asked, "helen", visibility=Visibility.INTERNAL, awaits_customer=True)
    assert [detail["target"] for detail in refusal.value.details] == ["awaits_customer"]
