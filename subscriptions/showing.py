"""How subscriptions look on pages: rows of the list, facts and history of one of them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.audit.chain import Outcome
from portal.audit.models import AuditEntry
from portal.paging import keyset, page_links
from portal.ui.parts import Entry
from portal.ui.separators import listed
from portal.ui.tables import Cell, Column, Empty, Table
from portal.ui.values import badge, money
from subscriptions.deeds import OWN_NAME
from subscriptions.models import TONES, Status, Subscription, SubscriptionQuerySet, SuspensionReason
from subscriptions.rules import LABELS, hidden_fields_for
from tenants.actor import Actor
from tenants.audit_log import entries_visible_to
from tenants.deeds import actor_name
from tenants.models import Tenant, localized
from tenants.web import PortalRequest

ORDER = ("-created_at", "-id")


class ListRow(NamedTuple):
    """One row of the list, as it is fetched."""

    friendly_name: str
    offer__name: str
    offer__chinese_name: str
    offer__sku: str
    status: str
    quantity: int
    assigned_seats: int
    term_end: date
    auto_renew: bool
    partner__name: str
    partner__chinese_name: str
    created_at: datetime
    id: UUID


def list_table(request: PortalRequest, customer: Tenant, subscriptions: SubscriptionQuerySet) -> Table:
    """One page of a customer's subscriptions. One query; every row is text before the template sees it."""
    page = keyset(subscriptions.values_list(*ListRow._fields), ORDER, request.GET.get("after"))
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
        **page_links(request, page),
    )


def _rows(address: str, page: Iterable[Any]) -> list[dict[str, Any]]:
    statuses = {status.value: Cell(status.label, tone=TONES[status]) for status in Status}
    renewals = {True: gettext("Renews"), False: gettext("Ends")}
    return [_row(address, row, statuses, renewals) for row in map(ListRow._make, page)]


def _row(address: str, row: ListRow, statuses: dict[str, Cell], renewals: dict[bool, str]) -> dict[str, Any]:
    offer = localized(row.offer__name, row.offer__chinese_name)
    note = f"{offer} {row.offer__sku}" if row.friendly_name else row.offer__sku
    return {
        "name": Cell(row.friendly_name or offer, href=f"{address}{row.id}/", note=note, strong=True),
        "status": statuses[row.status],
        "seats": row.quantity,
        "assigned": row.assigned_seats,
        "until": row.term_end,
        "renewal": renewals[row.auto_renew],
        "partner": localized(row.partner__name, row.partner__chinese_name),
    }


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


PER_TERM = {"unit_price": _("Retail price per term"), "unit_cost": _("Your cost per term")}


def price_of_change(actor: Actor, subscription: Subscription, quantity: int) -> list[tuple[Any, Any]]:
    """What so many seats mean in money, for those in the table of fields: the present sum of a term, the new one, and
    the difference. Nothing where there are no prices.
    """
    visible, seats = hidden_fields_for(actor, subscription), subscription.quantity
    units = [(label, getattr(subscription, name)) for name, label in PER_TERM.items() if name in visible]
    sums = [(label, _from_to(unit * seats, unit * quantity)) for label, unit in units if unit is not None]
    return [(_("Term"), subscription.offer.get_term_display()), *sums] if sums else []


def _from_to(before: int, after: int) -> Cell:
    """`¥60,000.00 → ¥72,000.00`, and `+¥12,000.00` below; fen."""
    sign = "+" if after > before else "\N{MINUS SIGN}"
    both = format_html("{} \N{RIGHTWARDS ARROW} {}", money(before), money(after))
    return Cell(both, note=format_html("{}{}", sign, money(abs(after - before))))


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
