"""What stands between words that are put together: Chinese and French write other marks and other spaces.

Use these wherever two texts meet that are not one translated sentence.
"""

from collections.abc import Iterable

from django.utils.functional import lazy
from django.utils.translation import pgettext

from portal.errors import Text


def listed(parts: Iterable[Text]) -> str:
    """`Exchange Online, SharePoint Online`."""
    # Translators: between the things of a list
    return pgettext("separator", ", ").join(map(str, parts))


def side_by_side(parts: Iterable[Text]) -> str:
    """Things that may hold commas themselves."""
    # Translators: between things that may be lists themselves
    return pgettext("separator", "; ").join(map(str, parts))


def named(name: Text) -> str:
    """A name with its colon, before the value: `Role: `."""
    # Translators: a name, before its value
    return pgettext("separator", "%(name)s: ") % {"name": name}


def aside(note: Text) -> str:
    """A note in brackets, behind what it explains: ` (Shanghai time)`."""
    # Translators: a note in brackets, behind what it explains
    return pgettext("separator", " (%(note)s)") % {"note": note}


listed_lazy = lazy(listed, str)
