"""A partner's portfolio, and the first page of one organisation."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import slots
from portal.paging import keyset, page_links
from portal.ui.tables import Cell, Column, Empty, Table
from portal.web import render_page
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.chosen_settings import settings_of
from tenants.forms.customers import CustomerFilter
from tenants.models import Kind, ResellerRelationship, Standing, Tenant
from tenants.portfolio import Bond, Grant, bonds_of, customers_of
from tenants.views.grants import last_day, service_label
from tenants.views.parts import contact_facts, trail
from tenants.web import PortalRequest, page

COLUMNS = "tenants.customers.columns"
DOORS = {
    "user_list": Permission.USER_LIST,
    "setting_list": Permission.SETTING_READ,
    "grant_list": Permission.GRANT_READ,
    "audit_log": Permission.AUDIT_READ,
}


@page(get=Permission.CUSTOMER_LIST)
def customer_list(request: PortalRequest) -> HttpResponse:
    """The customers that the partner reaches by a relationship or a grant, by name."""
    wanted = CustomerFilter(request.GET or None)
    search = wanted.cleaned_data["q"] if wanted.is_valid() else ""
    found = keyset(customers_of(request.actor, search), ("name", "id"), request.GET.get("after"))
    ids = [customer.pk for customer in found]
    bonds, more = bonds_of(request.actor, ids), slots.columns(COLUMNS, request.actor, ids)
    columns = [
        Column("name", _("Customer")),
        Column("tie", _("Relationship"), "badge"),
        Column("grant", _("Delegated administration")),
    ]
    if more:
        columns.append(Column("more", _("At a glance")))
    table = Table(
        _("Customers"),
        columns,
        [_row(customer, bonds.get(customer.pk, Bond()), more) for customer in found],
        empty=_no_customer(bool(search)),
        **page_links(request, found),
    )
    crumbs = [(_("Customers"), "")]
    context = {"table": table, "filter": wanted, "crumbs": crumbs}
    return render_page(request, "tenants/customer_list.html", context, partial="results")


def _no_customer(searched: bool) -> Empty:
    if searched:
        return Empty(_("No customer found"), _("No customer of yours matches the search."), icon="building-office-2")
    text = _("A customer appears here with a reseller relationship, or with a grant that it makes to you.")
    return Empty(_("You have no customer yet"), text, icon="building-office-2")


def _row(customer: Tenant, bond: Bond, more: dict[UUID, Any]) -> dict[str, Any]:
    return {
        "name": Cell(str(customer), href=reverse("tenants:organisation", args=[customer.pk]), note=customer.domain),
        "tie": tie_cell(bond),
        "grant": [grant_words(grant) for grant in bond.grants],
        "more": more.get(customer.pk, ""),
    }


def tie_cell(bond: Bond) -> Cell:
    """By what the partner reaches the customer."""
    if bond.reseller:
        return Cell(pgettext("tie", "Reseller"), tone="success")
    return Cell(pgettext("tie", "Grant only"), tone="info")


def grant_words(grant: Grant) -> str:
    """`All services`, `SharePoint Online until 3 Dec 2026`."""
    words = {"service": service_label(grant.service)}
    if grant.expires_at is None:
        return words["service"]
    words["day"] = date_format(last_day(grant.expires_at), "DATE_FORMAT")
    return _("%(service)s until %(day)s") % words


@page((Tenant, "customer_id"), get=Permission.CUSTOMER_READ)
def organisation(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """One organisation: facts, whom to ask for help, and what each room knows of it."""
    actor = request.actor
    bond = bonds_of(actor, [customer.pk]).get(customer.pk)
    context = {
        "organisation": customer,
        "facts": _facts(customer, bond),
        "partners": _partners(actor, customer),
        "doors": _doors(actor, customer),
        "crumbs": trail(request, customer),
    }
    return render_page(request, "tenants/organisation_detail.html", context)


def _facts(customer: Tenant, bond: Bond | None) -> list[tuple[str, Any]]:
    """A partner that reaches the customer by a grant alone learns its name, its domain and what was granted."""
    facts: list[tuple[str, Any]] = [
        (_("Name"), customer.name),
        (_("Chinese name"), customer.chinese_name),
        (_("Domain"), customer.domain),
    ]
    if bond is not None:
        facts.append((_("Relationship"), tie_cell(bond)))
        facts.append((_("Delegated administration"), [grant_words(grant) for grant in bond.grants]))
    if bond is None or bond.reseller:
        facts.append((_("In the portal since"), customer.created_at))
    if customer.kind == Kind.PARTNER:
        tone = "success" if customer.in_good_standing else "danger"
        facts.append((_("Standing"), Cell(Standing(customer.standing).label, tone=tone)))
    return facts


def _partners(actor: Actor, customer: Tenant) -> list[list[tuple[str, Any]]]:
    """For the customer's own people: whom to call."""
    if customer.kind != Kind.CUSTOMER or customer.pk != actor.tenant_id:
        return []
    living = ResellerRelationship.objects.for_system("the customer's own partners").living().filter(customer=customer)
    return [
        [(_("Partner"), str(row.partner)), *contact_facts(row.partner)]
        for row in living.select_related("partner").order_by("started_at")
    ]


def _doors(actor: Actor, customer: Tenant) -> list[tuple[str, str, str]]:
    """(label, address, icon) of this room's pages about the organisation that the actor may open."""
    shown = {name: bool(can(actor, right, customer)) for name, right in DOORS.items()}
    # A grant for one service opens the settings of that service.
    shown["setting_list"] = shown["setting_list"] or (actor.is_partner and bool(settings_of(customer, actor)))
    doors = [
        (_("Users"), "user_list", "users"),
        (_("Service settings"), "setting_list", "adjustments-horizontal"),
        (_("Partners"), "grant_list", "key"),
        (_("Audit log"), "audit_log", "clipboard-document-list"),
    ]
    return [(label, reverse(f"tenants:{name}", args=[customer.pk]), icon) for label, name, icon in doors if shown[name]]
