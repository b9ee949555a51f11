"""A customer's partners, and what it lets them do."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.forms import posted
from portal.paging import PageLinks, keyset, page_links
from portal.ui.separators import listed
from portal.ui.tables import Cell, Column, Empty, Table
from portal.web import redirect_to, render_page, toast
from tenants.access import Decision, Denied, Permission, can
from tenants.actions.organisations import grant_delegated_admin, revoke_delegated_admin
from tenants.forms.grants import GrantForm
from tenants.models import DelegatedAdmin, Level, ResellerRelationship, Tenant
from tenants.models.relationship import last_moment
from tenants.portfolio import known_partners, remaining_ties
from tenants.services import Service
from tenants.submitting import form_once, submit
from tenants.views.parts import trail
from tenants.web import PortalRequest, page

NO_PARTNER = "noPartner"


def service_label(service: str) -> str:
    """The service's name, or that a grant covers all."""
    return str(Service(service).label) if service else _("All services")


def grant_state(grant: DelegatedAdmin) -> Cell:
    """Where a grant stands now."""
    if grant.revoked_at is not None:
        return Cell(pgettext("grant", "Revoked"), tone="neutral")
    if grant.expires_at is not None and grant.expires_at <= timezone.now():
        return Cell(pgettext("grant", "Expired"), tone="neutral")
    return Cell(pgettext("grant", "In force"), tone="success")


