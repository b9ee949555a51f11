"""One value, shown: text, numbers, dates, badges and links look the same in a table, a list of facts and a card."""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from portal.ui.dates import moment
from portal.ui.icons import optional_icon

TONES = frozenset({"neutral", "info", "success", "warning", "danger"})
NOTHING = format_html('<span class="nothing">{}</span>', "\N{EM DASH}")
_SAFE_ADDRESS = re.compile(r"^(/(?!/)|#|\?|https?://|mailto:|tel:)", re.IGNORECASE)
_MAIL_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with more to it than its text: an address, a tone (a badge), a second line, weight (*unread*)."""

    text: Any
    href: str = ""
    tone: str = ""
    note: Any = ""
    icon: str = ""
    strong: bool = False


def checked_tone(tone: str) -> str:
    """The tone itself. Raises ValueError for one without colours: a typing error must not pass as plain text."""
    if tone not in TONES:
        raise ValueError(f"Tone {tone!r} is none of {', '.join(sorted(TONES))}.")
    return tone


def checked_address(href: str) -> str:
    """`href` when a browser may follow it: a path of this site, http(s), mailto or tel. Otherwise an empty string."""
    address = str(href)
    return address if _SAFE_ADDRESS.match(address) else ""


def badge(text: Any, tone: str = "neutral") -> SafeString:
    """A short status. The words carry the meaning, the colour only repeats it."""
    return format_html('<span class="badge tone-{}">{}</span>', checked_tone(tone or "neutral"), text)


def show_address(address: str) -> SafeString:
    """An e-mail address or sign-in name, which a narrow column breaks before its domain and not inside a word."""
    mailbox, at, domain = address.rpartition("@")
    return format_html("{}<wbr>{}{}", mailbox, at, domain)


def money(fen: int, currency: str = "¥") -> SafeString:
    """An amount in fen (a hundredth of a yuan) in the reader's notation: `¥1,234.50`, in French `1 234,50 ¥`."""
    amount = formats.number_format(Decimal(fen) / 100, decimal_pos=2, use_l10n=True, force_grouping=True)
    # Translators: the order of currency sign and amount
    written = pgettext("money", "%(currency)s%(amount)s") % {"currency": currency, "amount": amount}
    return format_html('<span class="amount">{}</span>', written)


def show(value: Any) -> SafeString:
    """Any value as HTML. Text is escaped, numbers and dates are localised, `None` and empty text become a dash."""
    if isinstance(value, Cell):
        return show_cell(value)
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return conditional_escape(gettext("Yes") if value else gettext("No"))
    if isinstance(value, datetime.date):
        return moment(value)
    if isinstance(value, int | float | Decimal):
        return conditional_escape(formats.localize(value))
    if isinstance(value, list | tuple):
        return show_list(value)
    if isinstance(value, str) and _MAIL_ADDRESS.fullmatch(value):
        return show_address(value)
    return conditional_escape(value)


def show_list(values: list[Any] | tuple[Any, ...]) -> SafeString:
    """Several values: badges flow in a row, everything else stands line by line."""
    if not values:
        return NOTHING
    items = format_html_join("", "<li>{}</li>", ((show(value),) for value in values))
    return format_html('<ul class="values">{}</ul>', items)


def show_cell(cell: Cell) -> SafeString:
    """The cell's text as badge, link or plain, and its note on a second line."""
    text = badge(cell.text, cell.tone) if cell.tone else show(cell.text)
    if cell.icon:
        text = format_html('<span class="with-icon">{}<span>{}</span></span>', optional_icon(cell.icon), text)
    if cell.strong:
        text = format_html("<strong>{}</strong>", text)
    if address := checked_address(cell.href):
        text = format_html('<a href="{}">{}</a>', address, text)
    if cell.note:
        text = format_html('{} <span class="note">{}</span>', text, show(cell.note))
    return text
