"""Who may send what now: a worker takes a lease on the messages that are due and first in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from portal.database import now, transaction_as
from portal.outbox.models import CLAIMABLE, FINAL, MAY_BECOME, OutboundMessage, State
from portal.states import leading_to

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """One message in a worker's hands until the lease ends. Only who knows `token` may write the result."""

    message_id: UUID
    order_key: UUID
    token: UUID
    body: bytes
    sha256: str
    attempts: int
    publishes: int
    failures: int


def claim(owner: str, limit: int) -> list[Lease]:
    """Lease up to `limit` due messages, at most one per order, as far as the window has room.

    Several workers may claim at once: PostgreSQL skips rows that another one is just claiming; on SQLite the
    transaction is IMMEDIATE, so there is no other. On both, only the UPDATE's own condition decides.
    """
    if limit <= 0:
        return []
    with transaction_as(system="outbox"):
        moment = now()
        free = min(limit, free_slots(moment))
        if free <= 0:
            return []
        due = _due(moment).select_for_update(skip_locked=True).order_by("due_at", "created_at")
        return _lease(list(due.values_list("pk", flat=True)[:free]), owner, moment)


def _due(moment: datetime) -> QuerySet[OutboundMessage]:
    """To be sent now. What is past its last day is not: every sending would push its deadline beyond the sweep that
    parks it.
    """
    return first_and_due(moment).filter(give_up_at__gt=moment)


def first_and_due(moment: datetime) -> QuerySet[OutboundMessage]:
    """Due, and nothing earlier in the same order is unsettled."""
    earlier = OutboundMessage.objects.filter(
        order_key=OuterRef("order_key"), order_seq__lt=OuterRef("order_seq")
    ).exclude(state__in=FINAL)
    return OutboundMessage.objects.filter(~Exists(earlier), state__in=CLAIMABLE, due_at__lte=moment)


def _lease(ids: Sequence[UUID], owner: str, moment: datetime) -> list[Lease]:
    if not ids:
        return []
    token = uuid4()
    free = leading_to(State.LEASED, MAY_BECOME)
    mine = OutboundMessage.objects.filter(pk__in=ids, state__in=free, due_at__lte=moment)
    lost = mine.filter(state=State.LEASED).count()
    if lost:
        log.warning("outbox_lease_lost", messages=lost)
    # Its days count from its first turn, however long those before it took.
    fresh_days = Value(moment + timedelta(hours=settings.OUTBOX_GIVE_UP_HOURS))
    mine.update(
        state=State.LEASED,
        lease_token=token,
        lease_owner=owner[:100],
        attempts=F("attempts") + 1,
        due_at=moment + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS),
        give_up_at=Case(When(attempts=0, then=fresh_days), default=F("give_up_at")),
    )
    rows = OutboundMessage.objects.filter(pk__in=ids, lease_token=token, state=State.LEASED).order_by("created_at")
    return [
        Lease(
            message_id=row.pk,
            order_key=row.order_key,
            token=token,
            body=bytes(row.envelope),
            sha256=row.sha256,
            attempts=row.attempts,
            publishes=row.publishes,
            failures=row.failures,
        )
        for row in rows
    ]


def free_slots(moment: datetime) -> int:
    """How many more messages may be on their way: the guard for a slow 21Vianet.

    What is past its deadline does not count, because it is about to be sent again. Two workers that ask at the same
    moment may overshoot the window by one batch.
    """
    on_the_way = Q(state__in=(State.LEASED, State.PUBLISHED), due_at__gt=moment)
    return max(int(settings.OUTBOX_WINDOW) - OutboundMessage.objects.filter(on_the_way).count(), 0)
