"""Applying what the inbox holds: each message once, in the order in which 21Vianet numbered them, effects and outcome
together.
"""

from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import F

from portal.database import now, transaction_as
from portal.errors import PortalError
from portal.outbox import checkpoints, handlers
from portal.outbox.contracts import Inbound, UnknownSubject
from portal.outbox.inbox import place_of
from portal.outbox.marking import acknowledge, refuse
from portal.outbox.models import REPLY_MAY_BECOME, InboundMessage, OrderHead, OutboundMessage, Outcome
from portal.outbox.retry import backoff
from portal.states import leading_to
from portal.vianet import contracts
from portal.vianet.envelope import Event, parse

log = structlog.get_logger(__name__)
SYSTEM = contracts.MACHINE
# A round ends well before the task's time limit; the next sweep goes on.
ROUND_SECONDS = 15.0


def handle_due(seconds: float = ROUND_SECONDS) -> int:
    """Handle the stored messages that are due, at least one, until none is left or the time is over; returns how many
    were tried. Any number of workers may run it at once.
    """
    end = monotonic() + seconds
    tried = 0
    while True:
        moved = 0
        for pk in _due():
            moved += handle(pk)
            tried += 1
            if monotonic() >= end:
                return tried
        # Rows that another worker holds stay due: they are left to it.
        if not moved:
            return tried


def _due() -> list[str]:
    with transaction_as(system=SYSTEM):
        due = InboundMessage.objects.filter(outcome=Outcome.RECEIVED, due_at__lte=now())
        return list(due.order_by("received_at", "operator_seq").values_list("pk", flat=True)[: settings.OUTBOX_BATCH])


def handle(pk: str) -> bool:
    """Handle one message; False when somebody else has it or had it. Never raises because of what the message says."""
    try:
        with transaction_as(system=SYSTEM):
            row = _locked(pk)
            if row is None:
                return False
            _apply(row, parse(bytes(row.body)))
            checkpoints.reach(checkpoints.ACKNOWLEDGING)
    except PortalError as error:
        _settle(pk, Outcome.REFUSED, f"{error.code}: {error}")
    except UnknownSubject as error:
        _settle(pk, Outcome.PARKED, str(error) or "Nothing is known about its subject.")
    except SoftTimeLimitExceeded:
        # The worker's time is over: no fault of the message.
        raise
    except Exception as error:  # noqa: BLE001 - whatever a handler's bug raises, the other messages must go on
        _postpone(pk, error)
    checkpoints.reach(checkpoints.ACKNOWLEDGED)
    return True


def _locked(pk: str) -> InboundMessage | None:
    rows = InboundMessage.objects.select_for_update(skip_locked=True)
    return rows.filter(pk=pk, outcome=Outcome.RECEIVED, due_at__lte=now()).first()


def _apply(row: InboundMessage, event: Event) -> None:
    if event.type == contracts.RECEIPT:
        _apply_receipt(event)
        _finish(row, Outcome.APPLIED)
        return
    turn, waits_until = _turn(row)
    if turn == Outcome.APPLIED:
        answered = _what_it_answers(row, event)
        # The handler before the message: like every verb, it locks the request first and messages about it after.
        _call_handler(row, event)
        _acknowledge(answered, event)
        _take_turn(row)
        _finish(row, Outcome.APPLIED)
    elif turn == Outcome.IGNORED:
        _finish(row, turn, "A later message about the same escalation was applied before.")
    else:
        row.due_at = waits_until
        row.reason = "Waits for an earlier message about the same escalation."
        row.save(update_fields=["due_at", "reason"])


def _apply_receipt(event: Event) -> None:
    message_id = UUID(event.data["message_id"])
    if not OutboundMessage.objects.filter(pk=message_id).exists():
        raise UnknownSubject("It is a receipt for a message that the portal does not know.")
    if event.data["outcome"] == "accepted":
        acknowledge(message_id, event.data.get("operator_ref", ""))
    else:
        data = event.data
        refuse(message_id, retryable=data["retryable"], reason=data["reason"], attempt=data.get("attempt"))


def _turn(row: InboundMessage) -> tuple[Outcome, datetime]:
    """APPLIED when it is this message's turn, IGNORED when that has passed, RECEIVED when it waits for an earlier one,
    and until when.

    An earlier one that is stored and not settled is waited for however long it takes: it may be failing, or stand in a
    backlog. One that is absent is waited for until this message's patience ends, and so is a parked one, which no
    pause will mend: both are then overtaken, with a warning. The parked one stays among what needs a person, and a
    person's `retry` still applies it. The first case number has its turn whenever it comes: nothing said later repeats
    it.
    """
    last, number, moment = _head_of(row).last_seq, row.operator_seq or 0, now()
    if number <= last and not row.forced and not _first_case_number(row):
        return Outcome.IGNORED, moment
    if _stored_between(last, row):
        return Outcome.RECEIVED, moment + timedelta(seconds=settings.OUTBOX_GAP_SECONDS)
    patience_ends = row.received_at + timedelta(seconds=settings.OUTBOX_GAP_SECONDS)
    if number > last + 1 and moment < patience_ends:
        return Outcome.RECEIVED, patience_ends
    if number > last + 1:
        log.warning("inbox_overtook", message=row.pk, subject=str(row.subject_id), after=last, number=number)
    return Outcome.APPLIED, moment


