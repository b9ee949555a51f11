"""The process that listens to 21Vianet: store, tell 21Vianet that it may forget, handle, acknowledge to the broker."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from threading import Event as Signal
from time import monotonic

from django.db import InterfaceError, OperationalError, close_old_connections, connection, connections

from portal.database import now
from portal.outbox.handling import handle_due
from portal.outbox.inbox import store
from portal.outbox.sending import SOURCE
from portal.outbox.wire import seal, transport
from portal.vianet import contracts
from portal.vianet.envelope import Event, fingerprint
from portal.vianet.transports import TO_PORTAL, TO_VIANET, Parcel, Temporary

# The broker takes a consumer for dead that is silent for twice its heartbeat of 10 seconds; the sweep goes on.
ROUND_SECONDS = 5.0
# Between two looks for the database that was away.
PAUSE_SECONDS = 2.0


def consume_replies(stop: Signal) -> None:
    """Listen until `stop` is set. Survives the absence of the broker and of the database."""
    try:
        transport().consume(TO_PORTAL, partial(_take_on_a_sound_connection, stop), stop)
    finally:
        connections.close_all()


def _take_on_a_sound_connection(stop: Signal, parcels: Sequence[Parcel]) -> None:
    """A batch goes back to the broker once in an absence of the database, not every few seconds: each return counts
    against a message's delivery limit, which is there for messages that kill consumers.
    """
    close_old_connections()
    try:
        take(parcels)
    except Temporary:
        while not stop.is_set() and not _database_answers():
            stop.wait(PAUSE_SECONDS)
        raise


def _database_answers() -> bool:
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except (OperationalError, InterfaceError):
        return False
    return True


def take(parcels: Sequence[Parcel]) -> None:
    """One batch from the broker. Raises `Temporary` when the database is away: then the broker keeps the batch."""
    try:
        confirm(store(parcels))
        handle_due(ROUND_SECONDS)
    except (OperationalError, InterfaceError) as error:
        raise Temporary(str(error)) from error


def confirm(message_ids: Iterable[str]) -> None:
    """Tell 21Vianet what is stored. It may fail: 21Vianet sends again what it has no receipt for, and that is confirmed
    again.
    """
    ids = list(message_ids)
    if ids:
        moment = now()
        receipts = [_receipt(message_id, moment) for message_id in ids]
        transport().publish(TO_VIANET, receipts, until=monotonic() + ROUND_SECONDS)


def _receipt(message_id: str, moment: datetime) -> Parcel:
    event = Event(
        id=f"receipt:{fingerprint(message_id.encode())}",
        source=SOURCE,
        type=contracts.PORTAL_RECEIPT,
        subject=message_id,
        time=moment,
        data={"message_id": message_id},
    )
    return seal(event.id, contracts.check(event).to_bytes(), moment=moment, attempt=1)
