"""The chain: canonical bytes, keyed hashes, and the proof that nothing was changed, removed or put in.

Every chain that begins is entered in the register, a chain of its own under `REGISTER`, so that a chain removed whole
is missed. What no hash in the same database can show is the return of an older, complete copy of the tables; the
runbook has the heads copied elsewhere.
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

from portal.audit.models import AuditEntry, AuditHead

REGISTER = UUID(int=0)
BEGINNING = "0" * 64
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
    """Walk every chain. The caller reads as a machine that sees all rows."""
    heads = {head.chain_id: head for head in AuditHead.objects.order_by("chain_id")}
    chains = list(AuditEntry.objects.order_by("tenant_id").values_list("tenant_id", flat=True).distinct())
    registered = set(AuditEntry.objects.filter(tenant_id=REGISTER).values_list("target_id", flat=True))
    checked = 0
    for chain_id in chains:
        for entry, broken in _walk(chain_id, heads.get(chain_id)):
            checked += entry
            if broken:
                return Verdict(checked, broken)
    return Verdict(checked, _missing_chain(registered, chains, heads))


def _missing_chain(registered: set[str], chains: list[UUID], heads: dict[UUID, AuditHead]) -> str:
    present = {str(chain_id) for chain_id in chains}
    for chain_id in sorted(registered | {str(chain_id) for chain_id in heads}):
        if chain_id not in present:
            return f"chain {chain_id}: registered, but every entry of it is gone"
    for chain_id in sorted(present - registered - {str(REGISTER)}):
        return f"chain {chain_id}: never registered"
    return ""


def _walk(chain_id: UUID, head: AuditHead | None) -> Iterator[tuple[int, str]]:
    """Yield (1, problem or "") per entry, and at last (0, problem or "") for the end of the chain."""
    previous, sequence = BEGINNING, 0
    for entry in AuditEntry.objects.filter(tenant_id=chain_id).order_by("sequence").iterator(chunk_size=2000):
        sequence += 1
        problem = ""
        if entry.sequence != sequence:
            problem = f"chain {chain_id}: entry {sequence} is missing"
        elif not hmac.compare_digest(entry.mac, mac_of(entry, previous)):
            problem = f"chain {chain_id}: entry {sequence} ({entry.id}) was changed"
        yield 1, problem
        previous = entry.mac
    if head is None:
        yield 0, f"chain {chain_id}: its head is gone"
    elif not hmac.compare_digest(head.seal, seal_of(chain_id, head.sequence, head.mac)):
        yield 0, f"chain {chain_id}: its head was changed"
    elif (head.sequence, head.mac) != (sequence, previous):
        yield 0, f"chain {chain_id}: entry {sequence + 1} of {head.sequence} is missing"
