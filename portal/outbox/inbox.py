"""What 21Vianet sends: stored first, in a transaction of its own; handled once, in order, by whoever comes first.

Only a message that was rightly signed takes the id that it claims. Everything else is kept under its fingerprint,
counted when it comes again, and never applied.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Case, F, IntegerField, When

from portal.database import now, transaction_as
from portal.outbox.models import InboundMessage, Outcome
from portal.vianet import contracts
from portal.vianet.envelope import (
    MAX_BODY_BYTES,
    SIGNATURE_HEADER,
    BadSignature,
    Event,
    Malformed,
    Stale,
    fingerprint,
    open_sealed,
    storable,
    verify,
)
from portal.vianet.transports import Parcel

log = structlog.get_logger(__name__)


class Place(TypedDict):
    """The columns of an inbound message that are read from its body."""

    type: str
    subject_id: UUID | None
    operator_seq: int | None


def store(parcels: Sequence[Parcel]) -> list[str]:
    """Store a batch in one transaction; returns the ids that 21Vianet is to be told are stored: those rightly signed,
    new or not, except receipts. Handling them is another step.

    A batch that cannot be stored is stored one by one: a message of which nobody has thought is kept, unexamined, and
    stops no other.
    """
    try:
        return _store(parcels, _row)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a message makes of the code that examines it
        if len(parcels) > 1:
            return [stored for parcel in parcels for stored in store([parcel])]
        reason = f"It could not be examined: {error!r}"
        return _store(parcels, lambda parcel, moment: _quarantined(parcel, moment, Outcome.UNSIGNED, reason))


def _store(parcels: Sequence[Parcel], examine: Callable[[Parcel, datetime], InboundMessage]) -> list[str]:
    with transaction_as(system="outbox"):
        moment = now()
        rows = [examine(parcel, moment) for parcel in parcels]
        seen = Counter(row.pk for row in rows)
        # Locked by rising id: consumers that hear the same repetitions do not wait for each other.
        again = InboundMessage.objects.select_for_update().filter(pk__in=list(seen)).order_by("pk")
        known = set(again.values_list("pk", flat=True))
        fresh = {row.pk: row for row in rows if row.pk not in known}
        for pk, row in fresh.items():
            row.seen = seen[pk]
        # As they came: of two with one number the first is applied.
        InboundMessage.objects.bulk_create(fresh.values(), ignore_conflicts=True)
        times = Case(*(When(pk=pk, then=seen[pk]) for pk in known), output_field=IntegerField())
        InboundMessage.objects.filter(pk__in=known).update(seen=F("seen") + times)
    for row in fresh.values():
        if row.outcome != Outcome.RECEIVED:
            log.error("inbox_not_applicable", message=row.pk, outcome=row.outcome, reason=row.reason)
    unsettled = (Outcome.UNSIGNED, Outcome.STALE)
    return [row.pk for row in rows if row.outcome not in unsettled and row.type != contracts.RECEIPT]


def _row(parcel: Parcel, moment: datetime) -> InboundMessage:
    seal = {
        "keys": settings.VIANET_VERIFY_KEYS,
        "moment": moment,
        "tolerance": settings.VIANET_TOLERANCE_SECONDS,
    }
    signature = storable(parcel.headers.get(SIGNATURE_HEADER, ""))[:500]
    try:
        event = contracts.check(open_sealed(parcel.headers, parcel.body, **seal))
    except BadSignature as error:
        return _quarantined(parcel, moment, Outcome.UNSIGNED, str(error), signature)
    except Stale as error:
        return _quarantined(parcel, moment, Outcome.STALE, str(error), signature)
    except Malformed as error:
        # Rightly signed, so the id is 21Vianet's own: sending it again would help nobody.
        row = _quarantined(parcel, moment, Outcome.MALFORMED, str(error), signature)
        row.pk = verify(parcel.headers, parcel.body, **seal)[:255]
        return row
    return _accepted(parcel, moment, event, signature)


def _quarantined(
    parcel: Parcel, moment: datetime, outcome: Outcome, reason: str, signature: str = ""
) -> InboundMessage:
    return InboundMessage(
        id=f"{outcome.lower()}:{fingerprint(parcel.body)}",
        body=parcel.body[:MAX_BODY_BYTES],
        signature=signature,
        received_at=moment,
        due_at=moment,
        outcome=outcome,
        reason=storable(reason)[:1000],
    )


def _accepted(parcel: Parcel, moment: datetime, event: Event, signature: str) -> InboundMessage:
    return InboundMessage(
        id=event.id,
        **place_of(event),
        body=parcel.body,
        signature=signature,
        received_at=moment,
        due_at=moment,
    )


def place_of(event: Event) -> Place:
    """What the message is, what it is about and where it stands in 21Vianet's order."""
    subject = event.data.get("escalation_id")
    return {
        "type": event.type,
        "subject_id": UUID(subject) if subject else None,
        "operator_seq": event.data.get("operator_seq"),
    }
