"""What is kept of 21Vianet's messages: ids and outcomes for ever, bodies for a while."""

from datetime import timedelta

from django.conf import settings

from portal.database import now, transaction_as
from portal.outbox.models import HAS_BODY, NEEDS_A_PERSON, InboundMessage, Outcome

BATCH = 1000


def drop_old_bodies() -> int:
    """Empty the bodies of what 21Vianet sent more than INBOX_BODY_DAYS ago, a batch in each transaction; returns how
    many. What is not handled yet, or waits for a person, keeps its body: it is still needed.
    """
    dropped = 0
    while batch := _drop_batch():
        dropped += batch
    return dropped


def _drop_batch() -> int:
    with transaction_as(system="outbox"):
        old = InboundMessage.objects.filter(HAS_BODY, received_at__lt=now() - timedelta(days=settings.INBOX_BODY_DAYS))
        settled = old.exclude(outcome__in=(Outcome.RECEIVED, *NEEDS_A_PERSON)).order_by("received_at")
        ids = list(settled.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        return InboundMessage.objects.filter(pk__in=ids).update(body=b"")
