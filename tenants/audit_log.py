"""Who reads which entries of the book of deeds: the one door to AuditEntry."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from portal.audit.models import AuditEntry
from tenants import deeds
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
    if shows_only_own_deeds(actor, organisation):
        return AuditEntry.objects.filter(actor_tenant_id=organisation.pk, actor_id=actor.user_id)
    return AuditEntry.objects.filter(Q(actor_tenant_id=organisation.pk) | Q(tenant_id=organisation.pk))


def shows_only_own_deeds(actor: Actor, organisation: Tenant) -> bool:
    """Whether this organisation's log is to the reader no more than what they did themselves."""
    return organisation.kind != Kind.CUSTOMER and sees_only_own_deeds(actor)


def done_by(text: str) -> Q:
    """Whose name, or whose organisation's, contains the text; machines by the name that the log gives them."""
    tenants = Tenant.objects.for_system("names in entries that are narrowed besides")
    theirs = tenants.filter(Q(name__icontains=text) | Q(chinese_name__icontains=text)).values("pk")
    machines = Q(actor_tenant_id=None, actor_name__in=deeds.machines_called(text))
    return Q(actor_name__icontains=text) | Q(actor_tenant_id__in=theirs) | machines


def sees_only_own_deeds(actor: Actor) -> bool:
    """Whether a log is to this reader no more than what they did themselves."""
    return actor.is_partner and not actor.has_role(Role.PARTNER_GLOBAL_ADMIN)


def names_of(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], str]:
    """What a page of entries names, in the reader's language: one query for the organisations, one for each room."""
    page = list(entries)
    wanted = {named for entry in page for named in _organisations_in(entry) if named}
    found = Tenant.objects.for_system("names in entries that were already narrowed").filter(pk__in=wanted)
    return {("tenants", str(tenant.pk)): str(tenant) for tenant in found} | deeds.things_of(page)


def _organisations_in(entry: AuditEntry) -> Iterator[Any]:
    yield entry.actor_tenant_id
    yield entry.on_behalf_of_id
    if entry.target_type == "tenants.tenant":
        yield entry.target_id
    for values in (entry.data.get("before", {}), entry.data.get("after", {})):
        yield values.get("partner_id")