@page((Tenant, "customer_id"), get=Permission.GRANT_READ)
def grant_list(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """Who sells to the customer, and who may administer it."""
    actor = request.actor
    relationships = ResellerRelationship.objects.visible_to(actor).filter(customer=customer).select_related("partner")
    grants = DelegatedAdmin.objects.visible_to(actor).filter(customer=customer)
    found = keyset(grants.select_related("partner", "granted_by"), ("-granted_at", "-id"), request.GET.get("after"))
    may_revoke = bool(can(actor, Permission.GRANT_REVOKE, customer))
    context = {
        "organisation": customer,
        "partners": _partner_table(list(relationships.order_by("started_at"))),
        "grants": _grant_table(found.rows, may_revoke, page_links(request, found)),
        "can_grant": _may_grant(actor, customer),
        "crumbs": trail(request, customer, (_("Partners"), "")),
    }
    return render_page(request, "tenants/grant_list.html", context)


def _may_grant(actor: Any, customer: Tenant) -> Decision:
    decision = can(actor, Permission.GRANT_MAKE, customer)
    if decision and not known_partners(customer).exists():
        return Denied(NO_PARTNER, _("No partner has a relationship with your organisation yet."))
    return decision


def _partner_table(relationships: list[ResellerRelationship]) -> Table:
    rows = [
        {
            "name": str(row.partner),
            "state": Cell(pgettext("relationship", "Ended"), tone="neutral")
            if row.ended_at
            else Cell(pgettext("relationship", "Active"), tone="success"),
            "contact": [value for value in (row.partner.support_email, row.partner.support_phone) if value],
            "since": row.started_at,
            "until": row.ended_at,
        }
        for row in relationships
    ]
    columns = [
        Column("name", _("Partner")),
        Column("state", _("Relationship"), "badge"),
        Column("contact", _("Support")),
        Column("since", _("Since"), "date"),
        Column("until", _("Until"), "date"),
    ]
    return Table(
        _("Partners who sell to you"), columns, rows, Empty(_("No partner sells to you"), icon="building-office")
    )


def _grant_table(grants: list[DelegatedAdmin], may_revoke: bool, links: PageLinks) -> Table:
    columns = [
        Column("partner", _("Partner")),
        Column("level", _("Level")),
        Column("service", pgettext("grant", "For")),
        Column("state", _("State"), "badge"),
        Column("until", _("Until"), "date"),
        Column("by", _("Granted by")),
    ]
    if may_revoke:
        columns.append(Column("revoke", _("Revoke")))
    empty = Empty(
        _("No partner administers your organisation"),
        _("Grant a partner delegated administration when you want its help with people or settings."),
        icon="key",
    )
    return Table(_("Delegated administration"), columns, [_grant_row(row) for row in grants], empty, **links)


def _grant_row(grant: DelegatedAdmin) -> dict[str, Any]:
    return {
        "partner": str(grant.partner),
        "level": Level(grant.level).label,
        "service": service_label(grant.service),
        "state": grant_state(grant),
        "until": _until(grant),
        "by": Cell(grant.granted_by.display_name if grant.granted_by else "", note=grant.granted_at),
        "revoke": _revoke_link(grant),
    }


def last_day(expires_at: datetime) -> date:
    """The last day of a grant, in the reader's zone."""
    return timezone.localtime(last_moment(expires_at)).date()


def _until(grant: DelegatedAdmin) -> datetime | date | str:
    if grant.revoked_at is not None:
        return grant.revoked_at
    return last_day(grant.expires_at) if grant.expires_at else _("Until revoked")


def _revoke_link(grant: DelegatedAdmin) -> SafeString | str:
    if not grant.is_in_force:
        return ""
    return format_html(
        '<a href="{}" aria-label="{}">{}</a>',
        reverse("tenants:grant_revoke", args=[grant.customer_id, grant.pk]),
        _("Revoke the grant of %(partner)s") % {"partner": grant.partner},
        _("Revoke"),
    )


@page((Tenant, "customer_id"), get=Permission.GRANT_MAKE, post=Permission.GRANT_MAKE)
def grant_new(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """A form: whom, how far, for what, until when."""
    form = GrantForm(posted(request), partners=known_partners(customer))
    list_url = reverse("tenants:grant_list", args=[customer.pk])
    crumbs = trail(request, customer, (_("Partners"), list_url), (_("New grant"), ""))
    context = {"organisation": customer, "form": form, "list_url": list_url, "crumbs": crumbs}
    return submit(
        request,
        form,
        lambda: _granted(request, customer, form),
        lambda status: render_page(request, "tenants/grant_new.html", context, status=status),
    )


def _granted(request: PortalRequest, customer: Tenant, form: GrantForm) -> HttpResponse:
    values = form.cleaned_data
    grant_delegated_admin(
        customer,
        values["partner"],
        actor=request.actor,
        level=Level(values["level"]),
        service=values["service"],
        expires_at=form.expires_at,
    )
    toast(request, _("%(partner)s may now help you.") % {"partner": values["partner"]})
    return redirect_to(request, "tenants:grant_list", customer.pk)


@page(
    (Tenant, "customer_id"),
    (DelegatedAdmin, "grant_id"),
    get=Permission.GRANT_REVOKE,
    post=Permission.GRANT_REVOKE,
)
def grant_revoke(request: PortalRequest, customer: Tenant, grant: DelegatedAdmin) -> HttpResponse:
    """What revoking means, then the revocation."""
    if request.method == "POST":
        return form_once(request, lambda: _revoked(request, grant))
    words = {"partner": str(grant.partner)}
    list_url = reverse("tenants:grant_list", args=[customer.pk])
    context = {
        "organisation": customer,
        "title": _("Revoke the delegated administration of %(partner)s?") % words,
        "consequences": _consequences(grant),
        "submit_label": _("Revoke"),
        "tone": "danger",
        "grave": True,
        "decision": can(request.actor, Permission.GRANT_REVOKE, grant),
        "cancel_url": list_url,
        "crumbs": trail(request, customer, (_("Partners"), list_url), (_("Revoke"), "")),
    }
    return render_page(request, "tenants/consequences.html", context)


def _revoked(request: PortalRequest, grant: DelegatedAdmin) -> HttpResponse:
    revoke_delegated_admin(grant, actor=request.actor)
    toast(request, _("The grant of %(partner)s is revoked.") % {"partner": grant.partner})
    return redirect_to(request, "tenants:grant_list", grant.customer_id)


def _consequences(grant: DelegatedAdmin) -> list[str]:
    """What ends, and what the partner keeps by its other grants and as a reseller."""
    rest = remaining_ties(grant)
    words = {"partner": str(grant.partner), "service": service_label(grant.service)}
    words["services"] = listed(service_label(other.service) for other in rest.grants)
    for_all = next((other for other in rest.grants if not other.service), None)
    if for_all is not None:
        words["level"] = str(Level(for_all.level).label)
        return [_("For %(service)s the grant of %(partner)s for all services stays, at the level %(level)s.") % words]
    if grant.service:
        ends = _("From now on %(partner)s cannot administer %(service)s here; the next click of its people is refused.")
    else:
        ends = _(
            "From now on %(partner)s cannot administer your organisation; the next click of its people is refused."
        )
    lines = [ends % words]
    if rest.grants:
        lines.append(_("Its other grants stay: %(services)s.") % words)
    if rest.reseller:
        lines.append(_("It cannot escalate the requests that this grant covers to 21Vianet until you grant again."))
        lines.append(
            _("What it sees as your reseller stays. Subscriptions keep running, and it still owes you support.")
        )
    elif not rest.grants:
        lines.append(_("This partner sells you nothing and can no longer see your organisation."))
    return lines
