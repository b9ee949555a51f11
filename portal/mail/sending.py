"""Sending what waits: claim under a lease (short), send (outside any transaction), mark (short).

A worker that dies loses its lease and the letter is sent again: twice is possible, never is not.
"""

import random
from contextlib import suppress
from datetime import timedelta
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPSenderRefused
from time import monotonic
from uuid import UUID, uuid4

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F

from portal.database import now, transaction_as
from portal.mail.models import MAY_BECOME, Letter, LetterState
from portal.mail.rendering import Words, render
from portal.states import leading_to

logger = structlog.get_logger(__name__)

ROUND_SECONDS = 25.0  # a round ends well before the task's time limit (tasks.py); the next one goes on
LEASE = timedelta(seconds=90)  # longer than a task may last
# What the mail server has against one letter. Whatever else goes wrong with it goes wrong with the next letter too.
LETTERS_OWN = (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError)
TOO_LARGE = 552  # said of the sender, meant of the letter (RFC 1870)


class ServerTrouble(Exception):
    """The mail server does not answer, or takes nothing from us."""


def send_due() -> int:
    """Send the letters that are due, skipping those that another worker holds, until none is left, the time is over
    or the mail server is in trouble; how many were sent.
    """
    end = monotonic() + ROUND_SECONDS
    connection, sent, claimed = get_connection(), 0, settings.LETTER_BATCH
    try:
        while claimed == settings.LETTER_BATCH and monotonic() < end:
            lease = uuid4()
            letters = _claim(lease)
            claimed = len(letters)
            try:
                while letters and monotonic() < end:
                    sent += _send(letters.pop(0), lease, connection)
            finally:
                _give_back(letters, lease)
    except ServerTrouble:
        logger.warning("mail_server_in_trouble")
    finally:
        with suppress(OSError):
            connection.close()
    return sent


def _claim(lease: UUID) -> list[Letter]:
    with transaction_as(system="mail"):
        moment = now()
        held = Letter.objects.filter(state=LetterState.LEASED, due_at__gt=moment).count()
        # A mail server that hangs holds up two workers, and never all of them.
        free = min(settings.LETTER_BATCH, max(2 * settings.LETTER_BATCH - held, 0))
        due = Letter.objects.filter(state__in=leading_to(LetterState.LEASED, MAY_BECOME), due_at__lte=moment)
        chosen = list(due.order_by("due_at").select_for_update(skip_locked=True).values_list("pk", flat=True)[:free])
        # The condition is asked again in the UPDATE: SQLite has no locks on rows to skip.
        due.filter(pk__in=chosen).update(
            state=LetterState.LEASED, lease=lease, attempts=F("attempts") + 1, due_at=moment + LEASE
        )
        return list(Letter.objects.filter(pk__in=chosen, lease=lease).order_by("created_at", "id"))


def _give_back(letters: list[Letter], lease: UUID) -> None:
    """What was not tried waits for the next round, and has lost no attempt."""
    with transaction_as(system="mail"):
        untried = Letter.objects.filter(pk__in=[letter.pk for letter in letters], lease=lease)
        untried.update(state=LetterState.QUEUED, lease=None, attempts=F("attempts") - 1, due_at=now())


def _send(letter: Letter, lease: UUID, connection: BaseEmailBackend) -> bool:
    """False when it could not be sent; raises `ServerTrouble` when that is not its own fault."""
    try:
        words = render(letter)
        _hand_over(letter, words, connection)
    except SoftTimeLimitExceeded:
        _postpone(letter, lease, ServerTrouble("The mail server took longer than the worker may."))
        raise
    except ServerTrouble as trouble:
        _postpone(letter, lease, trouble)
        raise
    except Exception as error:  # noqa: BLE001 - whatever one letter comes up with must not stop the others
        _count_failure(letter, lease, error)
        return False
    return _mark_sent(letter, lease, words)


def _hand_over(letter: Letter, words: Words, connection: BaseEmailBackend) -> None:
    message = EmailMultiAlternatives(
        words.subject,
        words.body,
        to=[letter.address],
        connection=connection,
        # The same id on every attempt lets a mail reader show a letter once that was sent twice.
        headers={"Message-ID": f"<{letter.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"},
    )
    message.attach_alternative(words.html, "text/html")
    try:
        connection.open()  # once per round: what is already open stays open
    except OSError as error:
        raise ServerTrouble(repr(error)) from error
    try:
        message.send()
    except OSError as error:
        if _is_letters_own(error):
            raise
        raise ServerTrouble(repr(error)) from error


def _is_letters_own(error: OSError) -> bool:
    if isinstance(error, SMTPSenderRefused):
        return error.smtp_code == TOO_LARGE
    return isinstance(error, LETTERS_OWN)


def _mark_sent(letter: Letter, lease: UUID, words: Words) -> bool:
    # The reader has the words. The demo sends none: there its mailbox page is the only place to read them.
    body, html = (words.body, words.html) if settings.DEMO else ("", "")
    with transaction_as(system="mail"):
        return bool(
            Letter.objects.filter(pk=letter.pk, lease=lease).update(
                state=LetterState.SENT,
                lease=None,
                sent_at=now(),
                last_error="",
                subject=words.subject,
                body=body,
                html=html,
                context={},
            )
        )


def _postpone(letter: Letter, lease: UUID, trouble: ServerTrouble) -> None:
    """It has lost no attempt, and waits a tenth longer than it has waited; after days it is given up, though not at
    the first trouble: for so long nobody may have tried.
    """
    waited = (now() - (letter.resent_at or letter.created_at)).total_seconds()
    final = bool(letter.last_error) and waited >= settings.LETTER_GIVE_UP_HOURS * 3600
    _mark_unsent(letter, lease, str(trouble), attempts=letter.attempts - 1, pause=waited / 10, final=final)


def _count_failure(letter: Letter, lease: UUID, error: Exception) -> None:
    """The letter's own fault: the pause doubles, and the last attempt is final."""
    pause = settings.LETTER_RETRY_SECONDS * 2**letter.attempts * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing
    final = letter.attempts >= settings.LETTER_MAX_ATTEMPTS
    _mark_unsent(letter, lease, repr(error), attempts=letter.attempts, pause=pause, final=final)


def _mark_unsent(letter: Letter, lease: UUID, error: str, *, attempts: int, pause: float, final: bool) -> None:
    event = "letter_given_up" if final else "letter_not_sent"
    logger.warning(event, letter=str(letter.pk), template=letter.template, error=error)
    seconds = min(max(pause, settings.LETTER_RETRY_SECONDS), settings.LETTER_RETRY_CAP_SECONDS)
    with transaction_as(system="mail"):
        Letter.objects.filter(pk=letter.pk, lease=lease).update(
            state=LetterState.FAILED if final else LetterState.QUEUED,
            lease=None,
            attempts=attempts,
            due_at=now() + timedelta(seconds=seconds),
            last_error=error[:300],
            context={} if final and letter.secret else letter.context,
        )
