"""What a verb does: put a message into the outbox, or take it back. Both run in the verb's own transaction."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from portal.database import now, transaction_as
from portal.outbox.bell import ring
from portal.outbox.contracts import Contract
from portal.outbox.models import FINAL, OrderHead, OutboundMessage, State
from portal.vianet import contracts
from portal.vianet.envelope import MAX_BODY_BYTES, Event, Malformed, fingerprint

SOURCE = "/partner-portal"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a new message stands in its order, and whether a parked one stands before it."""

    seq: int
    state: State


def enqueue(contract: Contract) -> UUID:
    """Store a message for 21Vianet in the caller's transaction; returns its id. A worker sends it after the commit.

    Enqueuing the same `dedupe_key` again changes nothing and returns the first message's id. Data that does not obey
    its schema raises `portal.vianet.envelope.Malformed`: a programming error, and nothing is stored.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A message belongs to the transaction of the change that it tells about.")
    message_id = uuid4()
    # The caller may not see every message of this order (a former partner's): the place is looked up as the outbox
    # itself.
    with transaction_as(system="outbox"):
        head = lock_head(contract.order_key)
        earlier = OutboundMessage.objects.filter(dedupe_key=contract.dedupe_key).values_list("pk", flat=True).first()
        if earlier is not None:
            return earlier
        place = _next_place(head, contract.order_key)
    _store(message_id, contract, place)
    transaction.on_commit(ring, robust=True)
    return message_id


def lock_head(order_key: UUID) -> OrderHead:
    """The locked counter of an order key; every writer to that order waits for it."""
    return OrderHead.locked(f"out:{order_key}")


def _next_place(head: OrderHead, order_key: UUID) -> _Place:
    OrderHead.objects.filter(pk=head.pk).update(last_seq=F("last_seq") + 1)
    blocked = OutboundMessage.objects.filter(order_key=order_key, state__in=(State.DEAD, State.HELD)).exists()
    return _Place(head.last_seq + 1, State.HELD if blocked else State.PENDING)


def _store(message_id: UUID, contract: Contract, place: _Place) -> None:
    moment = now()
    event = Event(
        id=str(message_id),
        source=SOURCE,
        type=contracts.versioned(contract.type, contract.version),
        subject=str(contract.subject_id),
        time=moment,
        data=contract.data,
        order_key=str(contract.order_key),
        order_seq=place.seq,
    )
    body = contracts.check(event).to_bytes()
    if len(body) > MAX_BODY_BYTES:
        raise Malformed(f"The message has {len(body)} bytes; at most {MAX_BODY_BYTES} are allowed.")
    OutboundMessage.objects.create(
        id=message_id,
        tenant_id=contract.tenant_id,
        reach_partner_id=contract.reach_partner_id,
        subject_id=contract.subject_id,
        order_key=contract.order_key,
        order_seq=place.seq,
        dedupe_key=contract.dedupe_key,
        type=contract.type,
        version=contract.version,
        envelope=body,
        sha256=fingerprint(body),
        state=place.state,
        due_at=moment,
        created_at=moment,
        give_up_at=moment + timedelta(hours=settings.OUTBOX_GIVE_UP_HOURS),
    )


def cancel(subject_id: UUID) -> bool:
    """Take back everything about a subject, if 21Vianet cannot have seen any of it.

    True: every message about it is CANCELLED, 21Vianet will never hear of it. False: at least one was handed to the
    broker, or may have been; nothing changed, and the caller should enqueue a message that says so.
    """
    with transaction_as(system="outbox"):
        keys = OutboundMessage.objects.filter(subject_id=subject_id).values_list("order_key", flat=True).distinct()
        for order_key in sorted(keys):
            lock_head(order_key)
        rows = list(OutboundMessage.objects.select_for_update().filter(subject_id=subject_id).order_by("pk"))
        untouched = (State.PENDING, State.HELD, State.CANCELLED)
        if not rows or any(row.attempts or row.state not in untouched for row in rows):
            return False
        OutboundMessage.objects.filter(pk__in=[row.pk for row in rows]).exclude(state=State.CANCELLED).update(
            state=State.CANCELLED
        )
        return True


def let_go(*, tenant_id: UUID, partner_id: UUID) -> None:
    """The customer's relationship with the partner ends: the partner no longer sees the customer's messages. They
    are still delivered.
    """
    with transaction_as(system="outbox"):
        hold(tenant_id=tenant_id, partner_id=partner_id)
        _within_reach(tenant_id, partner_id).update(reach_partner_id=None)


def hold(*, tenant_id: UUID, partner_id: UUID) -> None:
    """Lock what `let_go` changes, before its caller takes back single messages among them.

    Workers are at work on the same rows: heads first, then messages by id, as everywhere.
    """
    with transaction_as(system="outbox"):
        theirs = _within_reach(tenant_id, partner_id)
        for order_key in sorted(set(theirs.exclude(state__in=FINAL).values_list("order_key", flat=True))):
            lock_head(order_key)
        lock_in_order(theirs)


def _within_reach(tenant_id: UUID, partner_id: UUID) -> QuerySet[OutboundMessage]:
    return OutboundMessage.objects.filter(tenant_id=tenant_id, reach_partner_id=partner_id)


def lock_in_order(messages: QuerySet[OutboundMessage]) -> None:
    """Lock the rows by rising id, so that no two who change several messages wait for each other."""
    list(messages.select_for_update().order_by("pk").values_list("pk"))
