"""Tables: described in a view, drawn here in one pass. On a narrow screen each row becomes a card."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from portal.errors import Text
from portal.ui.buttons import link_button
from portal.ui.dates import moment, zone_name
from portal.ui.icons import EMPTY
from portal.ui.icons import icon as draw
from portal.ui.values import NOTHING, Cell, badge, checked_address, show

__all__ = ["Cell", "Column", "Empty", "Table", "empty_state", "render_table"]

Kind = Literal["text", "number", "date", "badge"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key in each row, its heading, and how its values are shown."""

    key: str
    label: Text
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Empty:
    """What to say when there are no rows, and the one thing to do about it."""

    title: Text
    text: Text = ""
    label: Text = ""
    href: str = ""
    icon: str = "inbox"


@dataclass(slots=True)
class Table:
    """`rows` map a column's key to plain text, a number, a date or a `Cell`.

    The caption is read out, shown if `caption_shown`. `next_url` leads to the next page, `first_url` to the first one.
    `select` names a form field: each row then starts with a checkbox whose value is the row's own `select` entry.
    """

    caption: Text
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]]
    empty: Empty = field(default_factory=lambda: Empty(gettext("Nothing here yet")))
    next_url: str = ""
    first_url: str = ""
    caption_shown: bool = False
    select: str = ""


def empty_state(empty: Empty) -> SafeString:
    """An icon, what is missing, why, and a way on."""
    text = format_html("<p>{}</p>", empty.text) if empty.text else ""
    button = link_button(empty.label, empty.href, "primary") if empty.label and empty.href else ""
    icon = format_html('<span class="empty-icon">{}</span>', draw(empty.icon or "inbox", size=28))
    return format_html('<div class="empty">{}<p class="empty-title">{}</p>{}{}</div>', icon, empty.title, text, button)


def render_table(table: Table) -> SafeString:
    """The whole table, or its empty state. Cells are escaped; a `SafeString` passes as it is."""
    rows = list(table.rows)
    if not rows:
        return format_html('<div class="table-box">{}{}</div>', empty_state(table.empty), _pager(table))
    dated = any(column.kind == "date" for column in table.columns)
    return format_html(
        '<div class="table-box"><table class="table{}" role="table">{}'
        '<thead role="rowgroup"><tr role="row">{}</tr></thead>'
        '<tbody role="rowgroup">{}</tbody></table>{}{}</div>',
        " selectable" if table.select else "",
        format_html(
            '<caption class="{}">{}</caption>', "" if table.caption_shown else "visually-hidden", table.caption
        ),
        _headings(table),
        format_html_join("\n", '<tr role="row">{}</tr>', ((_row(table, row),) for row in rows)),
        _zone_note() if dated else "",
        _pager(table),
    )


def _headings(table: Table) -> SafeString:
    chosen = _all_of_them() if table.select else EMPTY
    return chosen + format_html_join(
        "",
        '<th scope="col" role="columnheader" class="as-{}">{}</th>',
        ((column.kind, column.label) for column in table.columns),
    )


def _all_of_them() -> SafeString:
    """Selects every row; the script that does it brings it to light."""
    return format_html(
        '<td class="pick" role="cell"><label hidden><input type="checkbox" data-select-all autocomplete="off">'
        '<span class="visually-hidden">{}</span></label></td>',
        gettext("Select all"),
    )


def _row(table: Table, row: Mapping[str, Any]) -> SafeString:
    first, *others = table.columns
    value = row.get(first.key)
    head = format_html('<th scope="row" role="rowheader" class="as-{}">{}</th>', first.kind, _value(first, value))
    cells = format_html_join(
        "",
        '<td role="cell" class="as-{}" data-label="{}"><span class="value">{}</span></td>',
        ((column.kind, column.label, _value(column, row.get(column.key))) for column in others),
    )
    return _checkbox(table, row, value) + head + cells if table.select else head + cells


def _checkbox(table: Table, row: Mapping[str, Any], value: Any) -> SafeString:
    subject = value.text if isinstance(value, Cell) else value
    return format_html(
        '<td class="pick" role="cell"><label><input type="checkbox" name="{}" value="{}">'
        '<span class="visually-hidden">{}</span></label></td>',
        table.select,
        row["select"],
        gettext("Select %(what)s") % {"what": subject},
    )


def _value(column: Column, value: Any) -> SafeString:
    """One value; most are plain text, which takes the short way."""
    if type(value) is str:
        if not value:
            return NOTHING
        return badge(value) if column.kind == "badge" else conditional_escape(value)
    if column.kind == "date" and hasattr(value, "isoformat"):
        return moment(value, zone=False)
    if column.kind == "badge" and not isinstance(value, Cell) and value is not None:
        return badge(value)
    return show(value)


def _zone_note() -> SafeString:
    note = gettext("Times are shown in %(zone)s.") % {"zone": zone_name()}
    return format_html('<p class="table-note">{}</p>', note)


def _pager(table: Table) -> SafeString:
    """Links to the first and the next page: a keyset has no numbers and no last page."""
    links = []
    if first := checked_address(table.first_url):
        links.append(format_html('<a class="button default" href="{}">{}</a>', first, gettext("First page")))
    if following := checked_address(table.next_url):
        links.append(
            format_html('<a class="button default" rel="next" href="{}">{}</a>', following, gettext("Next page"))
        )
    if not links:
        return EMPTY
    inside = format_html_join("", "{}", ((link,) for link in links))
    label = gettext("Pages of %(caption)s") % {"caption": table.caption}
    return format_html('<nav class="pager" aria-label="{}">{}</nav>', label, inside)
