"""Every change of a message's state after it was claimed. Each is conditional: who comes too late changes nothing.

Callers run inside a transaction as a machine. Locks are taken in the order: the order's head, then messages by rising
id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce

from portal.database import now, transaction_as
from portal.outbox.claiming import Lease, first_and_due
from portal.outbox.models import CLAIMABLE, FINAL, MAY_BECOME, OutboundMessage, State
from portal.outbox.retry import acknowledgement_time, backoff
from portal.outbox.sending import lock_head
from portal.states import leading_to

log = structlog.get_logger(__name__)
LONGEST_ERROR = 1000


def held_by(leases: Sequence[Lease]) -> QuerySet[OutboundMessage]:
    """The messages that are still in the hands of these leases: the fence against a worker whose lease has ended."""
    tokens = {lease.token for lease in leases}
    ids = [lease.message_id for lease in leases]
    return OutboundMessage.objects.filter(pk__in=ids, lease_token__in=tokens, state=State.LEASED)


def mark_published(leases: Sequence[Lease]) -> int:
    """The broker has taken them. Not final: each gets a deadline of its own for 21Vianet's receipt. Returns how many
    were marked.
    """
    moment = now()
    deadlines = {lease: moment + acknowledgement_time(lease.publishes + 1) for lease in leases}
    return held_by(leases).update(
        state=State.PUBLISHED,
        lease_token=None,
        publishes=F("publishes") + 1,
        failures=0,
        first_published_at=Coalesce("first_published_at", moment),
        due_at=_each(deadlines),
        last_error="",
    )


def release(leases: Sequence[Lease]) -> int:
    """Nobody tried to send them: they are due again at once, and this attempt was none. Returns how many were given
    back.
    """
    return held_by(leases).update(state=State.PENDING, lease_token=None, attempts=F("attempts") - 1, due_at=now())


def mark_failed(errors: Mapping[Lease, str]) -> int:
    """The broker has not taken them, or may not have: each waits and is tried again. Returns how many were marked."""
    moment = now()
    return held_by(list(errors)).update(
        state=State.PENDING,
        lease_token=None,
        failures=F("failures") + 1,
        due_at=_each({lease: moment + backoff(lease.failures + 1) for lease in errors}),
        last_error=_each({lease: error[:LONGEST_ERROR] for lease, error in errors.items()}),
    )


def _each(values: Mapping[Lease, object]) -> Case:
    """A value for each message, in one UPDATE."""
    return Case(*(When(pk=lease.message_id, then=Value(value)) for lease, value in values.items()))


def acknowledge(message_id: UUID, operator_ref: str = "") -> bool:
    """21Vianet has the message, whatever the portal believed until now. True when that was news."""
    moment = now()
    message = OutboundMessage.objects.filter(pk=message_id)
    settled = {
        "state": State.ACKED,
        "acked_at": moment,
        "operator_ref": operator_ref[:100],
        "lease_token": None,
        "last_error": "",
        "due_at": moment,
    }
    news = message.filter(state__in=CLAIMABLE).update(**settled)
    row = message.values("state", "order_key", "created_at").first()
    if row is None:
        return False
    if not news and row["state"] not in FINAL:
        # It is parked, or was until just now: whoever parks holds the head, so what it holds is known under the head.
        lock_head(row["order_key"])
        news = message.filter(state__in=leading_to(State.ACKED, MAY_BECOME)).update(**settled)
        _release(row["order_key"])
    if news:
        log.info("outbox_acknowledged", message=str(message_id), seconds=(moment - row["created_at"]).total_seconds())
    return bool(news)


def refuse(message_id: UUID, *, retryable: bool, reason: str, attempt: int | None = None) -> bool:
    """21Vianet could not take the message: try again a dozen times if that may help, else park it. True when that was
    news.

    A publication is refused once, however many copies of it arrive; and a copy older than the newest, as `attempt`
    tells, says nothing about that one. Otherwise a 21Vianet that comes back after hours would park everything: all
    that lay in its queue is signed too long ago.
    """
    message = OutboundMessage.objects.filter(pk=message_id)
    if attempt is not None:
        message = message.filter(attempts__lte=attempt)
    if retryable:
        message = message.filter(state__in=(State.LEASED, State.PUBLISHED))
    row = message.values("order_key", "refusals").first()
    if row is None:
        return False
    if not retryable or row["refusals"] + 1 >= settings.OUTBOX_MAX_REFUSALS:
        return bury(message_id, row["order_key"], f"21Vianet refused it: {reason}")
    changed = message.update(
        state=State.PENDING,
        lease_token=None,
        refusals=F("refusals") + 1,
        due_at=now() + backoff(row["refusals"] + 1),
        last_error=f"21Vianet asks to try again: {reason}"[:LONGEST_ERROR],
    )
    return bool(changed)


def bury(message_id: UUID, order_key: UUID, reason: str) -> bool:
    """Park a message for a person, and hold what follows it. True when it was not parked or settled before."""
    lock_head(order_key)
    changed = OutboundMessage.objects.filter(pk=message_id, state__in=leading_to(State.DEAD, MAY_BECOME)).update(
        state=State.DEAD, lease_token=None, last_error=reason[:LONGEST_ERROR]
    )
    if changed:
        OutboundMessage.objects.filter(order_key=order_key, state=State.PENDING).update(state=State.HELD)
        log.error("outbox_parked", message=str(message_id), reason=reason[:LONGEST_ERROR])
    return bool(changed)


def bury_overdue() -> int:
    """Park what 21Vianet has not acknowledged in three days. Returns how many were parked.

    What nobody has tried to send, because its turn came only now, gets its three days from now instead.
    """
    with transaction_as(system="outbox"):
        moment = now()
        overdue = first_and_due(moment).filter(give_up_at__lte=moment).order_by("due_at")
        rows = list(overdue.values_list("pk", "order_key", "attempts", "last_error")[: settings.OUTBOX_BATCH])
    parked = 0
    for message_id, order_key, attempts, last_error in rows:
        with transaction_as(system="outbox"):
            if not attempts:
                OutboundMessage.objects.filter(pk=message_id, state=State.PENDING).update(**_from_now_on())
                continue
            reason = f"Not acknowledged within {settings.OUTBOX_GIVE_UP_HOURS:g} hours. {last_error}"
            parked += bury(message_id, order_key, reason)
    return parked


def replay(message_id: UUID) -> bool:
    """Send a parked message again, with the same id and place and the patience of a new one, and let go of what it
    held. True when it was parked.
    """
    row = OutboundMessage.objects.filter(pk=message_id).values("order_key").first()
    if row is None:
        return False
    lock_head(row["order_key"])
    changed = OutboundMessage.objects.filter(pk=message_id, state=State.DEAD).update(
        state=State.PENDING, publishes=0, failures=0, refusals=0, **_from_now_on()
    )
    if changed:
        _release(row["order_key"])
    return bool(changed)


def discard(message_id: UUID, reason: str) -> bool:
    """Give a parked message up for good, and let go of what it held. True when it was parked."""
    row = OutboundMessage.objects.filter(pk=message_id).values("order_key").first()
    if row is None:
        return False
    lock_head(row["order_key"])
    changed = OutboundMessage.objects.filter(pk=message_id, state=State.DEAD).update(
        state=State.DISCARDED, last_error=reason[:LONGEST_ERROR]
    )
    if changed:
        _release(row["order_key"])
    return bool(changed)


def _release(order_key: UUID) -> None:
    """Let go of what was held, up to the next parked message."""
    parked = OutboundMessage.objects.filter(order_key=order_key, state=State.DEAD).order_by("order_seq")
    held = OutboundMessage.objects.filter(order_key=order_key, state=State.HELD)
    first = parked.values_list("order_seq", flat=True).first()
    if first is not None:
        held = held.filter(order_seq__lt=first)
    held.update(state=State.PENDING, **_from_now_on())


def _from_now_on() -> dict[str, datetime]:
    """Due at once, with as many days as a new message."""
    moment = now()
    return {
        "due_at": moment,
        "restarted_at": moment,
        "give_up_at": moment + timedelta(hours=settings.OUTBOX_GIVE_UP_HOURS),
    }
