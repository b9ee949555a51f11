"""What lower rooms' pages show of subscriptions: a column of the customers' list, a card on an organisation's page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from portal.ui.icons import EMPTY
from portal.ui.values import badge
from subscriptions.models import Status, Subscription, SubscriptionQuerySet, deletion_time
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Tenant


def customer_column(actor: Actor, customer_ids: list[UUID]) -> dict[UUID, str]:
    """What each customer has from the reader's own organisation, and what it is about to lose. One grouped query.

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
    active, suspended = Q(status=Status.ACTIVE), Q(status=Status.SUSPENDED)
    counted = (
        alive.order_by()
        .values("tenant_id")
        .annotate(
            count=Count("pk"),
            seats=Sum("quantity", filter=active, default=0),
            suspended=Count("pk", filter=suspended),
            first_suspended=Min("suspended_at", filter=suspended),
        )
    )
    return {row["tenant_id"]: _summary(row) for row in counted}


def _summary(row: Mapping[str, Any]) -> SafeString:
    """How many subscriptions, the seats that people can use, and those whose data will be deleted."""
    count, seats = row["count"], row["seats"]
    subscriptions = ngettext("%(count)s subscription", "%(count)s subscriptions", count)
    subscriptions %= {"count": formats.localize(count)}
    places = ngettext("%(seats)s active seat", "%(seats)s active seats", seats) % {"seats": formats.localize(seats)}
    suspended = _suspended(row["suspended"], deletion_time(row["first_suspended"]))
    return format_html('{} <span class="note">{}</span>{}', subscriptions, places, suspended)


def _suspended(count: int, deleted_at: datetime | None) -> SafeString:
    if deleted_at is None:
        return EMPTY
    words = ngettext(
        "%(count)s suspended, data deleted on %(date)s", "%(count)s suspended, first data deleted on %(date)s", count
    )
    day = formats.date_format(timezone.localtime(deleted_at), "DATE_FORMAT")
    return format_html(" {}", badge(words % {"count": formats.localize(count), "date": day}, "danger"))
