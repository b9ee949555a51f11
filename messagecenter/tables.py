"""The lists of messages: which posts, in which columns, row by row in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext

from messagecenter.models import PostQuerySet
from messagecenter.reading import ORDER
from messagecenter.vocabulary import CATEGORY_TONES, SERVICE_BITS, TAG_BITS, Category, Tag
from portal.paging import Page, keyset
from portal.ui.separators import listed
from portal.ui.tables import Cell, Column, Empty, Table
from tenants.actor import Actor
from tenants.models import Tenant
from tenants.services import Service

SEPARATOR = "\N{NO-BREAK SPACE}\N{MIDDLE DOT} "  # a line never begins with the dot


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a reader's list: the columns that are fetched, in this order."""

    id: UUID
    last_modified_at: datetime
    reference: str
    title: str
    category: str
    service_mask: int
    tag_mask: int
    is_major_change: bool
    action_required_by: datetime | None
    is_read: bool
    is_favorited: bool


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One line of a publisher's list."""

    id: UUID
    last_modified_at: datetime
    reference: str
    title: str
    category: str
    service_mask: int
    start_at: datetime
    end_at: datetime | None
    withdrawn_at: datetime | None


def wished(posts: PostQuerySet, actor: Actor, service: str, view: str) -> PostQuerySet:
    """The reader's filters; the archived show only when asked for."""
    if service:
        posts = posts.about([Service(service)])
    match view:
        case "unread":
            return posts.unread_by(actor)
        case "favorites":
            return posts.filter(Q(is_favorited=True))
        case "archived":
            return posts.filter(Q(is_archived=True))
        case "updated":
            posts = posts.tagged(Tag.UPDATED_MESSAGE)
    return posts.filter(Q(is_archived=False))


def page_of(posts: PostQuerySet, row: type[Row] | type[PublishedRow], token: str | None) -> Page:
    """One page of rows."""
    found = keyset(posts.values_list(*row.__dataclass_fields__), ORDER, token)
    return Page([row(*values) for values in found], found.next_token)


def reader_table(page: Page, customer: Tenant, empty: Empty, next_url: str, first_url: str) -> Table:
    """The Message Center of one customer, for whoever reads it there."""
    columns = [
        Column("title", gettext("Title")),
        Column("services", gettext("Services")),
        Column("category", gettext("Category"), "badge"),
        Column("act_by", gettext("Act by"), "date"),
        Column("updated", gettext("Last updated"), "date"),
    ]
    base = reverse("messagecenter:list", args=[customer.pk])
    rows = [_reader_row(row, f"{base}{row.reference}/") for row in page]
    return Table(gettext("Messages"), columns, rows, empty, next_url, first_url, select="references")


def _reader_row(row: Row, address: str) -> dict[str, Any]:
    return {
        "select": row.reference,
        "title": Cell(row.title, address, note=SEPARATOR.join(_remarks(row)), strong=not row.is_read),
        "services": service_names(row.service_mask),
        "category": Cell(Category(row.category).label, tone=CATEGORY_TONES[Category(row.category)]),
        "act_by": act_by(row.action_required_by),
        "updated": row.last_modified_at,
    }


def _remarks(row: Row) -> Iterable[str]:
    yield row.reference
    if not row.is_read:
        yield gettext("Unread")
    if row.is_favorited:
        yield gettext("Favourite")
    if row.is_major_change:
        yield gettext("Major change")
    yield from (str(tag.label) for tag in TAG_BITS.codes(row.tag_mask))


def service_names(mask: int) -> str:
    """The names of the services, in one line."""
    return listed(service.label for service in SERVICE_BITS.codes(mask))


def act_by(moment: datetime | None) -> Cell | str:
    """The day by which readers must act: it is rarely set, so it stands out; past, it is alarming."""
    if moment is None:
        return ""
    day = formats.date_format(timezone.localtime(moment), "DATE_FORMAT")
    return Cell(day, tone="danger" if moment < timezone.now() else "warning")


def publisher_table(page: Page, next_url: str, first_url: str) -> Table:
    """Every post, with where it is in its life."""
    columns = [
        Column("title", gettext("Title")),
        Column("state", gettext("State"), "badge"),
        Column("services", gettext("Services")),
        Column("category", gettext("Category"), "badge"),
        Column("updated", gettext("Last updated"), "date"),
    ]
    empty = Empty(
        gettext("Nothing published yet"),
        gettext("What you publish reaches the customers whose services it names."),
        gettext("New message"),
        reverse("messagecenter:publish"),
        "megaphone",
    )
    return Table(
        gettext("Published messages"), columns, [_publisher_row(row) for row in page], empty, next_url, first_url
    )


def _publisher_row(row: PublishedRow) -> dict[str, Any]:
    label, tone = state_of(row.start_at, row.end_at, row.withdrawn_at)
    return {
        "title": Cell(row.title, reverse("messagecenter:edit", args=[row.reference]), note=row.reference),
        "state": Cell(label, tone=tone),
        "services": service_names(row.service_mask),
        "category": Cell(Category(row.category).label, tone=CATEGORY_TONES[Category(row.category)]),
        "updated": row.last_modified_at,
    }


def state_of(start_at: datetime, end_at: datetime | None, withdrawn_at: datetime | None) -> tuple[str, str]:
    """Where a post is in its life, and the tone of the badge that says so."""
    moment = timezone.now()
    if withdrawn_at:
        return gettext("Withdrawn"), "danger"
    if start_at > moment:
        return gettext("Scheduled"), "info"
    if end_at and end_at <= moment:
        return gettext("Ended"), "neutral"
    return gettext("Published"), "success"
