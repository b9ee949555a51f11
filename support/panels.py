"""What this room shows on the pages of lower rooms."""

from uuid import UUID

from django.db.models import Count
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import ngettext

from support.asking import may_raise
from support.models import SupportRequest
from support.next_step import owner_name
from tenants.access import Permission, can, tie_of
from tenants.actor import Actor
from tenants.models import Kind, Tenant

SHOWN = 5


def open_requests(actor: Actor, customer: Tenant) -> str:
    """On a customer's overview: its open requests, newest change first; for its own people also what it has to check
    and close. One query.

    Nothing for whoever may read no requests, nor for a partner with a grant alone: requests belong to those who sell.
    """
    if customer.kind != Kind.CUSTOMER or not can(actor, Permission.REQUEST_READ):
        return ""
    if actor.is_partner and not tie_of(actor, customer.pk).reseller:
        return ""
    rows = SupportRequest.objects.visible_to(actor).filter(tenant=customer).select_related("partner")
    found = list((rows.unclosed() if actor.is_customer else rows.open()).order_by("-updated_at", "-id")[: SHOWN + 1])
    context = {
        "customer": customer,
        "requests": [(row, owner_name(row.status, str(customer), str(row.partner))) for row in found[:SHOWN]],
        "more": len(found) > SHOWN,
        "narrows": not actor.is_customer,  # a customer's own list holds no others
        "can_raise": may_raise(actor, customer),
    }
    return render_to_string("support/panel_open_requests.html", context)


def open_counts(actor: Actor, customer_ids: list[UUID]) -> dict[UUID, str]:
    """In a partner's list of customers: how many requests of each are open. One query for the page."""
    if not can(actor, Permission.REQUEST_READ):
        return {}
    rows = SupportRequest.objects.visible_to(actor).open().filter(tenant__in=customer_ids)
    counted = rows.values_list("tenant_id").annotate(number=Count("pk")).order_by()
    return {
        customer_id: format_html(
            "<span>{}</span>",
            ngettext("%(number)s open request", "%(number)s open requests", number) % {"number": number},
        )
        for customer_id, number in counted
    }
