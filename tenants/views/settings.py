"""Service settings: the page is made from the declarations in `tenants.service_settings`."""

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.database import looking_into
from portal.errors import InvalidInput, StaleVersion
from portal.forms import posted, show_refusal
from portal.paging import keyset, page_links
from portal.ui.parts import Entry
from portal.ui.tables import Cell, Column, Table
from portal.web import redirect_to, render_page, toast
from tenants.access import Permission, can
from tenants.actions.settings import change_setting
from tenants.chosen_settings import setting_of, settings_of
from tenants.forms.settings import SettingForm, written
from tenants.models import ServiceSetting, ServiceSettingChange, Tenant
from tenants.service_settings import SETTINGS, Setting
from tenants.services import Service
from tenants.submitting import form_once
from tenants.views.parts import trail
from tenants.web import SIGNED_IN, PortalRequest, allow, page

HISTORY = 20


class SettingKey:
    """URL converter: an address with a key that nobody declared does not exist."""

    regex = r"[a-z0-9_.]+"

    def to_python(self, value: str) -> Setting:
        setting = SETTINGS.get(value)
        if setting is None:
            raise ValueError(value)
        return setting

    def to_url(self, value: Setting | str) -> str:
        return value.key if isinstance(value, Setting) else value


@page((Tenant, "customer_id"), get=SIGNED_IN)
def setting_list(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """Every setting, its value and who changed it last, by service and group.

    A grant for one service opens this page with that service's settings, so the right is asked per setting.
    """
    with looking_into(customer.pk):
        rows = settings_of(customer, request.actor)
    allow(request, Permission.SETTING_READ, rows[0] if rows else customer)
    tables = [_table(service, list(items)) for service, items in groupby(rows, key=_service)]
    crumbs = trail(request, customer, (_("Service settings"), ""))
    context = {"organisation": customer, "tables": tables, "crumbs": crumbs}
    return render_page(request, "tenants/setting_list.html", context)


def _service(row: ServiceSetting) -> Service:
    return SETTINGS[row.key].service


def _table(service: Service, rows: list[ServiceSetting]) -> Table:
    columns = [
        Column("label", _("Setting")),
        Column("group", pgettext("setting", "Category")),
        Column("value", pgettext("setting", "Now"), "badge"),
        Column("default", _("Default")),
        Column("last", _("Last change")),
    ]
    return Table(service.label, columns, [_row(row) for row in rows], caption_shown=True)


def _row(row: ServiceSetting) -> dict[str, Any]:
    setting = SETTINGS[row.key]
    address = reverse("tenants:setting_detail", args=[row.tenant_id, setting])
    return {
        "label": Cell(setting.label, href=address, note=setting.help),
        "group": setting.group,
        "value": _value(row),
        "default": setting.shown(setting.default),
        "last": _last(row),
    }


def _value(row: ServiceSetting) -> Cell:
    """The value as a badge, in the colour of a warning where it may send data abroad."""
    setting = SETTINGS[row.key]
    return Cell(setting.shown(row.value), tone="warning" if setting.sends_abroad(row.value) else "neutral")


def _last(row: ServiceSetting) -> Cell | str:
    """Who changed it last, and when; the queryset carries both where there was a change."""
    name = getattr(row, "last_name", None)
    if not name:
        return ""
    if row.last_on_behalf:  # type: ignore[attr-defined] # annotated beside last_name
        name = _("%(name)s, on behalf") % {"name": name}
    return Cell(name, note=row.last_at)  # type: ignore[attr-defined] # as above


@page((Tenant, "customer_id"), get=SIGNED_IN, post=SIGNED_IN)
def setting_detail(request: PortalRequest, customer: Tenant, setting: Setting) -> HttpResponse:
    """One setting: its value, the form to change it, and its history."""
    with looking_into(customer.pk):
        row = setting_of(customer, setting)
    allow(request, Permission.SETTING_CHANGE if request.method == "POST" else Permission.SETTING_READ, row)
    form = SettingForm(
        posted(request),
        setting=setting,
        initial={"value": written(setting, row.value), "version": row.version},
    )
    if request.method == "POST":
        return _changed(request, customer, row, form)
    return _setting_page(request, row, form)


def _changed(request: PortalRequest, customer: Tenant, row: ServiceSetting, form: SettingForm) -> HttpResponse:
    setting = form.setting
    if not form.is_valid():
        return _setting_page(request, row, form, status=422)
    try:
        return form_once(request, lambda: _saved(request, customer, form))
    except StaleVersion as stale:
        row = setting_of(customer, setting)  # as the other person has left it
        again = {"value": written(setting, form.chosen), "version": row.version}
        fresh = SettingForm(setting=setting, initial=again)
        return _setting_page(request, row, fresh, status=int(stale.status), chosen=setting.shown(form.chosen))
    except InvalidInput as refusal:
        asks = refusal.code == "confirmationRequired"
        status = int(refusal.status) if asks and "confirmed" not in request.POST else show_refusal(form, refusal)
        return _setting_page(request, row, form, status=status, confirming=asks)


def _saved(request: PortalRequest, customer: Tenant, form: SettingForm) -> HttpResponse:
    version = form.cleaned_data["version"]
    row = change_setting(
        customer, form.setting.key, form.chosen, actor=request.actor, confirmed=form.ticked, version=version
    )
    toast(request, _("Nothing was changed.") if row.version == version else _("The setting is saved."))
    return redirect_to(request, "tenants:setting_detail", customer.pk, form.setting)


def _setting_page(
    request: PortalRequest, row: ServiceSetting, form: SettingForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    setting, customer = form.setting, row.tenant
    changes = ServiceSettingChange.objects.visible_to(request.actor).filter(tenant=customer, key=setting.key)
    found = keyset(changes, ("-changed_at", "-id"), request.GET.get("after"), HISTORY)
    list_url = reverse("tenants:setting_list", args=[customer.pk])
    context = {
        "organisation": customer,
        "setting": setting,
        "form": form,
        "facts": [
            (pgettext("setting", "Now"), _value(row)),
            (_("Default"), setting.shown(setting.default)),
            (_("Service"), setting.service.label),
        ],
        "now": setting.shown(row.value),
        "decision": can(request.actor, Permission.SETTING_CHANGE, row),
        "history": [_entry(setting, change) for change in found],
        "list_url": list_url,
        "crumbs": trail(request, customer, (_("Service settings"), list_url), (setting.label, "")),
        **page_links(request, found),
        **more,
    }
    return render_page(request, "tenants/setting_detail.html", context, status=status)


def _entry(setting: Setting, change: ServiceSettingChange) -> Entry:
    title = _("From %(before)s to %(after)s") % {
        "before": setting.shown(change.before),
        "after": setting.shown(change.after),
    }
    tone = "warning" if setting.sends_abroad(change.after) else "neutral"
    return Entry(
        change.changed_at, title, change.actor_name, tone=tone, label=_("On behalf") if change.on_behalf else ""
    )
