"""`{% load ui %}`: the design system's vocabulary for templates. Each tag is one function of `portal.ui`.

The gallery under `/_ui/` shows them all.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context
from django.template.base import Node, NodeList, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from portal.errors import Text
from portal.ui import buttons, charts, parts, separators, tables, values
from portal.ui import dates as date_parts
from portal.ui import icons as icon_parts
from portal.ui.icons import EMPTY

register = template.Library()

REASONS = "_reasons_of_denied_buttons"


# --- Signs ----------------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, style: icon_parts.Style = "outline", size: int = 20) -> SafeString:
    """`{% icon "users" %}`, a heroicon; `style` is outline, solid, mini or micro."""
    return icon_parts.icon(str(name), style, size)


@register.simple_tag
def badge(text: Text, tone: str = "neutral") -> SafeString:
    """`{% badge subscription.get_status_display subscription.tone %}`."""
    return values.badge(text, tone)


@register.simple_tag
def moment(value: datetime.date | datetime.datetime | None, zone: bool = True) -> SafeString:
    """`{% moment event.created_at %}` in the reader's zone, named unless `zone=False`."""
    return date_parts.moment(value, zone=zone) if value else values.NOTHING


@register.simple_tag
def zone_name() -> str:
    """`{% zone_name as zone %}`: what the reader calls the zone in which times are told."""
    return date_parts.zone_name()


@register.simple_tag
def money(fen: int) -> SafeString:
    """`{% money offer.price %}`: an amount stored in fen."""
    return values.money(fen)


@register.simple_tag
def value(anything: Any) -> SafeString:
    """`{% value row.total %}`: text, number, date, boolean or Cell, as tables and facts show it."""
    return values.show(anything)


@register.filter
def aside(note: Text) -> str:
    """`{{ amount }}{{ unit|aside }}`: a note in brackets, with the space before them that the language wants."""
    return separators.aside(note)


@register.filter
def initials(name: str) -> str:
    """`{{ actor.user.display_name|initials }}`."""
    return parts.initials(str(name))


# --- Buttons --------------------------------------------------------------------------------------------------------
@register.simple_tag
def button(
    label: Text, tone: str = "primary", icon: str = "", name: str = "", value: str = "", key: str = ""
) -> SafeString:
    """`{% button "Save" %}`: submits the form around it."""
    return buttons.button(label, tone, icon, name, value, key)


@register.simple_tag
def link_button(label: Text, href: str, tone: str = "default", icon: str = "") -> SafeString:
    """`{% link_button "Cancel" back_url %}`."""
    return buttons.link_button(label, href, tone, icon)


@register.simple_tag
def copyable(text: str) -> SafeString:
    """`{% copyable password %}`: text that people take with them."""
    return buttons.copyable(text)


@register.simple_tag(takes_context=True)
def action(
    context: Context, label: Text, href: str, decision: Any, tone: str = "default", icon: str = ""
) -> SafeString:
    """`{% action "Escalate" url can.escalate %}`: a link button, or a disabled one with the reason."""
    if decision:
        return buttons.link_button(label, href, tone, icon)
    return buttons.denied(label, decision, tone, icon, context.get(REASONS))


@register.simple_tag(takes_context=True)
def submit(context: Context, label: Text, decision: Any, tone: str = "primary", icon: str = "") -> SafeString:
    """`{% submit "Suspend" can.suspend tone="danger" %}`: a submit button, or a disabled one with the reason."""
    if decision:
        return buttons.button(label, tone, icon)
    return buttons.denied(label, decision, tone, icon, context.get(REASONS))


