"""Who may ask, about what, and whom."""

from django.utils.translation import gettext_lazy as _

from support.models import SupportRequest
from tenants.access import Decision, Permission, can
from tenants.actor import Actor
from tenants.models import ResellerRelationship, Tenant
from tenants.services import Service

IMPACT_NEEDED = _("Say who cannot work, and by when it must be solved: a critical request needs it.")
CHOOSE_PARTNER = _("Choose the partner whom you want to ask.")
NOTE_ASKS_NOBODY = _("The customer cannot read an internal note, so it cannot answer it.")


def raising_right(actor: Actor) -> Permission:
    """The customer's people raise, the partner's people file on behalf."""
    return Permission.REQUEST_FILE if actor.is_partner else Permission.REQUEST_RAISE


def draft(actor: Actor, customer: Tenant, service: str) -> SupportRequest:
    """What is about to be asked, to ask the right about: a partner's grant may cover one service alone."""
    return SupportRequest(tenant=customer, reach_partner=actor.tenant if actor.is_partner else None, service=service)


def services_for(actor: Actor, customer: Tenant) -> list[Service]:
    """The services about which the actor may ask for this customer."""
    right = raising_right(actor)
    return [service for service in Service if can(actor, right, draft(actor, customer, service))]


def anything(actor: Actor, customer: Tenant, services: list[Service]) -> SupportRequest | Tenant:
    """What to ask the right about where one service is enough: `services` are those of `services_for`."""
    return draft(actor, customer, services[0]) if services else customer


def may_raise(actor: Actor, customer: Tenant) -> Decision:
    """Whether the actor may ask about any service, and if not, why."""
    return can(actor, raising_right(actor), anything(actor, customer, services_for(actor, customer)))


def partners_of(customer: Tenant) -> list[Tenant]:
    """The partners whom a customer may ask: those of its living reseller relationships, by name."""
    ties = ResellerRelationship.objects.for_system("whom the customer may ask").living().filter(customer=customer)
    return [tie.partner for tie in ties.select_related("partner").order_by("partner__name", "partner_id")]
