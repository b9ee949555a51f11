"""The parts of a page: facts, numbers, next step, history, breadcrumbs, message bars."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, pgettext

from portal.errors import Text
from portal.ui.charts import sparkline
from portal.ui.dates import moment
from portal.ui.icons import EMPTY, optional_icon
from portal.ui.icons import icon as draw
from portal.ui.values import NOTHING, badge, checked_address, checked_tone, show

TONE_ICONS = {
    "neutral": "information-circle",
    "info": "information-circle",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "danger": "x-circle",
}
TONE_WORDS: dict[str, Text] = {
    "neutral": gettext_lazy("Note:"),
    "info": gettext_lazy("Note:"),
    "success": gettext_lazy("Done:"),
    "warning": gettext_lazy("Warning:"),
    "danger": gettext_lazy("Problem:"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: when, what, by whom, and what was said. `label` is a badge such as *Internal*."""

    at: datetime.datetime | None
    title: Text
    by: Text = ""
    text: Text = ""
    tone: str = "neutral"
    icon: str = ""
    label: Text = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something wait behind a link. `key` is the element's id, by which a fragment brings it up to date.

    `text` is empty for none: the element stays and is hidden. `what` names them to those who hear the number.
    """

    key: str
    text: str
    what: Text


def facts(pairs: Iterable[tuple[Any, Any]]) -> SafeString:
    """A description list of (label, value); see `portal.ui.values.show` for what a value may be."""
    lines = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", ((label, show(value)) for label, value in pairs))
    return format_html('<dl class="facts">{}</dl>', lines)


def stat(label: Text, value: Any, note: Text = "", href: str = "", tone: str = "", trend: Any = None) -> SafeString:
    """One number with its name. With an address the tile is a link; `trend` adds a sparkline."""
    address = checked_address(href)
    name = format_html('<a href="{}">{}</a>', address, label) if address else label
    return format_html(
        '<div class="stat{}"><p class="stat-label">{}</p><p class="stat-value">{}</p>{}{}</div>',
        f" tone-{checked_tone(tone)}" if tone else "",
        name,
        show(value),
        format_html('<p class="stat-note">{}</p>', note) if note else EMPTY,
        sparkline(trend) if trend else EMPTY,
    )


def message_bar(content: SafeString, tone: str, title: Text = "") -> SafeString:
    """A message in the flow of the page. Its tone is also said in a word, for those who do not see the colour."""
    heading = format_html('<p class="bar-title">{}</p>', title) if title else EMPTY
    return format_html(
        '<div class="bar tone-{}">{}<div class="bar-body"><span class="visually-hidden">{}</span>{}{}</div></div>',
        checked_tone(tone),
        draw(TONE_ICONS[tone], "solid"),
        TONE_WORDS[tone],
        heading,
        content,
    )


def form_errors(form: BaseForm, *, focus: bool = True) -> SafeString:
    """What is wrong with a submitted form, each line a link to its field. It takes the focus to be read first."""
    if not form.errors:
        return EMPTY
    fields = (form[name] for name in form.errors if name in form.fields)
    lines = [
        format_html(
            '<li><a href="#{}">{}</a> {}</li>',
            field.id_for_label or f"{field.auto_id}_group",
            field.label,
            " ".join(map(str, field.errors)),
        )
        for field in fields
        if not field.is_hidden
    ]
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    lines += [format_html("<li>{}</li>", error) for error in [*form.non_field_errors(), *hidden]]
    inside = format_html_join("", "{}", ((line,) for line in lines))
    bar = message_bar(format_html("<ul>{}</ul>", inside), "danger", gettext("Some values need your attention"))
    taking = format_html(" {}", "autofocus") if focus else EMPTY
    return format_html('<div class="form-errors" tabindex="-1"{}>{}</div>', taking, bar)


def next_step(owner: Text, text: Text, tone: str = "info") -> SafeString:
    """Whose turn it is and what they do: the first question of everybody who waits."""
    return format_html(
        '<div class="next-step tone-{}">{}<div><p class="next-owner">{}</p><p>{}</p></div></div>',
        checked_tone(tone),
        draw("arrow-right-circle", "outline", 24),
        pgettext("next step", "Next step: %(owner)s") % {"owner": owner},
        text,
    )


def crumbs(pairs: Iterable[tuple[Any, Any]]) -> SafeString:
    """The way down to this page as (label, href), from the start page, which is put before them.

    The last one is the page itself; others may lack an address.
    """
    way = [(gettext("Home"), "/"), *pairs]
    items = format_html_join(
        "", "<li>{}</li>", ((_crumb(*pair, last=place == len(way)),) for place, pair in enumerate(way, 1))
    )
    return format_html('<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>', gettext("Breadcrumbs"), items)


def _crumb(label: Text, href: str, *, last: bool) -> SafeString:
    if address := checked_address(href):
        return format_html('<a href="{}">{}</a>', address, label)
    return format_html('<span aria-current="page">{}</span>' if last else "<span>{}</span>", label)


def timeline(entries: Iterable[Entry | Mapping[str, Any]]) -> SafeString:
    """What happened, in the order given. An entry is an `Entry` or a mapping with the same keys."""
    made = [entry if isinstance(entry, Entry) else Entry(**entry) for entry in entries]
    if not made:
        return NOTHING
    return format_html('<ol class="timeline">{}</ol>', format_html_join("", "{}", ((_entry(entry),) for entry in made)))


def _entry(entry: Entry) -> SafeString:
    return format_html(
        '<li class="tone-{}"><span class="timeline-mark">{}</span><div class="timeline-body"><p class="timeline-head">'
        '<strong>{}</strong> {}</p><p class="timeline-by">{}</p>{}</div></li>',
        checked_tone(entry.tone),
        optional_icon(entry.icon, "micro", 16),
        entry.title,
        badge(entry.label) if entry.label else EMPTY,
        format_html_join(" \N{MIDDLE DOT} ", "{}", ((part,) for part in _by_and_at(entry))),
        format_html('<div class="prose">{}</div>', entry.text) if entry.text else EMPTY,
    )


def _by_and_at(entry: Entry) -> list[Any]:
    parts: list[Any] = [entry.by] if entry.by else []
    return [*parts, moment(entry.at)] if entry.at else parts


def initials(name: str) -> str:
    """At most two characters that stand for a person: `Alice Li` is AL, a Chinese name its last two characters."""
    words = name.split()
    if not words:
        return "?"
    first = words[0][0]
    if first.isalpha() and first.lower() == first.upper():  # a script without capitals
        return words[0][-2:]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()