class ActionsNode(Node):
    """Buttons in a row. Inside it, the reasons of denied ones are written once below the row."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """The row, or nothing when it holds nothing."""
        reasons = buttons.Reasons()
        with context.push(**{REASONS: reasons}):
            inside = self.nodelist.render(context)
        if not inside.strip():
            return EMPTY
        return format_html('<div class="actions"><div class="actions-row">{}</div>{}</div>', inside, reasons.render())


@register.tag
def actions(parser: Parser, token: Token) -> ActionsNode:
    """`{% actions %}{% action ... %}{% action ... %}{% endactions %}`."""
    nodelist = parser.parse(("endactions",))
    parser.delete_first_token()
    return ActionsNode(nodelist)


# --- Forms ----------------------------------------------------------------------------------------------------------
@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """`{% field form.subject %}`: label, control, help and errors, tied together for screen readers."""
    return bound.as_field_group() if not bound.is_hidden else bound.as_widget()


@register.simple_tag
def form_errors(form: BaseForm, focus: bool = True) -> SafeString:
    """`{% form_errors form %}`: the summary above a form that was sent with mistakes; nothing otherwise."""
    return parts.form_errors(form, focus=focus)


# --- Boxes ----------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def card(content: SafeString, title: Text = "", icon: str = "", anchor: str = "") -> SafeString:
    """`{% card "Licences" icon="key" %}..{% endcard %}`: a titled section on its own surface."""
    head = EMPTY
    if title:
        drawing = icon_parts.optional_icon(icon)
        head = format_html('<header class="card-head">{}<h2>{}</h2></header>', drawing, title)
    id_attribute = format_html(' id="{}"', anchor) if anchor else EMPTY
    return format_html(
        '<section class="card"{}>{}<div class="card-body">{}</div></section>', id_attribute, head, content
    )


@register.simple_block_tag
def message_bar(content: SafeString, tone: str, title: Text = "") -> SafeString:
    """`{% message_bar "warning" "Two grants expire" %}..{% endmessage_bar %}`."""
    return parts.message_bar(content, tone, title)


@register.simple_block_tag
def dialog(content: SafeString, anchor: str, title: Text) -> SafeString:
    """`{% dialog "suspend" "Suspend?" %}..{% enddialog %}`: opened by a link with `data-dialog="suspend"`.

    The link's own address is the page that does the same without JavaScript.
    """
    return format_html(
        '<dialog id="{0}" class="dialog" aria-labelledby="{0}-title">'
        '<header class="dialog-head"><h2 id="{0}-title">{1}</h2>'
        '<form method="dialog"><button class="button subtle square" aria-label="{2}">{3}</button></form></header>'
        '<div class="dialog-body">{4}</div></dialog>',
        anchor,
        title,
        gettext("Close"),
        icon_parts.icon("x-mark"),
        content,
    )


# --- Content --------------------------------------------------------------------------------------------------------
@register.simple_tag
def facts(pairs: Iterable[tuple[Any, Any]]) -> SafeString:
    """`{% facts pairs %}`: a list of (label, value)."""
    return parts.facts(pairs)


@register.simple_tag
def table(table: tables.Table) -> SafeString:
    """`{% table table %}`: see `portal.ui.tables.Table`."""
    return tables.render_table(table)


@register.simple_tag
def stat(label: Text, value: Any, note: Text = "", href: str = "", tone: str = "", trend: Any = None) -> SafeString:
    """`{% stat "Open requests" count href=url %}`: a number with its name, and optionally its past values."""
    return parts.stat(label, value, note, href, tone, trend)


@register.simple_tag
def empty_state(title: Text, text: Text, label: Text = "", href: str = "", icon: str = "") -> SafeString:
    """`{% empty_state "No requests" "Ask your partner when you need help." "New request" url %}`."""
    return tables.empty_state(tables.Empty(title, text, label, href, icon))


@register.simple_tag
def timeline(entries: Iterable[Any]) -> SafeString:
    """`{% timeline entries %}`: `portal.ui.parts.Entry` objects, or mappings with the same keys."""
    return parts.timeline(entries)


@register.simple_tag
def next_step(owner: Text, text: Text, tone: str = "info") -> SafeString:
    """`{% next_step "Fanyun Cloud" "They will answer by Monday." "info" %}`: whose turn it is."""
    return parts.next_step(owner, text, tone)


@register.simple_tag
def crumbs(pairs: Iterable[tuple[Any, Any]]) -> SafeString:
    """`{% crumbs pairs %}`: (label, href) from the top; the page itself last, with an empty href."""
    return parts.crumbs(pairs)


@register.simple_tag
def meter(label: Text, value: int, maximum: int) -> SafeString:
    """`{% meter "Licences assigned" 42 50 %}`."""
    return charts.meter(label, value, maximum)


@register.simple_tag
def bar_chart(chart: charts.BarChart) -> SafeString:
    """`{% bar_chart chart %}`: see `portal.ui.charts.BarChart`."""
    return charts.bar_chart(chart)
