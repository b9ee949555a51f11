"""The time zones that a person may choose: those that are called after a place."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.ui.dates import ZONE_NAMES, offset_name
from portal.ui.separators import aside, listed

REGIONS: Mapping[str, Text] = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic Ocean"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}
_zone = cache(ZoneInfo)  # Python itself keeps eight, and reads the others from the disk each time
Group = tuple[Text, list[tuple[str, Text]]]


@cache
def known_zones() -> frozenset[str]:
    """Names such as `Asia/Shanghai`, and `UTC`. Reading them from the disk takes a while, so it is done once."""
    places = {zone for zone in available_timezones() if zone.partition("/")[0] in REGIONS}
    return frozenset(places & (_named_today() or places)) | set(ZONE_NAMES)


def _named_today() -> set[str]:
    """The names in the time zone database's own table of places, without those that it keeps from before, such as
    `Asia/Calcutta`. Empty on a system that comes without the table.
    """
    tables = [table for folder in TZPATH if (table := Path(folder, "zone.tab")).is_file()]
    lines = tables[0].read_text("utf-8").splitlines() if tables else []
    return {line.split("\t")[2] for line in lines if not line.startswith("#")}


def grouped_zones() -> list[Group]:
    """(heading, (zone, name) ...): first those that people here have a word for, then the others by region and place.

    Without the region the place comes first, so that typing its first letters finds it in the list.
    """
    regions: dict[str, list[tuple[str, Text]]] = {region: [] for region in REGIONS}
    for zone in sorted(known_zones() - set(ZONE_NAMES)):
        region, *places = zone.replace("_", " ").split("/")
        regions[region].append((zone, _with_distance(zone, listed(reversed(places)))))
    often: Group = (_("Often chosen"), [(zone, _with_distance(zone, name)) for zone, name in ZONE_NAMES.items()])
    return [often, *((REGIONS[region], zones) for region, zones in regions.items())]


def _with_distance(zone: str, name: Text) -> str:
    """`Paris time (UTC+1)`, as it is now."""
    distance = offset_name(timezone.localtime(timezone=_zone(zone)))
    return str(name) if name == distance else f"{name}{aside(distance)}"
