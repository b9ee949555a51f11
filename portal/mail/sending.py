"""Sending what waits: claim under a lease (short), send (outside any transaction), mark (short).

A worker that dies loses its lease and the letter is sent again: twice is possible, never is not.
"""

import random
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F

from portal.database import now, transaction_as
from portal.mail.models import Letter, LetterState
from portal.mail.rendering import Words, render

logger = structlog.get_logger(__name__)

BATCH = 20
LEASE = timedelta(minutes=5)  # longer than BATCH letters to a mail server that lets every one of them time out
MAX_ATTEMPTS = 12
LONGEST_PAUSE = 3600  # seconds


def send_due(limit: int = BATCH) -> int:
    """Send up to `limit` letters that are due, skipping those that another worker holds; how many were sent."""
    lease = uuid4()
    letters = _claim(lease, limit)
    return sum(_send(letter, lease) for letter in letters)


def _claim(lease: UUID, limit: int) -> list[Letter]:
    with transaction_as(system="mail"):
        moment = now()
        due = Letter.objects.filter(state__in=[LetterState.QUEUED, LetterState.LEASED], due_at__lte=moment)
        chosen = due.order_by("due_at").select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit]
        # The condition is asked again in the UPDATE: SQLite has no locks on rows to skip.
        due.filter(pk__in=list(chosen)).update(
            state=LetterState.LEASED, lease=lease, attempts=F("attempts") + 1, due_at=moment + LEASE
        )
        return list(Letter.objects.filter(lease=lease).order_by("created_at", "id"))


def _send(letter: Letter, lease: UUID) -> bool:
    try:
        words = render(letter)
        _hand_over(letter, words)
    except Exception as error:  # noqa: BLE001 - whatever one letter comes up with must not stop the others
        logger.warning("letter_not_sent", letter=str(letter.pk), template=letter.template, error=repr(error))
        _mark_failed(letter, lease, error)
        return False
    return _mark_sent(letter, lease, words)


def _hand_over(letter: Letter, words: Words) -> None:
    message = EmailMultiAlternatives(
        words.subject,
        words.body,
        to=[letter.address],
        connection=get_connection(),
        # The same id on every attempt lets a mail reader show a letter once that was sent twice.
        headers={"Message-ID": f"<{letter.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"},
    )
    message.attach_alternative(words.html, "text/html")
    message.send()


def _mark_sent(letter: Letter, lease: UUID, words: Words) -> bool:
    # The demo sends nothing, so its mailbox page is the only place to follow a one-time link from.
    kept = words if settings.DEMO or not letter.secret else Words(words.subject, "", "")
    with transaction_as(system="mail"):
        return bool(
            Letter.objects.filter(pk=letter.pk, lease=lease).update(
                state=LetterState.SENT,
                lease=None,
                sent_at=now(),
                last_error="",
                subject=kept.subject,
                body=kept.body,
                html=kept.html,
                context={} if letter.secret else letter.context,
            )
        )


def _mark_failed(letter: Letter, lease: UUID, error: Exception) -> None:
    final = letter.attempts >= MAX_ATTEMPTS
    pause = min(LONGEST_PAUSE, 5 * 2**letter.attempts) * random.uniform(0.5, 1)  # noqa: S311 - spreads load, guards nothing
    with transaction_as(system="mail"):
        Letter.objects.filter(pk=letter.pk, lease=lease).update(
            state=LetterState.FAILED if final else LetterState.QUEUED,
            lease=None,
            due_at=now() + timedelta(seconds=pause),
            last_error=repr(error)[:300],
            context={} if final and letter.secret else letter.context,
        )
