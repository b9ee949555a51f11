"""What pages and probes may ask about the outbox."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Min

from portal.database import now, transaction_as
from portal.outbox.contracts import Delivery, DeliveryState
from portal.outbox.models import CLAIMABLE, FINAL, InboundMessage, OutboundMessage, Outcome, State


def delivery_of(subject_id: UUID) -> Delivery | None:
    """How far the messages about a subject have come, as the caller may see it; None when there is none."""
    return deliveries_of([subject_id]).get(subject_id)


def deliveries_of(subject_ids: Iterable[UUID]) -> dict[UUID, Delivery]:
    """`delivery_of` for many subjects in one query, for lists."""
    rows = OutboundMessage.objects.filter(subject_id__in=list(subject_ids)).defer("envelope")
    telling: dict[UUID, OutboundMessage] = {}
    for row in rows.order_by("subject_id", "order_seq"):
        known = telling.get(row.subject_id)
        if known is None or (known.state in FINAL and not known.discarded):
            telling[row.subject_id] = row
    moment = now() if telling else datetime.min
    return {subject_id: _delivery(row, moment) for subject_id, row in telling.items()}


def _delivery(row: OutboundMessage, moment: datetime) -> Delivery:
    return Delivery(
        state=_state(row, moment),
        attempts=row.attempts,
        due_at=row.due_at,
        sent_at=row.first_published_at,
    )


_SIMPLE: dict[str, DeliveryState] = {
    State.PENDING: "queued",
    State.LEASED: "sending",
    State.PUBLISHED: "sent",
    State.ACKED: "acknowledged",
    State.DEAD: "parked",
    State.HELD: "parked",
    State.CANCELLED: "cancelled",
}


def _state(row: OutboundMessage, moment: datetime) -> DeliveryState:
    """Sent once and still not acknowledged in time is *delayed*, whatever the worker is just doing about it."""
    if row.discarded:
        return "discarded"
    overdue = row.state == State.PUBLISHED and row.due_at <= moment
    if overdue or (row.state in (State.PENDING, State.LEASED) and row.publishes):
        return "delayed"
    return _SIMPLE[row.state]


def oldest_due_age() -> timedelta:
    """How long the oldest message has waited beyond the moment at which a worker should have touched it; zero when
    none is late.

    Covers both directions: it shows a dead worker and a dead beat. A dead consumer shows in
    `oldest_unacknowledged_age`, because what gets no receipt is sent again on time.
    """
    with transaction_as(system="outbox"):
        outbound = OutboundMessage.objects.filter(state__in=CLAIMABLE).aggregate(oldest=Min("due_at"))["oldest"]
        inbound = InboundMessage.objects.filter(outcome=Outcome.RECEIVED).aggregate(oldest=Min("due_at"))["oldest"]
        oldest = min((moment for moment in (outbound, inbound) if moment), default=None)
        return max(now() - oldest, timedelta()) if oldest else timedelta()


def oldest_unacknowledged_age() -> timedelta:
    """How long ago the oldest message was written that 21Vianet has not acknowledged; zero when there is none.

    Parked messages do not count: they wait for a person and have an alarm of their own.
    """
    with transaction_as(system="outbox"):
        oldest = OutboundMessage.objects.filter(state__in=CLAIMABLE).aggregate(oldest=Min("created_at"))["oldest"]
        return max(now() - oldest, timedelta()) if oldest else timedelta()
