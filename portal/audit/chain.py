"""The chain: canonical bytes, keyed hashes, and the proof that nothing was changed, removed or put in.

Every chain that begins is entered in the register, a chain of its own under `REGISTER`, so that a chain removed whole
is missed. What no hash in the same database can show is the return of an older, complete copy of any one chain: its
tail cut off, and with it an earlier row of its head, whose seal holds. The runbook has the heads copied elsewhere.
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Subquery

from portal.audit.models import AuditEntry, AuditHead

REGISTER = UUID(int=0)
BEGINNING = "0" * 64
BATCH = 2000
COVERED = (
    "id", "tenant_id", "sequence", "at", "actor_kind", "actor_id", "actor_name", "actor_tenant_id", "on_behalf_of_id",
    "deed", "outcome", "target_type", "target_id", "target_name", "data", "request_id",
)  # fmt: skip


class Outcome(StrEnum):
    """What became of the deed."""

    SUCCEEDED = "succeeded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: how many entries it read, and the first thing wrong (empty: nothing)."""

    checked: int
    broken: str = ""


def _keyed(*parts: bytes) -> str:
    return hmac.new(settings.AUDIT_KEY.encode(), b"\x00".join(parts), hashlib.sha256).hexdigest()


def canonical(entry: AuditEntry) -> bytes:
    """The bytes that an entry's hash covers: sorted keys, UTC times to the microsecond."""
    covered: dict[str, Any] = {name: getattr(entry, name) for name in COVERED}
    covered["at"] = entry.at.isoformat(timespec="microseconds")
    return orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)


def mac_of(entry: AuditEntry, previous: str) -> str:
    """The entry's link to the one before it."""
    return _keyed(b"entry", previous.encode(), canonical(entry))


def seal_of(chain_id: UUID, sequence: int, mac: str) -> str:
    """The head's own hash: nobody without the key can move it back."""
    return _keyed(b"head", chain_id.bytes, str(sequence).encode(), mac.encode())


def verify() -> Verdict:
    """Walk every chain, while others go on writing: what is added meanwhile is nobody's mistake.

    The caller reads as a machine that sees all rows, and need not open a transaction: nothing here is larger than a
    batch, and each question is asked so that the answer to an earlier one still holds. A chain that was begun has an
    entry, a head and a place in the register from one commit on, and keeps them.
    """
    checked = 0
    chains = set(AuditEntry.objects.order_by("tenant_id").values_list("tenant_id", flat=True).distinct())
    for chain_id in sorted(chains):
        for entries, broken in _walk(chain_id):
            checked += entries
            if broken:
                return Verdict(checked, broken)
    return Verdict(checked, _missing_chain(chains))


def _missing_chain(chains: set[UUID]) -> str:
    in_register = AuditEntry.objects.filter(tenant_id=REGISTER).values_list("target_id", flat=True)
    registered = {UUID(target) for target in in_register}
    with_heads = set(AuditHead.objects.values_list("chain_id", flat=True))
    for chain_id in sorted((registered | with_heads) - chains):
        if not AuditEntry.objects.filter(tenant_id=chain_id).exists():  # else it has begun since
            return f"chain {chain_id}: registered, but every entry of it is gone"
    for chain_id in sorted(chains - registered - {REGISTER}):
        return f"chain {chain_id}: never registered"
    return ""


def _walk(chain_id: UUID) -> Iterator[tuple[int, str]]:
    """Yield (1, problem or "") per entry up to where the head stood, and at last (0, problem or "") for the end."""
    head = AuditHead.objects.filter(chain_id=chain_id).first()
    if head is None:
        yield 0, f"chain {chain_id}: its head is gone"
        return
    previous, sequence = BEGINNING, 0
    for entry in _entries(chain_id, head.sequence):
        sequence += 1
        problem = ""
        if entry.sequence != sequence:
            problem = f"chain {chain_id}: entry {sequence} is missing"
        elif not hmac.compare_digest(entry.mac, mac_of(entry, previous)):
            problem = f"chain {chain_id}: entry {sequence} ({entry.id}) was changed"
        yield 1, problem
        previous = entry.mac
    if not hmac.compare_digest(head.seal, seal_of(chain_id, head.sequence, head.mac)):
        yield 0, f"chain {chain_id}: its head was changed"
    elif (head.sequence, head.mac) != (sequence, previous):
        yield 0, f"chain {chain_id}: entry {sequence + 1} of {head.sequence} is missing"
    elif _beyond_its_head(chain_id):
        yield 0, f"chain {chain_id}: its head stands before its last entry"


def _entries(chain_id: UUID, last: int) -> Iterator[AuditEntry]:
    """The chain up to an entry, in batches."""
    sequence = 0
    while True:
        ahead = AuditEntry.objects.filter(tenant_id=chain_id, sequence__gt=sequence, sequence__lte=last)
        batch = list(ahead.order_by("sequence")[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        sequence = batch[-1].sequence


def _beyond_its_head(chain_id: UUID) -> bool:
    """One statement sees one moment, in which a head stands at its chain's last entry."""
    head = AuditHead.objects.filter(chain_id=chain_id).values("sequence")
    return AuditEntry.objects.filter(tenant_id=chain_id, sequence__gt=Subquery(head)).exists()
