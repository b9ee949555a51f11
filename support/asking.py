"""Who may ask, and whom."""

from tenants.access import Permission
from tenants.actor import Actor
from tenants.models import ResellerRelationship, Tenant


def raising_right(actor: Actor) -> Permission:
    """The customer's people raise, the partner's people file on behalf."""
    return Permission.REQUEST_FILE if actor.is_partner else Permission.REQUEST_RAISE


def partners_of(customer: Tenant) -> list[Tenant]:
    """The partners whom a customer may ask: those of its living reseller relationships, by name."""
    ties = ResellerRelationship.objects.for_system("whom the customer may ask").filter(customer=customer, ended_at=None)
    return [tie.partner for tie in ties.select_related("partner").order_by("partner__name", "partner_id")]
