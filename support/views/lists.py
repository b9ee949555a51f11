"""The list of requests: the customer's own, or those of the partner's customers."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from portal.errors import NotVisible, Text
from portal.paging import Page, keyset, page_links
from portal.ui.tables import Cell, Column, Empty, Table
from portal.web import render_page
from support.asking import raising_right
from support.forms import ListFilter
from support.models import (
    SEVERITY_NAMES,
    SEVERITY_TONES,
    TONES,
    Severity,
    Status,
    SupportRequest,
    with_21vianet,
)
from support.models.request import SupportRequestQuerySet
from support.next_step import owner_name
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Tenant
from tenants.models.tenant import localized
from tenants.web import PortalRequest, page

COLUMNS = (
    "id",
    "reference",
    "title",
    "status",
    "severity",
    "updated_at",
    "tenant__name",
    "tenant__chinese_name",
    "partner__name",
    "partner__chinese_name",
)

SIDES = ("tenant", "partner")


@page(get=Permission.REQUEST_READ)
def request_list(request: PortalRequest) -> HttpResponse:
    """Newest change first; `?show=` is open (the default; for a customer with what it has to check and close), all or
    escalated, `?severity=` one severity alone, `?customer=` one customer's.
    """
    actor = request.actor
    wanted = ListFilter(request.GET, actor=actor)
    if not wanted.is_valid():
        raise NotVisible
    customer, show = wanted.cleaned_data["customer"], request.GET.get("show", "open")
    show = show if show in _shown() else "open"
    rows = _chosen(SupportRequest.objects.visible_to(actor), show, customer, own=actor.is_customer)
    severity = request.GET.get("severity", "")
    if severity in Severity.values:
        rows = rows.filter(severity=severity)
    found = keyset(rows.values(*COLUMNS), ("-updated_at", "-id"), request.GET.get("after"))
    context = {
        "table": _table(request, found, show, narrowed=severity in Severity.values),
        "choices": _shown(),
        "show": show,
        "severities": _severities(),
        "severity": severity,
        "filter": wanted,
        "customer": customer,
        "crumbs": [(_("Support requests"), "")],
        "can_raise": can(actor, raising_right(actor), actor.tenant) if actor.is_customer else None,
        "raise_url": _raise_url(actor),
    }
    return render_page(request, "support/request_list.html", context)


def _shown() -> dict[str, str]:
    return {"open": _("Open"), "escalated": _("With 21Vianet"), "all": _("All")}


def _severities() -> dict[str, Text]:
    return {"": _("All"), **{severity.value: name for severity, name in SEVERITY_NAMES.items()}}


def _chosen(rows: SupportRequestQuerySet, show: str, customer: Tenant | None, *, own: bool) -> SupportRequestQuerySet:
    if customer is not None:
        rows = rows.filter(tenant=customer)
    if show == "all":
        return rows
    if show == "escalated":
        return with_21vianet(rows)
    return rows.unclosed() if own else rows.open()


def _raise_url(actor: Actor) -> str:
    return reverse("support:new", kwargs={"customer_id": actor.tenant_id}) if actor.is_customer else ""


def _table(request: PortalRequest, found: Page, show: str, *, narrowed: bool) -> Table:
    columns = [
        Column("reference", _("Reference")),
        Column("title", _("Title")),
        Column("status", _("Status"), "badge"),
        Column("severity", _("Severity"), "badge"),
        Column("owner", _("Next step")),
        Column("updated", _("Last change"), "date"),
    ]
    return Table(
        caption=_("Support requests"),
        columns=columns,
        rows=[_row(row, request.actor) for row in found],
        empty=_empty(request.actor, show, narrowed=narrowed),
        **page_links(request, found),
    )


def _row(row: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The customer's name stands below the title, where it is not the reader's own: a column more would not fit."""
    customer, partner = (localized(row[f"{side}__name"], row[f"{side}__chinese_name"]) for side in SIDES)
    return {
        "reference": _reference(row["reference"]),
        "title": Cell(row["title"], note="" if actor.is_customer else customer),
        "status": Cell(Status(row["status"]).label, tone=TONES[Status(row["status"])]),
        "severity": Cell(SEVERITY_NAMES[Severity(row["severity"])], tone=SEVERITY_TONES[Severity(row["severity"])]),
        "owner": owner_name(row["status"], customer, partner),
        "updated": row["updated_at"],
    }


def _reference(reference: str) -> Cell:
    """A reference is read as one word, so it is never broken at its hyphens."""
    unbroken = format_html('<span class="nowrap">{}</span>', reference)
    return Cell(unbroken, href=reverse("support:detail", kwargs={"reference": reference}))


def _empty(actor: Actor, show: str, *, narrowed: bool) -> Empty:
    if narrowed:
        return Empty(_("No requests"), _("Nothing here matches the filter."), icon="lifebuoy")
    if show == "escalated":
        text = _("What your partner could not solve alone is listed here.")
        if actor.is_partner:
            text = _("Requests that you escalate are listed here.")
        return Empty(_("Nothing is with 21Vianet"), text)
    if actor.is_customer and can(actor, Permission.REQUEST_RAISE, actor.tenant):
        text = _("When something does not work, ask your partner.")
        return Empty(_("No requests"), text, _("New request"), _raise_url(actor), icon="lifebuoy")
    text = _("Requests of your customers appear here.")
    if actor.is_customer:
        text = _("Requests of your organisation appear here.")
    return Empty(_("No requests"), text, icon="lifebuoy")
