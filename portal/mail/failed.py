"""Letters that were given up: they wait for a person, `manage.py letters`."""

from django.db.models import QuerySet

from portal.database import now, transaction_as
from portal.mail.models import Letter, LetterState


def failed_count() -> int:
    """How many letters were given up and wait for a person."""
    with transaction_as(system="mail"):
        return Letter.objects.filter(state=LetterState.FAILED).count()


def resend(letters: QuerySet[Letter]) -> int:
    """Have those that failed sent again, with all their attempts and days; how many. Call it as a machine.

    One that carried a one-time link is left alone: it was emptied, and its reader asks for another.
    """
    moment = now()
    return letters.filter(state=LetterState.FAILED, secret=False).update(
        state=LetterState.QUEUED, attempts=0, due_at=moment, resent_at=moment
    )
