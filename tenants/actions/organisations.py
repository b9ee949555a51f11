"""Founding organisations, and tying and untying partners and customers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import Permission as ObjectPermission
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import hooks
from portal.audit import book
from portal.errors import InvalidInput, RuleBroken, Text
from tenants import letters
from tenants.access import Permission, lock_shared, require
from tenants.actions.roles import role_group
from tenants.actor import Actor
from tenants.models import (
    DelegatedAdmin,
    Kind,
    Level,
    ResellerRelationship,
    Role,
    RoleAssignment,
    Tenant,
    TenantGroupPermission,
    User,
)
from tenants.models.relationship import last_moment
from tenants.portfolio import known_partners, remaining_ties
from tenants.services import Service

COMMERCE = {
    "see_customer": (Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT, Role.SALES_AGENT, Role.HELPDESK_AGENT),
    "manage_subscriptions": (Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT, Role.SALES_AGENT),
}
DELEGATED = {
    name: (Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT, Role.HELPDESK_AGENT)
    for name in ("administer_on_behalf", "file_requests")
}


@transaction.atomic
def found_organisation(
    kind: Kind,
    name: str,
    domain: str,
    *,
    actor: Actor,
    chinese_name: str = "",
    support_email: str = "",
    support_phone: str = "",
    support_hours: str = "",
) -> Tenant:
    """Enter an organisation into the portal. `domain` is its initial domain and never changes; `support_hours`, when
    its support answers, reads the same in every language.
    """
    require(actor, Permission.CUSTOMER_CREATE if kind == Kind.CUSTOMER else Permission.PARTNER_APPROVE)
    tenant = Tenant(
        kind=kind,
        name=name,
        domain=domain,
        chinese_name=chinese_name,
        support_email=support_email,
        support_phone=support_phone,
        support_hours=support_hours,
    )
    tenant.save(force_insert=True)
    book.record(actor, "tenants.organisation.founded", tenant, after={"kind": kind, "domain": domain})
    return tenant


@transaction.atomic
def start_relationship(partner: Tenant, customer: Tenant, *, actor: Actor) -> ResellerRelationship:
    """Tie a customer to a partner who sells to it; the partner's role groups receive the commerce permissions.

    Only the machine `setup` does, once the customer has agreed outside the portal (rules.md 1).
    """
    require(actor, Permission.RELATIONSHIP_START)
    if (partner.kind, customer.kind) != (Kind.PARTNER, Kind.CUSTOMER):
        raise InvalidInput(_("A relationship ties a partner to a customer."), code="kindMismatch")
    Tenant.objects.locked(customer.pk)
    if _living(partner, customer).exists():
        raise RuleBroken(_("This relationship already exists."), code="relationshipExists")
    relationship = ResellerRelationship(partner=partner, customer=customer)
    relationship.save(force_insert=True)
    _give(partner, customer, COMMERCE)
    book.record(actor, "tenants.relationship.started", relationship, after=_named(partner))
    return relationship


@transaction.atomic
def end_relationship(relationship: ResellerRelationship, *, actor: Actor) -> ResellerRelationship:
    """Untie a customer. Only the partner does; every subscription must be suspended or ended before (rules.md 1).

    The partner's reach over the customer's rows ends in the same transaction; what it was stays as history.
    """
    require(actor, Permission.RELATIONSHIP_END, relationship)
    relationship = ResellerRelationship.objects.locked(relationship.pk)
    if relationship.ended_at is not None:
        raise RuleBroken(_("This relationship has already ended."), code="relationshipEnded")
    hooks.call("tenants.relationship_ending", relationship=relationship, actor=actor)
    relationship.ended_at = timezone.now()
    relationship.save(update_fields=["ended_at"])
    _take(relationship.partner, relationship.customer, COMMERCE)
    book.record(actor, "tenants.relationship.ended", relationship, before=_named(relationship.partner))
    return relationship


@transaction.atomic
def grant_delegated_admin(
    customer: Tenant,
    partner: Tenant,
    *,
    actor: Actor,
    level: Level = Level.ADMIN,
    service: str = "",
    expires_at: datetime | None = None,
) -> DelegatedAdmin:
    """Let a partner administer the customer: one service, or all when `service` is empty, until `expires_at` or for
    ever.

    Only the customer's global admin grants (rules.md 2), and only to `known_partners`. An expired grant for the same
    service gives way to the new one.
    """
    require(actor, Permission.GRANT_MAKE, customer)
    _check_terms(service, expires_at)
    # A relationship that ended meanwhile would take with it what lets the partner see the customer.
    lock_shared(_living(partner, customer))
    Tenant.objects.locked(customer.pk)
    _check_known(partner, customer)
    _retire_expired(partner, customer, service)
    grant = DelegatedAdmin(
        customer=customer, partner=partner, level=level, service=service, expires_at=expires_at, granted_by=actor.user
    )
    grant.save(force_insert=True)
    _give(partner, customer, DELEGATED | {"see_customer": COMMERCE["see_customer"]})
    _tell("grant_made", grant, actor)
    book.record(actor, "tenants.grant.made", grant, after=_account(grant))
    return grant


@transaction.atomic
def revoke_delegated_admin(grant: DelegatedAdmin, *, actor: Actor) -> DelegatedAdmin:
    """Take the grant back; the partner's very next act under it is refused."""
    require(actor, Permission.GRANT_REVOKE, grant)
    # As when granting: which object permissions stay depends on the partner's other grants.
    Tenant.objects.locked(grant.customer_id)
    grant = DelegatedAdmin.objects.locked(grant.pk)
    if grant.revoked_at is not None:
        raise RuleBroken(_("This grant has already been revoked."), code="grantRevoked")
    grant.revoked_at, grant.revoked_by = timezone.now(), actor.user
    grant.save(update_fields=["revoked_at", "revoked_by"])
    others = DelegatedAdmin.objects.for_system("whether another grant stays").in_force()
    if not others.filter(customer=grant.customer_id, partner=grant.partner_id).exists():
        _take(grant.partner, grant.customer, DELEGATED)
    _tell("grant_revoked", grant, actor)
    book.record(actor, "tenants.grant.revoked", grant, before=_account(grant))
    return grant


