"""How subscriptions look on pages: rows of the list, facts and history of one of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.audit.chain import Outcome
from portal.audit.models import AuditEntry
from portal.paging import keyset
from portal.ui.parts import Entry
from portal.ui.separators import listed
from portal.ui.tables import Cell, Column, Empty, Table
from portal.ui.values import badge, money
from subscriptions.access import LABELS, hidden_fields_for
from subscriptions.deeds import OWN_NAME
from subscriptions.models import TONES, Status, Subscription, SubscriptionQuerySet, SuspensionReason
from tenants.actor import Actor
from tenants.audit_log import entries_visible_to
from tenants.deeds import actor_name
from tenants.models import Tenant, localized
from tenants.views.parts import pages
from tenants.web import PortalRequest

ORDER = ("-created_at", "-id")
COLUMNS = (
    "friendly_name",
    "offer__name",
    "offer__chinese_name",
    "offer__sku",
    "status",
    "quantity",
    "assigned_seats",
    "term_end",
    "auto_renew",
    "partner__name",
    "partner__chinese_name",
    "created_at",
    "id",
)


def list_table(request: PortalRequest, customer: Tenant, subscriptions: SubscriptionQuerySet) -> Table:
    """One page of a customer's subscriptions. One query; every row is text before the template sees it."""
    page = keyset(subscriptions.values_list(*COLUMNS), ORDER, request.GET.get("after"))
    address = reverse("subscriptions:list", args=[customer.pk])
    return Table(
        caption=_("Subscriptions of %(customer)s") % {"customer": customer},
        columns=[
            Column("name", _("Subscription")),
            Column("status", _("Status"), "badge"),
            Column("seats", _("Seats"), "number"),
            Column("assigned", _("Assigned"), "number"),
            Column("until", _("Term ends"), "date"),
            Column("renewal", _("At the end")),
            Column("partner", _("Partner")),
        ],
        rows=_rows(address, page),
        empty=Empty(
            gettext("No subscriptions yet"),
            gettext("What the partner buys for this organisation appears here."),
            icon="key",
        ),
        **pages(request, page),
    )


def _rows(address: str, page: Iterable[Any]) -> list[dict[str, Any]]:
    statuses = {status.value: Cell(status.label, tone=TONES[status]) for status in Status}
    renewals = {True: gettext("Renews"), False: gettext("Ends")}
    rows = []
    for (
        nickname,
        name,
        chinese,
        sku,
        status,
        quantity,
        assigned,
        until,
        renew,
        partner,
        partner_chinese,
        _at,
        key,
    ) in page:
        offer = localized(name, chinese)
        note = f"{offer} {sku}" if nickname else sku
        rows.append(
            {
                "name": Cell(nickname or offer, href=f"{address}{key}/", note=note, strong=True),
                "status": statuses[status],
                "seats": quantity,
                "assigned": assigned,
                "until": until,
                "renewal": renewals[renew],
                "partner": localized(partner, partner_chinese),
            }
        )
    return rows


def facts_about(actor: Actor, subscription: Subscription) -> list[tuple[Any, Any]]:
    """What everybody who reads the subscription sees, and the hidden fields that this reader may see."""
    offer = subscription.offer
    facts: list[tuple[Any, Any]] = [
        (_("Status"), badge(Status(subscription.status).label, subscription.tone)),
        (_("Offer"), Cell(str(offer), note=offer.sku)),
        (_("Services"), offer.service_labels()),
        (_("Term"), offer.get_term_display()),
        (_("First day of the term"), subscription.term_start),
        (_("Last day of the term"), subscription.term_end),
        (_("Renews by itself"), subscription.auto_renew),
    ]
    if offer.is_trial:
        facts.append((_("Trial"), True))
    if subscription.suspension_reason:
        facts.insert(1, (_("Reason"), SuspensionReason(subscription.suspension_reason).label))
    return facts + hidden_facts(actor, subscription)


def hidden_facts(actor: Actor, subscription: Subscription) -> list[tuple[Any, Any]]:
    """Prices and the partner's note, for those in the table of fields."""
    visible = hidden_fields_for(actor, subscription)
    values = {name: getattr(subscription, name) for name in LABELS if name in visible}
    return [
        (LABELS[name], money(value) if isinstance(value, int) else value)
        for name, value in values.items()
        if value not in {None, ""}
    ]


def partner_facts(partner: Tenant) -> list[tuple[Any, Any]]:
    """How to reach the partner of record."""
    pairs = [
        (_("Name"), str(partner)),
        (_("E-mail"), Cell(partner.support_email, href=f"mailto:{partner.support_email}")),
        (_("Telephone"), partner.support_phone),
        (_("Hours"), partner.support_hours),
    ]
    return [(label, value) for label, value in pairs if (value.text if isinstance(value, Cell) else value)]


# --- History ----------------------------------------------------------------------------------------------------------

HISTORY = 10
TITLES = {
    "subscriptions.subscription.created": (_("Bought"), "shopping-cart", "info"),
    "subscriptions.subscription.quantity_changed": (_("Seats changed"), "pencil-square", "info"),
    "subscriptions.subscription.suspended": (_("Suspended"), "pause-circle", "danger"),
    "subscriptions.subscription.reactivated": (_("Reactivated"), "play-circle", "success"),
    "subscriptions.subscription.renamed": (_("Nickname changed"), "tag", "neutral"),
}


def history_of(actor: Actor, subscription: Subscription) -> list[Entry]:
    """The latest deeds, as far as the reader's own organisation's audit log tells them. One query, by target."""
    if actor.tenant is None:
        return []
    entries = (
        entries_visible_to(actor, actor.tenant)
        .filter(
            tenant_id=subscription.tenant_id,
            target_id=str(subscription.pk),
            deed__in=TITLES,
            outcome=Outcome.SUCCEEDED,
        )
        .order_by("-at", "-id")[:HISTORY]
    )
    partner = {subscription.partner_id: str(subscription.partner)}
    return [_entry(entry, partner) for entry in entries]


def _entry(entry: AuditEntry, organisations: dict[UUID, str]) -> Entry:
    title, icon, tone = TITLES[entry.deed]
    home = organisations.get(entry.actor_tenant_id) if entry.actor_tenant_id else None
    return Entry(
        at=entry.at,
        title=title,
        by=listed([actor_name(entry), home] if home else [actor_name(entry)]),
        text=_what(entry),
        tone=tone,
        icon=icon,
    )


def _what(entry: AuditEntry) -> str:
    before, after = entry.data.get("before", {}), entry.data.get("after", {})
    if "quantity" in before:
        said = ngettext("From %(before)s to %(after)s seat.", "From %(before)s to %(after)s seats.", after["quantity"])
        return said % {"before": formats.localize(before["quantity"]), "after": formats.localize(after["quantity"])}
    if "quantity" in after:
        said = ngettext("%(seats)s seat.", "%(seats)s seats.", after["quantity"])
        return said % {"seats": formats.localize(after["quantity"])}
    if "friendly_name" in after:
        return str(after["friendly_name"] or OWN_NAME)
    reason = entry.data.get("reason")
    return str(SuspensionReason(reason).label) if reason else ""
