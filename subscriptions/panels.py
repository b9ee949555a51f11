"""What lower rooms' pages show of subscriptions: a column of the customers' list, a card on an organisation's page."""

from uuid import UUID

from django.db.models import Count, Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from subscriptions.models import Status, Subscription, SubscriptionQuerySet
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Tenant


def customer_column(actor: Actor, customer_ids: list[UUID]) -> dict[UUID, str]:
    """How many subscriptions and seats each customer has from the reader's own organisation. One grouped query.

    What another partner sells belongs on the customer's own page, even under a grant: a list acts for no customer, so
    PostgreSQL's row policy would hide it here.
    """
    own = Subscription.objects.visible_to(actor).filter(reach_partner_id=actor.tenant_id)
    return _summaries(own, customer_ids)


def customer_panel(actor: Actor, customer: Tenant) -> str:
    """A card with all that the reader may see, and the way to the list; nothing for those who may not open it."""
    if not can(actor, Permission.SUBSCRIPTION_LIST, customer):
        return ""
    summary = _summaries(Subscription.objects.visible_to(actor), [customer.pk]).get(customer.pk, gettext("None yet"))
    list_url = reverse("subscriptions:list", args=[customer.pk])
    return render_to_string("subscriptions/panel_customer.html", {"summary": summary, "list_url": list_url})


def _summaries(subscriptions: SubscriptionQuerySet, customer_ids: list[UUID]) -> dict[UUID, str]:
    alive = subscriptions.filter(tenant_id__in=customer_ids).exclude(status=Status.DELETED)
    counted = alive.order_by().values("tenant_id").annotate(count=Count("pk"), seats=Sum("quantity"))
    return {row["tenant_id"]: _summary(row["count"], row["seats"]) for row in counted}


def _summary(count: int, seats: int) -> SafeString:
    subscriptions = ngettext("%(count)s subscription", "%(count)s subscriptions", count)
    subscriptions %= {"count": formats.localize(count)}
    places = ngettext("%(seats)s seat", "%(seats)s seats", seats) % {"seats": formats.localize(seats)}
    return format_html('{} <span class="note">{}</span>', subscriptions, places)
