"""What pages and probes may ask about the outbox."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, IntegerField, Min, Q, When, Window
from django.db.models.functions import Coalesce, RowNumber

from portal.database import now, transaction_as
from portal.outbox.claiming import first_and_due
from portal.outbox.contracts import Course, Delivery, DeliveryState
from portal.outbox.models import CLAIMABLE, NEEDS_A_PERSON, InboundMessage, OutboundMessage, Outcome, State


def delivery_of(subject_id: UUID) -> Delivery | None:
    """How far the messages about a subject have come, as the caller may see it; None when there is none."""
    course = courses_of([subject_id]).get(subject_id)
    return course.telling if course else None


def courses_of(subject_ids: Iterable[UUID]) -> dict[UUID, Course]:
    """For many subjects in one query: the message that opened each, and the one that speaks for it now. At most these
    two rows come back, however much was said.
    """
    # The oldest that is not settled or was given up, else the last.
    settled = Q(state__in=(State.ACKED, State.CANCELLED))
    later = Case(When(settled, then=1), default=0)
    nearest = Case(When(settled, then=-F("order_seq")), default=F("order_seq"), output_field=IntegerField())
    rank = Window(RowNumber(), partition_by="subject_id", order_by=[later, nearest])
    place = Window(RowNumber(), partition_by="subject_id", order_by="order_seq")
    rows = OutboundMessage.objects.filter(subject_id__in=list(subject_ids)).annotate(rank=rank, place=place)
    found = list(rows.filter(Q(rank=1) | Q(place=1)).defer("envelope"))
    moment = now() if found else datetime.min
    openings = {row.subject_id: _delivery(row, moment) for row in found if row.place == 1}
    telling = {row.subject_id: _delivery(row, moment) for row in found if row.rank == 1}
    return {subject: Course(opening=opening, telling=telling[subject]) for subject, opening in openings.items()}


def _delivery(row: OutboundMessage, moment: datetime) -> Delivery:
    return Delivery(
        type=row.type,
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
    State.DISCARDED: "discarded",
}


def _state(row: OutboundMessage, moment: datetime) -> DeliveryState:
    """Sent once and still not acknowledged in time is *delayed*, whatever the worker is just doing about it."""
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
        moment = now()
        # What waits for the receipt of an earlier message is no worker's to touch yet.
        outbound = first_and_due(moment).aggregate(oldest=Min("due_at"))["oldest"]
        inbound = InboundMessage.objects.filter(outcome=Outcome.RECEIVED).aggregate(oldest=Min("due_at"))["oldest"]
        oldest = min((due for due in (outbound, inbound) if due), default=moment)
        return max(moment - oldest, timedelta())


def oldest_unacknowledged_age() -> timedelta:
    """How long 21Vianet has left the oldest message unacknowledged, since it was written, sent again by hand or let go
    from behind a parked one; zero when there is none.

    Parked messages do not count: they wait for a person, and `parked` counts them.
    """
    with transaction_as(system="outbox"):
        waiting = OutboundMessage.objects.filter(state__in=CLAIMABLE)
        oldest = waiting.aggregate(oldest=Min(Coalesce("restarted_at", "created_at")))["oldest"]
        return max(now() - oldest, timedelta()) if oldest else timedelta()


def parked() -> int:
    """How many messages, of either side, wait for a person: everything that `manage.py outbox list` names. Those that
    wait behind them are not counted.
    """
    with transaction_as(system="outbox"):
        outbound = OutboundMessage.objects.filter(state=State.DEAD).count()
        return outbound + InboundMessage.objects.filter(outcome__in=NEEDS_A_PERSON).count()
