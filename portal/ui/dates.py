"""Points in time, written for the reader: in the active time zone and language, with the zone named."""

import datetime

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui.separators import aside

# Zones that people here call by a name. Any other is called by its distance from UTC, which needs no translation.
ZONE_NAMES: dict[str, str | Promise] = {
    "Asia/Shanghai": _("Shanghai time"),
    "Asia/Hong_Kong": _("Hong Kong time"),
    "Asia/Singapore": _("Singapore time"),
    "Asia/Tokyo": _("Tokyo time"),
    "Europe/Paris": _("Paris time"),
    "Europe/London": _("London time"),
    "UTC": "UTC",
}


def offset_name(local: datetime.datetime) -> str:
    """`UTC+8`, `UTC-3:30` or `UTC` for an aware datetime."""
    minutes = int((local.utcoffset() or datetime.timedelta()).total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


def zone_name(local: datetime.datetime | None = None) -> str:
    """What the reader calls the active time zone, at that moment where it matters (summer time)."""
    local = local or timezone.localtime()
    return str(ZONE_NAMES.get(timezone.get_current_timezone_name()) or offset_name(local))


def moment(value: datetime.date | datetime.datetime, *, zone: bool = True) -> SafeString:
    """A `<time>` element: `22 Nov 2026, 14:05 (Shanghai time)`.

    A plain date has no zone. A naive datetime raises ValueError.
    """
    if not isinstance(value, datetime.datetime):
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), formats.date_format(value, "DATE_FORMAT")
        )
    local = timezone.localtime(value)
    text = formats.date_format(local, "DATETIME_FORMAT")
    if not zone:
        return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), text)
    return format_html(
        '<time datetime="{}" title="{}">{}<wbr><span class="zone">{}</span></time>',
        local.isoformat(timespec="seconds"),
        offset_name(local),
        text,
        aside(zone_name(local)),
    )
