"""The time zones that a person may choose: those that are called after a place."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.ui.dates import ZONE_NAMES

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
Group = tuple[Text, list[tuple[str, Text]]]


@cache
def known_zones() -> frozenset[str]:
    """Names such as `Asia/Shanghai`, and `UTC`. Reading them from the disk takes a while, so it is done once."""
    return frozenset(zone for zone in available_timezones() if zone.partition("/")[0] in REGIONS) | set(ZONE_NAMES)


def grouped_zones() -> list[Group]:
    """(heading, (zone, name) ...): first those that people here have a word for, then the others by region and place.

    Without the region the place comes first, so that typing its first letters finds it in the list.
    """
    regions: dict[str, list[tuple[str, Text]]] = {region: [] for region in REGIONS}
    for zone in sorted(known_zones() - set(ZONE_NAMES)):
        region, _slash, place = zone.partition("/")
        regions[region].append((zone, place.replace("_", " ")))
    often: Group = (_("Often chosen"), list(ZONE_NAMES.items()))
    return [often, *((REGIONS[region], places) for region, places in regions.items())]
