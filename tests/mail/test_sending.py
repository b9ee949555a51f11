"""Letters are sent later, by whoever holds the lease, in the reader's own words."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections
from django.utils import translation
from pytest_django.fixtures import Settings

from portal import mail
from portal.database import now
from portal.mail import sending
from portal.mail.models import Letter
from portal.mail.tasks import send_letters
from tests.mail.readers import Person
from tests.silence import silent_server
from tests.threads import at_once

pytestmark = pytest.mark.django_db


class DeadServer(BaseEmailBackend):
    """A mail server that does not answer."""

    def send_messages(self, email_messages: Any) -> int:
        raise ConnectionRefusedError("no server")


def post(**fields: Any) -> Letter:
    person = Person(fields.pop("email", "alice@huaxin.example"), fields.pop("language", "en"))
    mail.queue("greeting", [person], title="<5 seats>\r\nBcc: all@evil.example", **fields)
    return Letter.objects.get(recipient_id=person.id)


def html_of(message: Any) -> str:
    """The second face of a letter that was sent."""
    return str(message.alternatives[0].content)


def test_a_letter_is_sent_once(mailoutbox: list[Any]) -> None:
    letter = post(path="/requests/SR-2026-000123/")
    assert [mail.send_due(), mail.send_due()] == [1, 0]
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.lease) == ("sent", 1, None)
    assert letter.sent_at is not None
    assert len(mailoutbox) == 1
    assert mailoutbox[0].to == ["alice@huaxin.example"]
    assert "http://127.0.0.1:8000/requests/SR-2026-000123/" in mailoutbox[0].body


def test_no_text_becomes_a_header_or_markup(mailoutbox: list[Any]) -> None:
    letter = post()
    mail.send_due()
    letter.refresh_from_db()
    assert letter.subject == "Waiting: <5 seats> Bcc: all@evil.example"
    assert mailoutbox[0].message()["Bcc"] is None
    assert "&lt;5 seats&gt;" in html_of(mailoutbox[0])
    assert "<5 seats>" in mailoutbox[0].body


def test_it_is_in_the_readers_language_whatever_the_workers(mailoutbox: list[Any]) -> None:
    post(language="fr")
    with translation.override("en"):
        mail.send_due()
        assert translation.get_language() == "en"
    assert '<html lang="fr">' in html_of(mailoutbox[0])


def test_moments_are_shown_in_the_readers_zone(mailoutbox: list[Any]) -> None:
    post(at=datetime(2026, 11, 22, 20, 0, tzinfo=UTC))
    mail.send_due()
    assert "2026-11-23 04:00" in mailoutbox[0].body


def test_a_night_without_a_server_delays_a_letter_by_a_tenth_and_costs_it_nothing(
    settings: Settings, mailoutbox: list[Any]
) -> None:
    working = settings.EMAIL_BACKEND
    letter = post()
    Letter.objects.update(attempts=11, created_at=now() - timedelta(hours=8))
    settings.EMAIL_BACKEND = "tests.mail.test_sending.DeadServer"
    assert mail.send_due() == 0
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("queued", 11)
    assert "no server" in letter.last_error
    assert timedelta(minutes=47) < letter.due_at - now() < timedelta(minutes=49)

    settings.EMAIL_BACKEND = working
    Letter.objects.update(due_at=now())
    assert mail.send_due() == 1
    assert [message.to for message in mailoutbox] == [["alice@huaxin.example"]]


def test_a_letter_that_no_server_has_taken_for_three_days_is_given_up(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "tests.mail.test_sending.DeadServer"
    letter = post(secret=True)
    Letter.objects.update(created_at=now() - timedelta(hours=settings.LETTER_GIVE_UP_HOURS))
    mail.send_due()
    letter.refresh_from_db()
    assert letter.state == "queued", "nobody may have tried before"
    Letter.objects.update(due_at=now())
    mail.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.context) == ("failed", {})
    assert mail.failed_count() == 1
    assert "letter_given_up" in caplog.text


def test_the_twelfth_refusal_of_a_letter_is_final(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.mail.test_sending.Choosy"
    letter = post(email="p0@huaxin.example")
    Letter.objects.update(attempts=settings.LETTER_MAX_ATTEMPTS - 2)
    mail.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("queued", 11)
    Letter.objects.update(due_at=now())
    mail.send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("failed", 12)


def test_a_broken_letter_does_not_hold_up_the_others(mailoutbox: list[Any]) -> None:
    mail.queue("no_such_words", [Person("rosa@huaxin.example")])
    post()
    assert mail.send_due() == 1
    assert [message.to for message in mailoutbox] == [["alice@huaxin.example"]]


def test_a_leased_letter_is_left_alone_until_the_lease_ends(mailoutbox: list[Any]) -> None:
    post()
    Letter.objects.update(state="leased", lease=uuid4(), due_at=now() + timedelta(minutes=5))
    assert mail.send_due() == 0
    Letter.objects.update(due_at=now())
    assert mail.send_due() == 1
    assert len(mailoutbox) == 1


def test_a_worker_that_lost_its_lease_marks_nothing() -> None:
    letter = post()
    late = uuid4()
    [claimed] = sending._claim(late)
    Letter.objects.update(lease=uuid4())
    assert sending._send(claimed, late, get_connection()) is False
    letter.refresh_from_db()
    assert letter.state == "leased"


@pytest.mark.parametrize("secret", [True, False])
def test_of_a_letter_that_was_sent_only_the_subject_is_kept(mailoutbox: list[Any], secret: bool) -> None:
    letter = post(secret=secret, path="/account/password/reset/key/abc/")
    mail.send_due()
    letter.refresh_from_db()
    assert "key/abc" in mailoutbox[0].body
    assert (letter.subject, letter.body, letter.html, letter.context) == (mailoutbox[0].subject, "", "", {})


def test_the_demo_keeps_its_words_for_the_mailbox_page(settings: Settings) -> None:
    settings.DEMO = True
    letter = post(secret=True, path="/account/password/reset/key/abc/")
    mail.send_due()
    letter.refresh_from_db()
    assert "key/abc" in letter.body
    assert "key/abc" in letter.html
    assert letter.context == {}


def test_the_worker_empties_the_pile(mailoutbox: list[Any]) -> None:
    mail.queue("greeting", [Person(f"p{number}@huaxin.example") for number in range(25)])
    assert send_letters() == 25
    assert len(mailoutbox) == 25


class Choosy(BaseEmailBackend):
    """A mail server that refuses one reader."""

    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            if message.to == ["p0@huaxin.example"]:
                raise SMTPRecipientsRefused({"p0@huaxin.example": (550, b"unknown")})
        return len(email_messages)


def test_a_reader_whom_the_server_refuses_does_not_hold_up_the_others(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.mail.test_sending.Choosy"
    mail.queue("greeting", [Person(f"p{number}@huaxin.example") for number in range(45)])
    assert mail.send_due() == 44
    refused = Letter.objects.exclude(state="sent").get()
    assert (refused.address, refused.state, refused.attempts) == ("p0@huaxin.example", "queued", 1)


class Suspicious(BaseEmailBackend):
    """A mail server that takes nothing from our address."""

    code = 550

    def send_messages(self, email_messages: Any) -> int:
        raise SMTPSenderRefused(self.code, b"no", "portal@vianet.example")


class Narrow(Suspicious):
    """A mail server that finds every letter too large."""

    code = 552


class Plain(BaseEmailBackend):
    """A mail server that does not speak TLS."""

    def open(self) -> bool:
        raise SMTPNotSupportedError("STARTTLS extension not supported by server.")


@pytest.mark.parametrize("server", ["Suspicious", "Plain"])
def test_what_the_server_has_against_the_portal_costs_no_letter_an_attempt(settings: Settings, server: str) -> None:
    settings.EMAIL_BACKEND = f"tests.mail.test_sending.{server}"
    mail.queue("greeting", [Person("alice@huaxin.example"), Person("rosa@huaxin.example")])
    assert mail.send_due() == 0
    assert set(Letter.objects.values_list("state", "attempts")) == {("queued", 0)}
    assert Letter.objects.filter(due_at__lte=now()).count() == 1


def test_a_letter_that_is_too_large_has_itself_to_blame(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.mail.test_sending.Narrow"
    mail.queue("greeting", [Person("alice@huaxin.example"), Person("rosa@huaxin.example")])
    assert mail.send_due() == 0
    assert set(Letter.objects.values_list("state", "attempts")) == {("queued", 1)}


def test_a_server_that_takes_calls_and_says_nothing_holds_up_a_round_and_costs_nothing(settings: Settings) -> None:
    mail.queue("greeting", [Person(f"p{number}@huaxin.example") for number in range(25)])
    with silent_server() as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_TIMEOUT = 0.5
        started = time.monotonic()
        assert mail.send_due() == 0
        assert time.monotonic() - started < 5
    assert Counter(Letter.objects.values_list("state", "attempts")) == {("queued", 0): 25}
    assert Letter.objects.filter(due_at__lte=now()).count() == 24


def test_when_the_time_is_over_the_rest_waits_and_has_lost_no_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    post()
    with monkeypatch.context() as late:
        late.setattr(sending, "ROUND_SECONDS", 0)
        assert mail.send_due() == 0
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts, letter.lease) == ("queued", 0, None)
    assert mail.send_due() == 1


def test_a_server_that_hangs_never_holds_more_than_two_batches() -> None:
    mail.queue("greeting", [Person(f"p{number}@huaxin.example") for number in range(60)])
    assert [len(sending._claim(uuid4())) for _ in range(3)] == [20, 20, 0]


class Watchful(BaseEmailBackend):
    """A mail server that notes whether somebody holds a transaction meanwhile."""

    inside: ClassVar[list[bool]] = []

    def send_messages(self, email_messages: Any) -> int:
        self.inside.append(connections["default"].in_atomic_block)
        return len(email_messages)


@pytest.mark.django_db(transaction=True)
def test_no_letter_is_sent_inside_a_transaction(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.mail.test_sending.Watchful"
    post()
    assert mail.send_due() == 1
    assert Watchful.inside == [False]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_every_letter_once(mailoutbox: list[Any]) -> None:
    mail.queue("greeting", [Person(f"p{number}@huaxin.example") for number in range(60)])
    at_once(mail.send_due, mail.send_due)
    mail.send_due()
    assert Counter(message.to[0] for message in mailoutbox) == Counter(
        f"p{number}@huaxin.example" for number in range(60)
    )
    assert set(Letter.objects.values_list("state", "attempts")) == {("sent", 1)}
