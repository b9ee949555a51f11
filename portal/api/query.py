"""The `$` options of a collection, whitelisted per resource. An option, property or value that is not known is 400."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.request import Request

from portal.api.errors import unknown_names
from portal.api.filters import Collection, Properties, Property, compile_filter
from portal.errors import BadRequest
from portal.paging import MAX_SIZE, Page, keyset

__all__ = ["Collection", "Property", "Query", "Rules", "read_query"]

OPTIONS = frozenset({"top", "skiptoken", "skip", "filter", "orderby", "select", "count"})
PAGE_OPTIONS = frozenset({"$skiptoken", "skiptoken", "$skip", "skip"})
MAX_SKIP = 10_000
LONGEST_NUMBER = 9  # digits; zeros in front included


@dataclass(frozen=True, slots=True)
class Rules:
    """What one collection offers. `order` is the default and must end in the primary key; to an order that a caller
    wishes the key is added.

    `select` names the properties of a row; empty means that `$select` is not offered. `countable` allows `$count=true`.
    """

    order: tuple[str, ...]
    properties: Properties = field(default_factory=dict)
    select: frozenset[str] = frozenset()
    countable: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """One caller's wishes, checked."""

    condition: Q
    order: tuple[str, ...]
    size: int
    token: str
    skip: int
    select: frozenset[str]
    counted: bool

    def page(self, queryset: QuerySet[Any, Any]) -> Page:
        """The wished page of what the caller may see; plain rows must fetch the columns of the order."""
        return keyset(queryset.filter(self.condition), self.order, self.token, self.size, self.skip)

    def count(self, queryset: QuerySet[Any, Any]) -> int | None:
        """How many there are, only when `$count=true` asked for it."""
        return queryset.filter(self.condition).count() if self.counted else None


def read_query(request: Request | HttpRequest, rules: Rules) -> Query:
    """Read the address's options; `$` may be left out, for people who type into a shell."""
    options = _options(request, rules)
    return Query(
        condition=compile_filter(options["filter"], rules.properties) if "filter" in options else Q(),
        order=_order(options.get("orderby", ""), rules),
        size=_size(options, request.headers.get("Prefer", "")),
        token=options.get("skiptoken", ""),
        skip=_number(options, "skip", 0, MAX_SKIP, 0),
        select=_select(options.get("select", ""), rules),
        counted=_flag(options, "count"),
    )


def refuse_options(request: Request | HttpRequest, known: Container[str] = ()) -> None:
    """400 for options in the address of one thing, or of a call that changes something; `known` names exceptions."""
    if strangers := [name for name in request.GET if name not in known]:
        raise unknown_names(strangers, gettext_lazy("No such parameter."))


def _options(request: Request | HttpRequest, rules: Rules) -> dict[str, str]:
    given: dict[str, str] = {}
    unknown = []
    for written, values in request.GET.lists():
        name = written.removeprefix("$")
        if name not in OPTIONS or (name == "count" and not rules.countable) or (name == "select" and not rules.select):
            unknown.append(written)
        elif name in given or len(values) > 1:
            _refuse(name, _("Given twice."))
        else:
            given[name] = values[0]
    if unknown:
        raise unknown_names(unknown, gettext_lazy("No such parameter."))
    return given


def _size(options: Mapping[str, str], prefer: str) -> int:
    wished = next((part for part in prefer.split(",") if part.strip().startswith("odata.maxpagesize=")), "")
    default = wished.partition("=")[2].strip()[:LONGEST_NUMBER]
    fallback = min(int(default), MAX_SIZE) if default.isdecimal() and int(default) > 0 else settings.PAGE_SIZE
    return _number(options, "top", 1, MAX_SIZE, fallback)


def _number(options: Mapping[str, str], name: str, least: int, most: int, default: int) -> int:
    text = options.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER) or not least <= int(text) <= most:
        _refuse(name, _("A number from %(least)s to %(most)s.") % {"least": least, "most": most})
    return int(text)


def _flag(options: Mapping[str, str], name: str) -> bool:
    text = options.get(name, "false")
    if text not in {"true", "false"}:
        _refuse(name, _("Either true or false."))
    return text == "true"


def _order(text: str, rules: Rules) -> tuple[str, ...]:
    if not text.strip():
        return rules.order
    columns = [_order_column(part.strip(), rules) for part in text.split(",")]
    key = rules.order[-1].lstrip("-")
    named = [column.lstrip("-") for column in columns]
    if len(set(named)) < len(named):
        _refuse("orderby", _("Given twice."))
    if key in named:
        return tuple(columns[: named.index(key) + 1])
    return (*columns, f"-{key}" if columns[-1].startswith("-") else key)


def _order_column(part: str, rules: Rules) -> str:
    name, _space, direction = part.partition(" ")
    found = rules.properties.get(name)
    direction = direction.strip().lower()
    if not isinstance(found, Property) or not found.orderable or direction not in {"", "asc", "desc"}:
        _refuse("orderby", _("%(text)s cannot be ordered by.") % {"text": part})
    return f"-{found.column}" if direction == "desc" else found.column


def _select(text: str, rules: Rules) -> frozenset[str]:
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    if strangers := sorted(names - rules.select):
        _refuse("select", _("Unknown names: %(names)s.") % {"names": ", ".join(strangers)})
    return names


def _refuse(option: str, message: str) -> NoReturn:
    raise BadRequest(message, code="invalidQuery", details=[{"target": f"${option}", "message": message}])
