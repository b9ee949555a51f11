"""The worker's round: claim in a short transaction, publish outside of any, write the result in another short one."""

import os
import socket
from collections.abc import Sequence
from time import monotonic

from django.conf import settings

from portal.database import now, transaction_as
from portal.outbox import checkpoints
from portal.outbox.breaker import breaker
from portal.outbox.claiming import Lease, claim
from portal.outbox.marking import bury, held_by, mark_failed, mark_published, release
from portal.outbox.sending import lock_in_order
from portal.outbox.wire import seal, transport
from portal.vianet.envelope import fingerprint
from portal.vianet.transports import TO_VIANET, Temporary

# A round ends well before the task's time limit; the next wake-up or sweep goes on.
ROUND_SECONDS = 10.0


def deliver_due() -> int:
    """Send what is due; returns how many messages the broker took. Any number of workers may run it at once."""
    end = monotonic() + ROUND_SECONDS
    taken = 0
    while monotonic() < end:
        leases = claim(_owner(), breaker.allowance(settings.OUTBOX_BATCH))
        if not leases:
            break
        checkpoints.reach(checkpoints.CLAIMED)
        taken += _send(_untouched(leases), end)
    return taken


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _untouched(leases: Sequence[Lease]) -> list[Lease]:
    """Without those whose stored bytes are no longer what was enqueued: these are parked at once."""
    broken = [lease for lease in leases if fingerprint(lease.body) != lease.sha256]
    for lease in broken:
        with transaction_as(system="outbox"):
            bury(lease.message_id, lease.order_key, "The stored message does not match its fingerprint.")
    return [lease for lease in leases if lease not in broken]


def _send(leases: Sequence[Lease], end: float) -> int:
    if not leases:
        return 0
    moment = now()
    parcels = [seal(str(lease.message_id), lease.body, moment=moment, attempt=lease.attempts) for lease in leases]
    answers = transport().publish(TO_VIANET, parcels, until=end)
    checkpoints.reach(checkpoints.PUBLISHED)
    if answers:
        breaker.record(worked=any(answer is None for answer in answers))
    return _mark(leases, answers)


def _mark(leases: Sequence[Lease], answers: Sequence[Temporary | None]) -> int:
    """A slow broker may have left the last ones without an answer: their turn comes in the next round."""
    outcomes = list(zip(leases, answers, strict=False))
    with transaction_as(system="outbox"):
        lock_in_order(held_by(leases))
        marked = mark_published([lease for lease, answer in outcomes if answer is None])
        mark_failed({lease: str(answer) for lease, answer in outcomes if answer is not None})
        release(leases[len(answers) :])
        checkpoints.reach(checkpoints.MARKING)
    return marked
