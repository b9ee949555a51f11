"""Slots: a lower room's page leaves a place by name, a higher room fills it from its `apps.py`; nobody imports upward.

A panel slot belongs to one object's page: `function(actor, subject)` answers a rendered SafeString, or "" for nothing.
A column slot belongs to a list: `function(actor, ids)` answers {id: SafeString} for the whole page in a constant number
of queries. A name that is filled but never offered fails the system check in `portal.checks`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

Panel = Callable[[Any, Any], str]
Column = Callable[[Any, list[UUID]], dict[UUID, str]]

_offered: dict[str, str] = {}
_filled: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def offer(name: str, meaning: str = "") -> None:
    """Announce a slot; `meaning` says on which page it stands and what it is given."""
    _offered[name] = meaning


def register(name: str, function: Panel | Column) -> None:
    """Fill a slot. Several functions may fill one; they appear in the order of registration."""
    if function not in _filled[name]:
        _filled[name].append(function)


def panels(name: str, actor: Any, subject: Any) -> SafeString:
    """Every panel of the slot for this object, one after the other. Text that is not marked safe is escaped."""
    _known(name)
    return format_html_join("", "{}", ((function(actor, subject),) for function in _filled[name]))


def columns(name: str, actor: Any, ids: Iterable[UUID]) -> dict[UUID, SafeString]:
    """What the slot says about each of the page's ids; ids about which nothing is said are absent."""
    _known(name)
    wanted = list(ids)
    answers: list[dict[UUID, str]] = [function(actor, wanted) for function in _filled[name]] if wanted else []
    return {
        key: format_html_join(" ", "{}", ((answer[key],) for answer in answers if key in answer))
        for key in wanted
        if any(key in answer for answer in answers)
    }


def unknown() -> set[str]:
    """Names that somebody fills and nobody offers."""
    return set(_filled) - set(_offered)


def _known(name: str) -> None:
    if name not in _offered:
        raise LookupError(f"No room offers the slot {name!r}.")
