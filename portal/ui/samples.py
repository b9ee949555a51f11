"""What the gallery shows: invented values, one of every kind. Nothing here is read from the database."""

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.ui.charts import BarChart, Series
from portal.ui.parts import Entry
from portal.ui.tables import Cell, Column, Empty, Table
from portal.ui.values import badge, money

NOON = datetime.datetime(2026, 11, 22, 6, 5, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Refusal:
    """A decision as permission checks answer it: falsy, with a reason."""

    reason: Text

    def __bool__(self) -> bool:
        return False


class SampleForm(forms.Form):
    """One field of every kind; sent with mistakes, so that errors show."""

    subject = forms.CharField(label=_("Subject"), help_text=_("One sentence that says what is wrong."))
    domain = forms.CharField(label=_("Customer domain"))
    severity = forms.ChoiceField(label=_("Severity"), choices=[("1", _("Critical")), ("2", _("Normal"))])
    contact = forms.ChoiceField(
        label=_("How shall we answer?"),
        choices=[("mail", _("By e-mail")), ("phone", _("By telephone"))],
        widget=forms.RadioSelect,
        initial="mail",
    )
    services = forms.MultipleChoiceField(
        label=_("Services"),
        choices=[("exchange", "Exchange Online"), ("teams", "Teams"), ("sharepoint", "SharePoint Online")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    due = forms.DateField(label=_("Needed by"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    details = forms.CharField(label=_("Details"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    agreed = forms.BooleanField(label=_("My partner may see our diagnostic data"), required=False)


class SampleSignIn(forms.Form):
    """The shape of a sign-in form."""

    login = forms.CharField(label=_("Sign-in name"))
    password = forms.CharField(label=_("Password"), widget=forms.PasswordInput)
    remember = forms.BooleanField(label=_("Stay signed in"), required=False)


def sample_form() -> SampleForm:
    """The form as it returns to somebody who left the subject out."""
    return SampleForm({"subject": "", "domain": "huaxin.example", "severity": "2", "contact": "mail"})


def customers() -> Table:
    """A list with links, badges, numbers and dates, and a next page."""
    columns = [
        Column("name", _("Customer")),
        Column("state", _("State"), "badge"),
        Column("seats", _("Seats"), "number"),
        Column("amount", _("Per month"), "number"),
        Column("since", _("Customer since"), "date"),
    ]
    names = [
        ("Huaxin Manufacturing 华新制造", "huaxin.example", Cell(_("Active"), tone="success"), 18204, 36_408_000),
        ("Jade Bikes 玉单车", "jade.example", Cell(_("Active"), tone="success"), 163, 326_000),
        ("Lotus Tea 莲茶", "lotus.example", Cell(_("Pending"), tone="warning"), 25, 50_000),
        (
            "Société des Grands Moulins de l’Est et du Nord",
            "moulins.example",
            Cell(_("Suspended"), tone="danger"),
            0,
            0,
        ),
    ]
    rows = [
        {
            "select": domain,
            "name": Cell(name, href="#tables", note=domain),
            "state": state,
            "seats": seats,
            "amount": money(fen),
            "since": NOON - datetime.timedelta(days=97 * index),
        }
        for index, (name, domain, state, seats, fen) in enumerate(names, start=1)
    ]
    return Table(_("Customers"), columns, rows, next_url="#tables", first_url="#tables", select="chosen")


def no_requests() -> Table:
    """A list before its first row."""
    empty = Empty(
        _("No support requests yet"),
        _("When something does not work, ask your partner here. They answer or pass it on to 21Vianet."),
        _("New request"),
        "#tables",
        "lifebuoy",
    )
    return Table(_("Support requests"), [Column("subject", _("Subject"))], [], empty=empty)


def history() -> list[Entry]:
    """A support request from the question to the escalation."""
    hour = datetime.timedelta(hours=1)
    return [
        Entry(
            NOON - 20 * hour, _("Request raised"), "Alice Li", _("Nobody in the Suzhou plant receives e-mail."), "info"
        ),
        Entry(NOON - 18 * hour, _("Note"), "Helen Zhou", _("The connector looks fine."), "neutral", "", _("Internal")),
        Entry(NOON - 3 * hour, _("Escalated to 21Vianet"), "Helen Zhou", "", "warning", "arrow-up"),
        Entry(NOON, _("Acknowledged with a case number"), "21Vianet", "CN-20261122-0042", "success", "check"),
    ]


def seats_by_month() -> BarChart:
    """Two series over six months."""
    months = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]
    used = Series(_("Assigned"), [9120, 9480, 10210, 12080, 14960, 16310])
    free = Series(_("Available"), [2880, 2520, 1790, 1920, 3040, 1894])
    return BarChart(_("Seats by month"), months, [used, free])


def gallery() -> dict[str, Any]:
    """Everything that `ui/gallery.html` shows."""
    facts: list[tuple[Any, Any]] = [
        (_("Reference"), "SR-2026-000123"),
        (_("State"), badge(_("With 21Vianet"), "warning")),
        (_("Raised"), NOON),
        (_("Seats affected"), 1240),
        (_("Services"), ["Exchange Online", "Teams"]),
        (_("Case number"), None),
        (_("Customer"), Cell("Huaxin Manufacturing 华新制造", href="#content", note="huaxin.example")),
        (_("Data may leave the country"), False),
    ]
    return {
        "allowed": True,
        "denied": Refusal(_("Only the partner of record, Fanyun Cloud, may change this subscription.")),
        "denied_by_state": Refusal(_("The subscription is suspended. Reactivate it first.")),
        "tones": ["neutral", "info", "success", "warning", "danger"],
        "icons": ["home", "users", "building-office-2", "key", "lifebuoy", "megaphone", "cog-6-tooth", "bell"],
        "noon": NOON,
        "today": NOON.date(),
        "facts": facts,
        "form": sample_form(),
        "customers": customers(),
        "no_requests": no_requests(),
        "history": history(),
        "chart": seats_by_month(),
        "trend": [4, 5, 4, 7, 6, 9, 8, 12],
        "crumbs": [(_("Design system"), "")],
        "stats": stats(),
    }


def stats() -> list[dict[str, Any]]:
    """Four numbers of a home page."""
    return [
        {"label": _("Customers"), "value": 26, "note": _("2 new this month"), "trend": [20, 21, 21, 23, 24, 26]},
        {"label": _("Open requests"), "value": 9, "note": _("3 wait for you"), "tone": "warning", "href": "#tables"},
        {
            "label": _("Seats in use"),
            "value": 18204,
            "note": _("of all that you own"),
            "trend": [11, 12, 12, 14, 17, 18],
        },
        {"label": _("Per month"), "value": per_month(), "note": _("before tax"), "trend": [80, 82, 81, 88, 92, 97]},
    ]


def per_month() -> SafeString:
    """A sum of money."""
    return money(102_480_050)
