"""Paging by key, for pages and REST alike: the next page starts after the last row that was shown, never at a number.

A page costs the same at the millionth row as at the first, nothing is counted, and rows that appear or vanish meanwhile
cause neither a gap nor a repetition among those that stay.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.signing import BadSignature, Signer
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.errors import BadRequest

MAX_SIZE = 999  # Graph's largest $top


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and the token of the next page: "" on the last one."""

    rows: list[Any]
    next_token: str

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)


class PageLinks(TypedDict):
    """Where a table leads on; empty for nowhere."""

    first_url: str
    next_url: str


def page_links(request: HttpRequest, page: Page) -> PageLinks:
    """The links from this page, whose token was `?after=`, to the next and the first one; filters stay."""
    parameters = request.GET.copy()
    started = bool(parameters.pop("after", None))
    first = f"?{parameters.urlencode()}" if started else ""
    if not page.next_token:
        return {"first_url": first, "next_url": ""}
    parameters["after"] = page.next_token
    return {"first_url": first, "next_url": f"?{parameters.urlencode()}"}


def keyset(
    queryset: QuerySet[Any, Any], order: Sequence[str], token: str | None = None, size: int | None = None, skip: int = 0
) -> Page:
    """One page of the queryset, ordered by `order` ("-created_at", "-id"), which must end in the primary key.

    Works for model rows, `.values()` and `.values_list()`; the latter two must fetch the columns of the order. These
    must not be null: a null has no place in a comparison, and ValueError says so. `skip` drops rows at the very start.
    Raises BadRequest `invalidSkipToken` for a token that was changed, or made for another list or order.
    """
    _ends_in_pk(queryset.model, order)
    size = min(max(1, size or settings.PAGE_SIZE), MAX_SIZE)
    chosen = queryset.order_by(*order)
    if token:
        chosen = _after(chosen, order, _read_token(queryset, order, token))
        skip = 0
    rows = list(chosen[skip : skip + size + 1])
    if len(rows) <= size:
        return Page(rows, "")
    rows.pop()
    return Page(rows, _token(queryset, order, _values(queryset, rows[-1], order)))


def _ends_in_pk(model: type[Model], order: Sequence[str]) -> None:
    if not order or order[-1].lstrip("-") not in {"pk", model._meta.pk.name}:
        raise ValueError(f"The order {tuple(order)} must end in the primary key, or ties could lose rows.")


# --- The condition ----------------------------------------------------------------------------------------------------


class _RowComparison(Func):
    """`(a, b) > (x, y)`: one comparison of rows, which an index on (a, b) answers directly, ties included."""

    output_field = BooleanField()

    def __init__(self, left: Sequence[Any], right: Sequence[Any], operator: str) -> None:
        super().__init__(*left, *right)
        self.operator = operator

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        compiled = [compiler.compile(source) for source in self.get_source_expressions()]
        half = len(compiled) // 2
        left, right = (", ".join(sql for sql, _ in side) for side in (compiled[:half], compiled[half:]))
        return f"({left}) {self.operator} ({right})", tuple(value for _, values in compiled for value in values)


def _after(queryset: QuerySet[Any, Any], order: Sequence[str], values: Sequence[Any]) -> QuerySet[Any, Any]:
    names = [name.lstrip("-") for name in order]
    descending = [name.startswith("-") for name in order]
    if any(descending) and not all(descending):
        return queryset.filter(_mixed(order, values))
    fields = [_field(queryset, name) for name in names]
    bounds = [Value(value, output_field=field) for value, field in zip(values, fields, strict=True)]
    return queryset.filter(_RowComparison([F(name) for name in names], bounds, "<" if all(descending) else ">"))


def _mixed(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Directions that differ: `a <= x and not (a = x and not (what follows))`, so that an index on `a` bounds the scan.

    The usual `a < x or (a = x and ...)` is as slow as an offset.
    """
    name, value = order[0].lstrip("-"), values[0]
    direction = "lt" if order[0].startswith("-") else "gt"
    if len(order) == 1:
        return Q(**{f"{name}__{direction}": value})
    return Q(**{f"{name}__{direction}e": value}) & ~(Q(**{name: value}) & ~_mixed(order[1:], values[1:]))


def _field(queryset: QuerySet[Any, Any], name: str) -> "Field[Any, Any]":
    """The field that `name` ("created_at", "tenant__name", an annotation) leads to."""
    if name in queryset.query.annotations:
        output: Field[Any, Any] = queryset.query.annotations[name].output_field
        return output
    model = queryset.model
    *relations, last = name.split("__")
    for relation in relations:
        related = model._meta.get_field(relation).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(f"{name!r} does not lead from {queryset.model.__name__} to a column.")
        model = related
    field = model._meta.pk if last == "pk" else model._meta.get_field(last)
    if not isinstance(field, Field):
        raise FieldDoesNotExist(f"{name!r} of {queryset.model.__name__} is not a column.")
    return field


# --- The token --------------------------------------------------------------------------------------------------------


def _signer(queryset: QuerySet[Any, Any], order: Sequence[str]) -> Signer:
    return Signer(salt=f"portal.paging:{queryset.model._meta.label}:{','.join(order)}", sep=".")


def _token(queryset: QuerySet[Any, Any], order: Sequence[str], values: Sequence[Any]) -> str:
    if None in values:
        raise ValueError(f"A column of the order {tuple(order)} is null; order by one that never is.")
    plain = [str(value) if isinstance(value, date | UUID) else value for value in values]
    return _signer(queryset, order).sign_object(plain)


def _read_token(queryset: QuerySet[Any, Any], order: Sequence[str], token: str) -> list[Any]:
    try:
        values = _signer(queryset, order).unsign_object(token)
        return [_field(queryset, name.lstrip("-")).to_python(value) for name, value in zip(order, values, strict=True)]
    except (BadSignature, ValidationError, ValueError, TypeError) as error:
        raise BadRequest(
            _("This link to the next page is not valid here."),
            code="invalidSkipToken",
            remedy=_("Start again from the first page."),
        ) from error


def _values(queryset: QuerySet[Any, Any], row: Any, order: Sequence[str]) -> list[Any]:
    names = [name.lstrip("-") for name in order]
    if isinstance(row, Model):
        return [_attribute(row, name) for name in names]
    if isinstance(row, dict):
        return [row[name] for name in _fetched(queryset, names, list(row))]
    # What .values_list() was asked for; Django keeps it under this name only.
    asked: tuple[str, ...] = getattr(queryset, "_fields", ())
    columns = list(asked or [field.attname for field in queryset.model._meta.concrete_fields])
    return [row[columns.index(name)] for name in _fetched(queryset, names, columns)]


def _fetched(queryset: QuerySet[Any, Any], names: list[str], columns: list[str]) -> list[str]:
    """The names under which the row carries the order's columns; "pk" and the key's own name are one."""
    alias = {"pk": queryset.model._meta.pk.name, queryset.model._meta.pk.name: "pk"}
    found = [name if name in columns else alias.get(name, name) for name in names]
    if missing := [name for name in found if name not in columns]:
        raise ValueError(f"Fetch {missing} too: the order of the page needs them.")
    return found


def _attribute(row: Model, name: str) -> Any:
    value: Any = row
    for part in name.split("__"):
        value = getattr(value, part)
    return value