def _check_terms(service: str, expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise _wrong("expires_on", _("The last day has passed. Choose today or a later day."), "expiryInPast")
    if service not in {"", *Service.values}:
        raise _wrong("service", _("This is not one of the possible values."), "unknownService")


def _check_known(partner: Tenant, customer: Tenant) -> None:
    if not known_partners(customer).filter(pk=partner.pk).exists():
        raise _wrong("partner", _("Your organisation has no relationship with this partner."), "unknownPartner")


def _retire_expired(partner: Tenant, customer: Tenant, service: str) -> None:
    """Make room for a new grant. Raises RuleBroken `grantExists` while one for the same service is in force."""
    standing = DelegatedAdmin.objects.for_system("the grant that the new one replaces").filter(
        customer=customer, partner=partner, service=service, revoked_at=None
    )
    if standing.in_force().exists():
        message = _(
            "This partner already holds delegated administration for this."
            " Revoke that grant first, then make the new one."
        )
        raise RuleBroken(message, code="grantExists")
    standing.update(revoked_at=timezone.now())


def _account(grant: DelegatedAdmin) -> dict[str, Any]:
    """What the book of deeds keeps of a grant."""
    return {
        **_named(grant.partner),
        "level": grant.level,
        "service": grant.service,
        "expires_at": grant.expires_at.astimezone(UTC).isoformat() if grant.expires_at else None,
    }


def _named(partner: Tenant) -> dict[str, str]:
    """A partner in the book of deeds: its name as it was, and the id by which a reader's language is found."""
    return {"partner": partner.name, "partner_id": str(partner.pk)}


def _wrong(target: str, message: Text, code: str) -> InvalidInput:
    return InvalidInput(message, code=code, details=[{"target": target, "message": str(message)}])


def _tell(letter: str, grant: DelegatedAdmin, actor: Actor) -> None:
    """Both sides learn who may do what from now on: the partner's admin agents and the customer's global admins."""
    rest = remaining_ties(grant)
    address = f"/organisations/{grant.customer_id}/"
    words: dict[str, Any] = {
        "customer": grant.customer,
        "partner": grant.partner,
        "actor": actor.audit_identity()["name"],
        "level": str(grant.level),
        "service": Service(grant.service).label if grant.service else "",
        "last_moment": last_moment(grant.expires_at) if grant.expires_at else None,
        "reseller": rest.reseller,
        "tied": rest.reseller or bool(rest.grants) or grant.is_in_force,
    }
    partners = _holders(grant.partner, Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT)
    letters.write(letter, partners, path=address if words["tied"] else "", **words)
    letters.write(letter, _holders(grant.customer, Role.GLOBAL_ADMIN), path=f"{address}grants/", **words)


def _holders(tenant: Tenant, *roles: Role) -> QuerySet[User]:
    held = RoleAssignment.objects.for_system("whom to tell").filter(tenant=tenant, role__in=roles)
    return User.objects.for_system("whom to tell").filter(
        pk__in=held.values("user_id"), is_active=True, deleted_at=None
    )


def _give(partner: Tenant, customer: Tenant, permissions: Mapping[str, tuple[Role, ...]]) -> None:
    known = {permission.codename: permission for permission in _object_permissions(permissions)}
    groups = {role: role_group(partner, role) for roles in permissions.values() for role in roles}
    TenantGroupPermission.objects.bulk_create(
        [
            TenantGroupPermission(group=groups[role], permission=known[name], content_object=customer)
            for name, roles in permissions.items()
            for role in roles
        ],
        ignore_conflicts=True,
    )


def _take(partner: Tenant, customer: Tenant, permissions: Mapping[str, tuple[Role, ...]]) -> None:
    """Remove the rows of one tie. Seeing the customer is common to both, and goes with the last."""
    names = set(permissions) - {"see_customer"} | (set() if _still_tied(partner, customer) else {"see_customer"})
    TenantGroupPermission.objects.filter(
        content_object=customer, group__name__startswith=f"{partner.pk}:", permission__codename__in=names
    ).delete()


def _still_tied(partner: Tenant, customer: Tenant) -> bool:
    grants = (
        DelegatedAdmin.objects.for_system("what ties the two").in_force().filter(partner=partner, customer=customer)
    )
    return _living(partner, customer).exists() or grants.exists()


def _living(partner: Tenant, customer: Tenant) -> QuerySet[ResellerRelationship]:
    """At most one."""
    ties = ResellerRelationship.objects.for_system("what ties the two").living()
    return ties.filter(partner=partner, customer=customer)


def _object_permissions(names: Mapping[str, tuple[Role, ...]]) -> list[ObjectPermission]:
    return list(
        ObjectPermission.objects.filter(
            content_type__app_label="tenants", content_type__model="tenant", codename__in=names
        )
    )
