"""Writing into the book. Verbs call `record` last, so that the chain's head is the last lock they take."""

from typing import Any, Protocol
from uuid import UUID

from django.db import connection
from structlog.contextvars import get_contextvars

from portal.audit.chain import BEGINNING, REGISTER, Outcome, mac_of, seal_of
from portal.audit.models import AuditEntry, AuditHead
from portal.database import now, transaction_as


class Recorded(Protocol):
    """Whoever acts can say who it is: kind, id, name, tenant_id."""

    def audit_identity(self) -> dict[str, Any]: ...


def record(
    actor: Recorded,
    deed: str,
    target: Any,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    outcome: Outcome = Outcome.SUCCEEDED,
    **data: Any,
) -> AuditEntry:
    """Append one deed to the chain of the organisation that `target` belongs to, in the caller's transaction.

    `target` answers `pk`, `tenant_id` and `str()`. An actor of another organisation acts on behalf of the target's.
    `before`, `after` and `data` must be JSON; never put a password, a token or a letter's text into them.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A deed is recorded in the transaction of its verb.")
    identity = actor.audit_identity()
    chain_id: UUID = target.tenant_id
    elsewhere = identity["tenant_id"] is not None and identity["tenant_id"] != chain_id
    entry = AuditEntry(
        tenant_id=chain_id,
        actor_kind=identity["kind"],
        actor_id=identity["id"],
        actor_name=identity["name"],
        actor_tenant_id=identity["tenant_id"],
        on_behalf_of_id=chain_id if elsewhere else None,
        deed=deed,
        outcome=outcome,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_name=str(target)[:300],
        data=data | {name: values for name, values in (("before", before), ("after", after)) if values is not None},
        request_id=str(get_contextvars().get("request_id", "")),
    )
    return _append(entry)


def _append(entry: AuditEntry) -> AuditEntry:
    head, begun = AuditHead.objects.select_for_update().get_or_create(
        chain_id=entry.tenant_id,
        defaults={"sequence": 0, "mac": BEGINNING, "seal": seal_of(entry.tenant_id, 0, BEGINNING)},
    )
    if begun and entry.tenant_id != REGISTER:
        _register(entry)
    entry.sequence = head.sequence + 1
    entry.at = now()
    entry.mac = mac_of(entry, head.mac)
    entry.save(force_insert=True)
    head.sequence, head.mac = entry.sequence, entry.mac
    head.seal = seal_of(head.chain_id, head.sequence, head.mac)
    head.save(update_fields=["sequence", "mac", "seal"])
    return entry


def _register(first: AuditEntry) -> None:
    """Enter a chain that begins in the register, in the name of whoever begins it. The register itself is written by
    this machine alone.
    """
    beginning = AuditEntry(
        tenant_id=REGISTER,
        actor_kind=first.actor_kind,
        actor_id=first.actor_id,
        actor_name=first.actor_name,
        actor_tenant_id=first.actor_tenant_id,
        deed="audit.chain.begun",
        outcome=Outcome.SUCCEEDED,
        target_type="audit.auditentry",
        target_id=str(first.tenant_id),
        target_name=first.target_name,
        request_id=first.request_id,
    )
    with transaction_as(system="register"):
        _append(beginning)
