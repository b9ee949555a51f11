"""Partners and customers: which a partner has, what ties each to it now, and whom a customer may let in."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from tenants.actor import Actor
from tenants.models import DelegatedAdmin, Kind, ResellerRelationship, Tenant
from tenants.visibility import TenantQuerySet


@dataclass(frozen=True, slots=True)
class Grant:
    """One delegated-admin grant in force; an empty service is all of them."""

    service: str
    level: str
    expires_at: datetime | None


@dataclass(slots=True)
class Bond:
    """What ties a customer to a partner; the grants by service, the one for all first."""

    reseller: bool = False
    grants: list[Grant] = field(default_factory=list)


def remaining_ties(grant: DelegatedAdmin) -> Bond:
    """What ties the partner to the customer when this grant ends; two queries."""
    relationships = ResellerRelationship.objects.for_system("what stays when a grant ends").living()
    relationships = relationships.filter(partner_id=grant.partner_id, customer_id=grant.customer_id)
    others = DelegatedAdmin.objects.for_system("what stays when a grant ends").in_force()
    others = others.filter(partner_id=grant.partner_id, customer_id=grant.customer_id).exclude(pk=grant.pk)
    rows = others.order_by("service").values_list("service", "level", "expires_at")
    return Bond(relationships.exists(), [Grant(*row) for row in rows])


def customers_of(actor: Actor, search: str = "") -> TenantQuerySet[Tenant]:
    """The customers that the actor may see, narrowed to those whose name or domain holds `search`."""
    customers = Tenant.objects.visible_to(actor).filter(kind=Kind.CUSTOMER)
    if not search:
        return customers
    return customers.filter(Q(name__icontains=search) | Q(chinese_name__icontains=search) | Q(domain__icontains=search))


def bonds_of(actor: Actor, customer_ids: Collection[UUID]) -> dict[UUID, Bond]:
    """The bond of each customer, in two queries however many there are. Only a partner has any."""
    bonds: dict[UUID, Bond] = defaultdict(Bond)
    if not actor.is_partner:
        return bonds
    relationships = ResellerRelationship.objects.for_system("the actor's own ties").living()
    relationships = relationships.filter(partner_id=actor.tenant_id, customer_id__in=customer_ids)
    for customer_id in relationships.values_list("customer_id", flat=True):
        bonds[customer_id].reseller = True
    grants = DelegatedAdmin.objects.for_system("the actor's own ties").in_force()
    grants = grants.filter(partner_id=actor.tenant_id, customer_id__in=customer_ids)
    columns = ("customer_id", "service", "level", "expires_at")
    for customer_id, service, level, expires_at in grants.order_by("service").values_list(*columns):
        bonds[customer_id].grants.append(Grant(service, level, expires_at))
    return bonds


def known_partners(customer: Tenant) -> QuerySet[Tenant]:
    """The partners that a customer may grant to: those who sell to it, and those it has let in before.

    A customer never browses all partners; a new one comes by a relationship.
    """
    sellers = ResellerRelationship.objects.for_system("the customer's own partners").living().filter(customer=customer)
    helpers = DelegatedAdmin.objects.for_system("the customer's own partners").filter(customer=customer)
    known = Tenant.objects.for_system("the customer's own partners")
    return known.filter(pk__in=sellers.values("partner_id")) | known.filter(pk__in=helpers.values("partner_id"))
