"""What this room shows on the pages of lower rooms."""

from django.template.loader import render_to_string

from support.models import SupportRequest
from support.standing import owner_name
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Kind, Tenant

SHOWN = 5


def open_requests(actor: Actor, customer: Tenant) -> str:
    """On a customer's overview: its open requests, newest change first. Nothing for whoever may read no requests. One
    query.
    """
    if customer.kind != Kind.CUSTOMER or not can(actor, Permission.REQUEST_READ):
        return ""
    rows = SupportRequest.objects.visible_to(actor).open().filter(tenant=customer).select_related("partner")
    found = list(rows.order_by("-updated_at", "-id")[: SHOWN + 1])
    context = {
        "customer": customer,
        "requests": [(row, owner_name(row.status, str(customer), str(row.partner))) for row in found[:SHOWN]],
        "more": len(found) > SHOWN,
        "can_raise": can(actor, Permission.REQUEST_FILE if actor.is_partner else Permission.REQUEST_RAISE, customer),
    }
    return render_to_string("support/panel_open_requests.html", context)
