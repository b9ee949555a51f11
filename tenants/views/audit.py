"""The audit log of one organisation: who did what, for whom, and what was refused."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.audit.chain import Outcome
from portal.audit.models import AuditEntry
from portal.paging import keyset, page_links
from portal.ui.icons import EMPTY
from portal.ui.separators import named
from portal.ui.tables import Cell, Column, Empty, Table
from portal.web import render_page
from tenants import deeds
from tenants.access import Permission
from tenants.audit_log import done_by, entries_visible_to, names_of, shows_only_own_deeds
from tenants.forms.audit import AuditFilter
from tenants.models import Tenant
from tenants.views.parts import trail
from tenants.web import PortalRequest, page


@page((Tenant, "customer_id"), get=Permission.AUDIT_READ)
def audit_log(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """The newest entries first."""
    wanted = AuditFilter(request.GET or None)
    entries = _narrowed(entries_visible_to(request.actor, customer), wanted)
    found = keyset(entries, ("-at", "-id"), request.GET.get("after"))
    names, only_own = names_of(found), shows_only_own_deeds(request.actor, customer)
    table = Table(
        _("Audit log"),
        [
            Column("deed", _("Action")),
            Column("who", _("Who")),
            Column("at", _("When"), "date"),
            Column("outcome", _("Outcome"), "badge"),
        ],
        [_row(entry, names) for entry in found],
        empty=Empty(_("Nothing recorded"), _why_empty(request, only_own), icon="document-magnifying-glass"),
        **page_links(request, found),
    )
    crumbs = trail(request, customer, (_("Audit log"), ""))
    context = {"organisation": customer, "table": table, "filter": wanted, "crumbs": crumbs, "only_own": only_own}
    return render_page(request, "tenants/audit_log.html", context, partial="results")


def _why_empty(request: PortalRequest, only_own: bool) -> str:
    if request.GET:
        return _("Nothing here matches the filter.")
    if only_own:
        return _("You have done nothing yet that is recorded.")
    return _("What people do here from now on is recorded.")


def _narrowed(entries: QuerySet[AuditEntry], wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """What the filter's valid fields ask for; the organisation and the time stay the index that is read."""
    if not wanted.is_bound:
        return entries
    wanted.is_valid()
    asked = wanted.cleaned_data
    match asked.get("show"):
        case "behalf":
            entries = entries.exclude(on_behalf_of_id=None)
        case "refused":
            entries = entries.filter(outcome=Outcome.REFUSED)
    if asked.get("who"):
        entries = entries.filter(done_by(asked["who"]))
    if asked.get("first"):
        entries = entries.filter(at__gte=_begin_of(asked["first"]))
    if asked.get("last"):
        entries = entries.filter(at__lt=_begin_of(asked["last"] + timedelta(days=1)))
    return entries


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))  # in the reader's zone


def _row(entry: AuditEntry, names: deeds.Names) -> dict[str, Any]:
    label, tone = deeds.OUTCOMES[entry.outcome]
    return {
        "deed": format_html("{}{}", deeds.sentence(entry, names), _details(entry, names)),
        "who": _who(entry, names),
        "at": entry.at,
        "outcome": Cell(label, tone=tone),
    }


def _who(entry: AuditEntry, names: deeds.Names) -> str:
    """`Anna An (Fanyun Cloud) on behalf of Huaxin`."""
    words = {"name": deeds.actor_name(entry)}
    if entry.actor_tenant_id is None:
        return words["name"]
    words["organisation"] = names.get(("tenants", str(entry.actor_tenant_id)), "")
    if entry.on_behalf_of_id is None:
        return _("%(name)s (%(organisation)s)") % words
    words["customer"] = names.get(("tenants", str(entry.on_behalf_of_id)), "")
    return _("%(name)s (%(organisation)s) on behalf of %(customer)s") % words


def _details(entry: AuditEntry, names: deeds.Names) -> SafeString:
    """What was recorded, before and after, folded away."""
    changes = deeds.changes(entry, names)
    if not changes:
        return EMPTY
    lines = format_html_join("", "<li>{}</li>", ((_change(*change),) for change in changes))
    return format_html("<details><summary>{}</summary><ul>{}</ul></details>", _("Details"), lines)


def _change(name: str, before: str, after: str) -> SafeString:
    if before and after:
        return format_html("{}<del>{}</del> \N{RIGHTWARDS ARROW} <ins>{}</ins>", named(name), before, after)
    if before:
        return format_html("{}<del>{}</del>", named(name), before)
    return format_html("{}{}", named(name), after)