def _stored_between(last: int, row: InboundMessage) -> bool:
    """Whether an earlier message about the same subject is still to be handled."""
    earlier = InboundMessage.objects.filter(subject_id=row.subject_id, outcome=Outcome.RECEIVED)
    return earlier.filter(operator_seq__gt=last, operator_seq__lt=row.operator_seq or 0).exists()


def _first_case_number(row: InboundMessage) -> bool:
    applied = InboundMessage.objects.filter(subject_id=row.subject_id, type=row.type, outcome=Outcome.APPLIED)
    return row.type == contracts.ACKNOWLEDGED and not applied.exists()


def _head_of(row: InboundMessage) -> OrderHead:
    return OrderHead.locked(f"in:{row.subject_id}")


def _take_turn(row: InboundMessage) -> None:
    """Later messages are compared with this one from now on, and those that waited for it are due."""
    head = _head_of(row)
    head.last_seq = max(head.last_seq, row.operator_seq or 0)
    head.save(update_fields=["last_seq"])
    waiting = InboundMessage.objects.filter(subject_id=row.subject_id, outcome=Outcome.RECEIVED).exclude(pk=row.pk)
    # One that another worker holds waits for this very head and will see the new number; to wait for it would be a
    # deadlock.
    free = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True))
    waiting.filter(pk__in=free).update(due_at=now())


def _what_it_answers(row: InboundMessage, event: Event) -> UUID:
    """The message that it names, else the first about this escalation; raises `UnknownSubject` when there is none."""
    if row.subject_id is None:
        raise UnknownSubject("It is about nothing.")
    about = OutboundMessage.objects.filter(subject_id=row.subject_id).order_by("order_seq")
    first = about.values_list("pk", flat=True).first()
    if first is None:
        raise UnknownSubject("It is about an escalation that the portal never sent.")
    named = event.data.get("in_reply_to")
    answered = about.filter(pk=named).values_list("pk", flat=True).first() if named else None
    return answered or first


def _acknowledge(message_id: UUID, event: Event) -> None:
    """Who answers a message has received it."""
    acknowledge(message_id, str(event.data.get("case_number", "")))


def _call_handler(row: InboundMessage, event: Event) -> None:
    function = handlers.find(event.type)
    if function is None or row.subject_id is None:
        raise UnknownSubject(f"Nobody handles {event.type}.")
    function(Inbound(subject_id=row.subject_id, operator_seq=row.operator_seq or 0, data=event.data))


def _finish(row: InboundMessage, outcome: Outcome, reason: str = "") -> None:
    row.outcome = outcome
    row.reason = reason[:1000]
    row.handled_at = now()
    row.save(update_fields=["outcome", "reason", "handled_at"])
    if outcome != Outcome.APPLIED:
        log.warning("inbox_not_applied", message=row.pk, outcome=outcome, reason=reason)


def _settle(pk: str, outcome: Outcome, reason: str) -> None:
    """Write the outcome of a message whose own transaction was rolled back. A refused one has had its turn."""
    with transaction_as(system=SYSTEM):
        row = _locked(pk)
        if row is None:
            return
        if outcome == Outcome.REFUSED and row.subject_id is not None:
            event = parse(bytes(row.body))
            _acknowledge(_what_it_answers(row, event), event)
            _take_turn(row)
        _finish(row, outcome, reason)


def _postpone(pk: str, error: Exception) -> None:
    """Try again later; after a dozen failures park it for a person."""
    log.error("inbox_handler_failed", message=pk, error=repr(error), exc_info=error)
    with transaction_as(system=SYSTEM):
        row = _locked(pk)
        if row is None:
            return
        if row.attempts + 1 >= settings.OUTBOX_HANDLER_ATTEMPTS:
            _finish(row, Outcome.PARKED, f"Its handler failed {row.attempts + 1} times: {error!r}")
            return
        InboundMessage.objects.filter(pk=pk).update(
            attempts=F("attempts") + 1, due_at=now() + backoff(row.attempts + 1), reason=repr(error)[:1000]
        )


def retry(pk: str) -> bool:
    """Handle a parked, refused, overtaken or not understood message again, whatever its place. True when there was one.

    Raises `portal.vianet.envelope.Malformed` when it is still not understood.
    """
    with transaction_as(system=SYSTEM):
        again = leading_to(Outcome.RECEIVED, REPLY_MAY_BECOME)
        row = InboundMessage.objects.select_for_update().filter(pk=pk, outcome__in=again).first()
        if row is None:
            return False
        place = place_of(contracts.check(parse(bytes(row.body))))
        InboundMessage.objects.filter(pk=pk).update(
            **place, outcome=Outcome.RECEIVED, forced=True, attempts=0, due_at=now(), reason="Asked for again."
        )
        return True


def discard(pk: str, reason: str) -> bool:
    """Give up a message that needs a person, or that no worker survives: it is never handled, and nobody is asked about
    it again. True when there was one.
    """
    with transaction_as(system=SYSTEM):
        given_up = leading_to(Outcome.DISCARDED, REPLY_MAY_BECOME)
        rows = InboundMessage.objects.select_for_update().filter(pk=pk, outcome__in=given_up)
        row = rows.defer("body").first()
        if row is None:
            return False
        _finish(row, Outcome.DISCARDED, reason)
        return True
