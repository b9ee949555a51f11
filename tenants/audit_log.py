"""Who reads which entries of the book of deeds: the one door to AuditEntry."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from portal.audit.models import AuditEntry
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Kind, Role, Tenant


def entries_visible_to(actor: Actor, organisation: Tenant) -> QuerySet[AuditEntry]:
    """The organisation's log as this actor may read it; nothing without the right.

    A customer's readers see the whole chain, what partner people did there included. A partner's log is what its people
    did, wherever, and what was done to the partner; all but its global admins see only their own deeds (rules.md
    1).
    """
    if not can(actor, Permission.AUDIT_READ, organisation):
        return AuditEntry.objects.none()
    if organisation.kind == Kind.CUSTOMER:
        return AuditEntry.objects.filter(tenant_id=organisation.pk)
    if sees_only_own_deeds(actor):
        return AuditEntry.objects.filter(actor_tenant_id=organisation.pk, actor_id=actor.user_id)
    return AuditEntry.objects.filter(Q(actor_tenant_id=organisation.pk) | Q(tenant_id=organisation.pk))


def sees_only_own_deeds(actor: Actor) -> bool:
    """Whether a log is to this reader no more than what they did themselves."""
    return actor.is_partner and not actor.has_role(Role.PARTNER_GLOBAL_ADMIN)


def names_of(tenant_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of the organisations that a page of entries mentions, in the reader's language; one query."""
    wanted = {tenant_id for tenant_id in tenant_ids if tenant_id}
    found = Tenant.objects.for_system("names in entries that were already narrowed").filter(pk__in=wanted)
    return {tenant.pk: str(tenant) for tenant in found}
