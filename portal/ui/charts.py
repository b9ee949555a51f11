"""Small charts as SVG, drawn on the server: they print, follow the theme and need no script.

The numbers always stand beside them as text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from portal.errors import Text
from portal.ui.icons import EMPTY


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a bar chart: its name and one value per label of the chart."""

    name: Text
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class BarChart:
    """Stacked bars: `labels` along the bottom, `series` (four at most) from the bottom up."""

    caption: Text
    labels: Sequence[Text]
    series: Sequence[Series]


def sparkline(values: Iterable[float]) -> SafeString:
    """A line without axes. It is decoration beside a number that says the same; fewer than two values draw nothing."""
    points = list(values)
    if len(points) < 2:
        return EMPTY
    low, high = min(points), max(points)
    step, height = 96 / (len(points) - 1), (high - low) or 1
    line = " ".join(
        f"{2 + step * index:.1f},{28 - 24 * (value - low) / height:.1f}" for index, value in enumerate(points)
    )
    return format_html(
        '<svg class="sparkline" viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<polygon points="2,32 {} 98,32"/><polyline points="{}"/></svg>',
        line,
        line,
    )


def meter(label: Text, value: int, maximum: int) -> SafeString:
    """How much of something is used: a bar, and the two numbers in words."""
    share = min(100, 100 * value // max(maximum, 1))  # rounded down: full is what is full
    tone = "danger" if share == 100 else "warning" if share >= 90 else "info"
    words = gettext("%(value)s of %(maximum)s") % {
        "value": formats.localize(value),
        "maximum": formats.localize(maximum),
    }
    return format_html(
        '<div class="meter tone-{}"><p><span>{}</span> <strong>{}</strong></p>'
        '<svg viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100" height="2"/><rect class="fill" width="{}" height="2"/></svg></div>',
        tone,
        label,
        words,
        share,
    )


def bar_chart(chart: BarChart) -> SafeString:
    """The chart with its legend, and the same numbers in a table that opens below it."""
    return format_html(
        '<figure class="chart"><figcaption>{}{}</figcaption><div class="chart-bars" aria-hidden="true">{}</div>'
        '<details class="chart-data"><summary>{}</summary>{}</details></figure>',
        format_html('<span class="chart-title">{}</span>', chart.caption),
        _legend(chart),
        _bars(chart),
        gettext("Show as a table"),
        _numbers(chart),
    )


def _legend(chart: BarChart) -> SafeString:
    items = format_html_join(
        "",
        '<li class="series-{}"><svg viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" rx="3"/></svg>'
        "{}</li>",
        ((index + 1, series.name) for index, series in enumerate(chart.series)),
    )
    return format_html('<ul class="chart-legend">{}</ul>', items)


def _bars(chart: BarChart) -> SafeString:
    columns = list(zip(*(series.values for series in chart.series), strict=True))
    tallest = max((sum(column) for column in columns), default=0) or 1
    drawn = ((_bar(column, tallest), label) for column, label in zip(columns, chart.labels, strict=True))
    return format_html_join("", '<div class="chart-bar">{}<span>{}</span></div>', drawn)


def _bar(column: Sequence[int], tallest: int) -> SafeString:
    """One stacked bar in a drawing 100 units high; the label below is HTML, so that it never shrinks."""
    boxes, top = [], 100.0
    for index, value in enumerate(column):
        height = 100 * value / tallest
        top -= height
        boxes.append((index + 1, f"{top:.2f}", f"{max(height - 0.6, 0):.2f}"))
    inside = format_html_join("", '<rect class="series-{}" x="0" width="10" y="{}" height="{}"/>', boxes)
    return format_html('<svg viewBox="0 0 10 100" preserveAspectRatio="none" focusable="false">{}</svg>', inside)


def _numbers(chart: BarChart) -> SafeString:
    heads = format_html_join(
        "", '<th scope="col" class="as-number">{}</th>', ((series.name,) for series in chart.series)
    )
    columns = zip(*(series.values for series in chart.series), strict=True)
    rows = (
        (label, format_html_join("", '<td class="as-number">{}</td>', ((formats.localize(value),) for value in column)))
        for label, column in zip(chart.labels, columns, strict=True)
    )
    body = format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', rows)
    return format_html(
        '<table class="chart-table"><caption class="visually-hidden">{}</caption>'
        "<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table>",
        chart.caption,
        heads,
        body,
    )
