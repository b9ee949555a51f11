"""What lower rooms' pages show of subscriptions: a column of the customers' list, a card on an organisation's page."""

from uuid import UUID

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from portal.ui.icons import icon
from subscriptions.models import Status, Subscription
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Tenant


def customer_column(actor: Actor, customer_ids: list[UUID]) -> dict[UUID, str]:
    """How many subscriptions and seats each customer has from what the reader may see. One grouped query."""
    return {
        customer_id: _summary(count, seats)
        for customer_id, count, seats in _counted(actor, customer_ids).values_list("tenant_id", "count", "seats")
    }


def customer_panel(actor: Actor, customer: Tenant) -> str:
    """A card with the same, and the way to the list; nothing for those who may not open it."""
    if not can(actor, Permission.SUBSCRIPTION_LIST, customer):
        return ""
    found = _counted(actor, [customer.pk]).values_list("count", "seats").first()
    return format_html(
        '<section class="card"><header class="card-head">{}<h2>{}</h2></header><div class="card-body"><p>{}</p>'
        '<p><a href="{}">{}</a></p></div></section>',
        icon("key"),
        gettext("Subscriptions"),
        _summary(*found) if found else gettext("None yet"),
        reverse("subscriptions:list", args=[customer.pk]),
        gettext("All subscriptions"),
    )


def _counted(actor: Actor, customer_ids: list[UUID]):  # type: ignore[no-untyped-def] # a grouped queryset has no nameable type
    alive = Subscription.objects.visible_to(actor).filter(tenant_id__in=customer_ids).exclude(status=Status.DELETED)
    return alive.order_by().values("tenant_id").annotate(count=Count("pk"), seats=Sum("quantity"))


def _summary(count: int, seats: int) -> SafeString:
    subscriptions = ngettext("%(count)s subscription", "%(count)s subscriptions", count) % {"count": count}
    places = ngettext("%(seats)s seat", "%(seats)s seats", seats) % {"seats": seats}
    return format_html('{} <span class="note">{}</span>', subscriptions, places)
