"""Heroicons, inlined as SVG. The name is checked: an unknown one raises `heroicons.IconDoesNotExist`."""

from functools import lru_cache
from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from heroicons.templatetags import heroicons

Style = Literal["outline", "solid", "mini", "micro"]

_DRAWERS = {
    "outline": heroicons.heroicon_outline,
    "solid": heroicons.heroicon_solid,
    "mini": heroicons.heroicon_mini,
    "micro": heroicons.heroicon_micro,
}


EMPTY = format_html("{}", "")


@lru_cache(maxsize=512)
def icon(name: str, style: Style = "outline", size: int = 20) -> SafeString:
    """The SVG of one icon, `size` CSS pixels square. It is decoration: hidden from assistive technology."""
    drawing = _DRAWERS[style](name, size=size, **{"class": "icon", "focusable": "false"})
    return format_html("{}", drawing)


def optional_icon(name: str, style: Style = "outline", size: int = 20) -> SafeString:
    """Like `icon`, and nothing for an empty name."""
    return icon(name, style, size) if name else EMPTY
