"""`$filter`: a whitelist per resource, compiled to `Q`. Unknown properties, operators, values: 400, never ignored.

Grammar: `eq ne gt ge lt le in and or not ( )`, `contains startswith endswith`, `property/any(x:x eq '...')`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from portal.errors import BadRequest

MAX_LENGTH = 2000
MAX_TOKENS = 150

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<punctuation>[(),:])|(?P<word>[^\s'(),:]+(?::\d[^\s'(),]*)*))"
)
_COMPARE = {"gt": "gt", "ge": "gte", "lt": "lt", "le": "lte"}
_SEARCH = {"contains": "icontains", "startswith": "istartswith", "endswith": "iendswith"}
_ORDERED = (int, datetime)
_WHOLE = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Property:
    """What callers may filter or order by: the column behind a property and the type of its literals.

    `choices` maps the values that the API shows ("inProgress") to those in the column ("in_progress"); `null` is what
    the column holds where the API shows null.
    """

    column: str
    kind: type = str  # str, int, bool, datetime or UUID
    choices: Mapping[str, Any] | None = None
    null: str | None = None
    filterable: bool = True
    orderable: bool = False

    def value(self, literal: str, name: str) -> Any:
        """The column's value for a literal as written."""
        if literal == "null":
            return self.null
        text = _unquoted(literal)
        if self.choices is not None:
            if text not in self.choices:
                _refuse(_("%(value)s is not a value of %(name)s.") % {"value": literal, "name": name})
            return self.choices[text]
        try:
            return _READERS[self.kind](text, literal)
        except (ValueError, KeyError, OverflowError):
            _refuse(_("%(value)s is not a value of %(name)s.") % {"value": literal, "name": name})


@dataclass(frozen=True, slots=True)
class Collection:
    """A property that holds many things, for `any`. `through` turns a condition on one of them into one on the row.

    For example `lambda q: Q(pk__in=PostService.objects.filter(q).values("post"))`. The name "" is the thing itself.
    """

    through: Callable[[Q], Q]
    properties: Mapping[str, Property] = field(default_factory=dict)


Properties = Mapping[str, Property | Collection]


def compile_filter(text: str, properties: Properties) -> Q:
    """The condition that `$filter` spells out. Raises BadRequest `invalidFilter` naming what is not understood."""
    if len(text) > MAX_LENGTH or "\x00" in text:
        _refuse(_("The filter is too long or holds a forbidden character."))
    parser = _Parser(_tokens(text), properties)
    condition = parser.any_of()
    if parser.peek():
        _refuse(_("%(text)s is not understood.") % {"text": parser.peek()})
    return condition


def _tokens(text: str) -> list[str]:
    tokens, position, text = [], 0, text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            _refuse(_("%(text)s is not understood.") % {"text": text[position : position + 20]})
        tokens.append(match.group().strip())
        position = match.end()
    if len(tokens) > MAX_TOKENS:
        _refuse(_("The filter is too long."))
    return tokens


class _Parser:
    """Recursive descent over the tokens; `variable` is the name that `any` bound to one thing of a collection."""

    def __init__(self, tokens: list[str], properties: Properties, variable: str = "") -> None:
        self.tokens = tokens
        self.properties = properties
        self.variable = variable

    def peek(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self, *expected: str) -> str:
        token = self.tokens.pop(0) if self.tokens else ""
        if not token or (expected and token not in expected):
            wanted = " ".join(expected) or "..."
            _refuse(_("Expected %(wanted)s instead of %(text)s.") % {"wanted": wanted, "text": token or "''"})
        return token

    def any_of(self) -> Q:
        condition = self.all_of()
        while self.peek() == "or":
            self.take()
            condition |= self.all_of()
        return condition

    def all_of(self) -> Q:
        condition = self.one()
        while self.peek() == "and":
            self.take()
            condition &= self.one()
        return condition

    def one(self) -> Q:
        word = self.take()
        if word == "not":
            return ~self.one()
        if word == "(":
            condition = self.any_of()
            self.take(")")
            return condition
        if word in _SEARCH and self.peek() == "(":
            return self.search(word)
        if word.endswith("/any") and self.peek() == "(":
            return self.within(word.removesuffix("/any"))
        return self.comparison(word)

    def search(self, function: str) -> Q:
        self.take("(")
        name = self.take()
        found = self.property(name)
        if found.kind is not str or found.choices is not None:
            _refuse(_("%(name)s cannot be searched in.") % {"name": name})
        self.take(",")
        text = found.value(self.take(), name)
        self.take(")")
        if not text:
            _refuse(_("%(name)s needs a search text.") % {"name": name})
        return Q(**{f"{found.column}__{_SEARCH[function]}": text})

    def comparison(self, name: str) -> Q:
        found = self.property(name)
        operator = self.take("eq", "ne", "in", *_COMPARE)
        if operator == "in":
            return _one_of(found.column, self.listed(found, name))
        value = found.value(self.take(), name)
        if operator in {"eq", "ne"}:
            same = Q(**{f"{found.column}__isnull": True}) if value is None else Q(**{found.column: value})
            return same if operator == "eq" else ~same
        if value is None or found.choices is not None or not issubclass(found.kind, _ORDERED):
            _refuse(_("%(name)s cannot be compared with %(operator)s.") % {"name": name, "operator": operator})
        return Q(**{f"{found.column}__{_COMPARE[operator]}": value})

    def listed(self, found: Property, name: str) -> list[Any]:
        self.take("(")
        values = [found.value(self.take(), name)]
        while self.take(",", ")") == ",":
            values.append(found.value(self.take(), name))
        return values

    def within(self, name: str) -> Q:
        collection = self.properties.get(name)
        if not isinstance(collection, Collection) or self.variable:
            _refuse(_("%(name)s is not a collection here.") % {"name": name})
        self.take("(")
        variable = self.take()
        self.take(":")
        inner = _Parser(self.tokens, collection.properties, variable)
        condition = inner.any_of()
        self.take(")")
        return collection.through(condition)

    def property(self, name: str) -> Property:
        path = name
        if self.variable:
            bound, _slash, path = name.partition("/")
            path = path if bound == self.variable else name
        found = self.properties.get(path)
        if not isinstance(found, Property) or not found.filterable:
            _refuse(_("%(name)s is not a property that can be filtered by.") % {"name": name})
        return found


def _one_of(column: str, values: list[Any]) -> Q:
    """SQL's own IN finds no null."""
    named = Q(**{f"{column}__in": [value for value in values if value is not None]})
    return named | Q(**{f"{column}__isnull": True}) if None in values else named


def _unquoted(literal: str) -> str:
    return literal[1:-1].replace("''", "'") if literal.startswith("'") and len(literal) > 1 else literal


def _quoted(text: str, literal: str) -> str:
    if not literal.startswith("'"):
        raise ValueError(literal)
    return text


def _moment(text: str, _literal: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None and (day := parse_date(text)):
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if moment is None:
        raise ValueError(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


_READERS: dict[type, Callable[[str, str], Any]] = {
    str: _quoted,
    int: lambda _text, literal: _whole(literal),
    bool: lambda _text, literal: {"true": True, "false": False}[literal],
    UUID: lambda text, _literal: UUID(text),
    datetime: _moment,
}


def _whole(literal: str) -> int:
    if not _WHOLE.fullmatch(literal) or abs(int(literal)) >= 2**63:
        raise ValueError(literal)
    return int(literal)


def _refuse(message: str) -> NoReturn:
    raise BadRequest(message, code="invalidFilter", details=[{"target": "$filter", "message": message}])
