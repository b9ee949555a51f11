"""Buttons and links that look like them, and what stands in their place when the reader may not press them."""

from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from portal.errors import Text
from portal.ui.icons import EMPTY, optional_icon
from portal.ui.icons import icon as draw
from portal.ui.values import checked_address

BUTTON_TONES = frozenset({"primary", "default", "danger", "subtle"})


class Decision(Protocol):
    """The answer of a permission check: truthy when allowed, otherwise falsy with the reason in words."""

    def __bool__(self) -> bool: ...

    @property
    def reason(self) -> Text: ...


@dataclass
class Reasons:
    """The reasons of one group of buttons: each is written once below the group, however many buttons share it."""

    ids: dict[str, str] = field(default_factory=dict)

    def id_of(self, reason: str) -> str:
        """The element id under which `reason` will be written."""
        return self.ids.setdefault(reason, new_id("why"))

    def render(self) -> SafeString:
        """The list of reasons, empty when nothing was refused."""
        if not self.ids:
            return EMPTY
        lines = format_html_join("", "{}", ((reason_line(key, reason),) for reason, key in self.ids.items()))
        return format_html('<div class="reasons">{}</div>', lines)


def new_id(prefix: str) -> str:
    """An element id that no other part of the page has, parts swapped in later included."""
    return f"{prefix}-{uuid4().hex[:10]}"


def checked_button_tone(tone: str) -> str:
    """The tone itself. Raises ValueError for one that no button has."""
    if tone not in BUTTON_TONES:
        raise ValueError(f"Button tone {tone!r} is none of {', '.join(sorted(BUTTON_TONES))}.")
    return tone


def reason_line(key: str, reason: Text) -> SafeString:
    """Why a button cannot be pressed, for everybody to read."""
    return format_html('<p class="reason" id="{}">{}{}</p>', key, draw("lock-closed", "micro", 16), reason)


def face(label: Text, icon: str, about: Text = "") -> SafeString:
    """What is written on a button, and behind it what only ears need."""
    unseen = format_html('<span class="visually-hidden"> {}</span>', about) if about else EMPTY
    return format_html("{}<span>{}{}</span>", optional_icon(icon, "mini", 18), label, unseen)


def button(
    label: Text,
    tone: str = "primary",
    icon: str = "",
    name: str = "",
    value: str = "",
    key: str = "",
    about: Text = "",
) -> SafeString:
    """A button that submits the form around it. With a name it says which one was pressed.

    `key` is the element's id: where htmx replaces the button that has the focus, the new one of the same id gets it.
    `about` is what it is for, said only to ears, where a table has one button of the same words per row.
    """
    pressed = format_html(' name="{}" value="{}"', name, value) if name else EMPTY
    known = format_html(' id="{}"', key) if key else EMPTY
    return format_html(
        '<button type="submit" class="button {}"{}{}>{}</button>',
        checked_button_tone(tone),
        known,
        pressed,
        face(label, icon, about),
    )


def link_button(label: Text, href: str, tone: str = "default", icon: str = "", about: Text = "") -> SafeString:
    """A link that looks like a button. An address that a browser must not follow leads nowhere.

    `about` as for `button`.
    """
    address = checked_address(href) or "#"
    inside = face(label, icon, about)
    return format_html('<a class="button {}" href="{}">{}</a>', checked_button_tone(tone), address, inside)


def copyable(text: str) -> SafeString:
    """Text to be copied whole, such as a password that is shown once, with a button where the browser can copy."""
    key = new_id("copy")
    return format_html(
        '<span class="copyable"><code id="{0}" translate="no">{1}</code>'
        '<button type="button" class="button default" data-copy="{0}" data-copied="{2}" hidden>{3}</button></span>',
        key,
        text,
        gettext("Copied."),
        face(gettext("Copy"), "clipboard-document"),
    )


def denied(label: Text, decision: Decision | Any, tone: str, icon: str, reasons: Reasons | None) -> SafeString:
    """A button that cannot be pressed, and its reason in the group's list or right below it."""
    reason = str(getattr(decision, "reason", "") or gettext("You do not have the right to do this."))
    key = reasons.id_of(reason) if reasons is not None else new_id("why")
    pressed = format_html(
        '<button type="button" class="button {}" disabled aria-describedby="{}">{}</button>',
        checked_button_tone(tone),
        key,
        face(label, icon),
    )
    if reasons is not None:
        return pressed
    return format_html('<span class="denied">{}{}</span>', pressed, reason_line(key, reason))
