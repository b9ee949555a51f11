"""`/v1.0/admin/serviceAnnouncement/messages`: exactly Microsoft Graph's `serviceUpdateMessage`.

Graph's paths name no tenant: the token does, by the customer it was made for or by its owner's home.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.db.models import Q
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import override
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from messagecenter.actions import Mark, mark_posts
from messagecenter.models import PostQuerySet, shares
from messagecenter.reading import ORDER, readable_posts
from messagecenter.sanitising import clean_body
from messagecenter.vocabulary import SERVICE_BITS, TAG_BITS, Category, Severity
from portal.api.collections import graph_list, metadata
from portal.api.input import StrictSerializer, Text, read_body
from portal.api.query import Collection, Property, Rules, read_query
from portal.errors import NotVisible
from tenants.access import Permission
from tenants.models import Tenant
from tenants.rest import VisibleViewSet
from tenants.services import BY_ENGLISH_NAME, ENGLISH_NAMES, Service
from tenants.web import PortalRequest, within_reach_or_404

CONTEXT = "admin/serviceAnnouncement/messages"
MOST_MARKED = 1000


@cache
def _in_english(label: str | Promise) -> str:
    """Graph writes the names of tags in English to everybody."""
    with override("en"):
        return str(label)


def _naming(condition: Q) -> Q:
    """`services/any(s:s eq 'Teams')`: posts that name one of the services for which the condition holds."""
    return shares("service_mask", SERVICE_BITS.mask(code for code in SERVICE_BITS.places if _holds(condition, code)))


def _holds(condition: Q, service: Service) -> bool:
    found = [_holds(part, service) if isinstance(part, Q) else _matches(part, service) for part in condition.children]
    return (any(found) if condition.connector == Q.OR else all(found)) != condition.negated


def _matches(part: Any, service: Service) -> bool:
    lookup, value = part
    return service in value if lookup.endswith("__in") else bool(service == value)


PROPERTIES: dict[str, Property | Collection] = {
    "id": Property("reference"),
    "title": Property("title"),
    "category": Property("category", choices={code.value: code.value for code in Category}),
    "severity": Property("severity", choices={code.value: code.value for code in Severity}),
    "services": Collection(_naming, {"": Property("service", choices=BY_ENGLISH_NAME)}),
    "isMajorChange": Property("is_major_change", bool),
    "actionRequiredByDateTime": Property("action_required_by", datetime),
    "startDateTime": Property("start_at", datetime, orderable=True),
    "endDateTime": Property("end_at", datetime),
    "lastModifiedDateTime": Property("last_modified_at", datetime, orderable=True),
    "viewPoint/isRead": Property("is_read", bool),
    "viewPoint/isArchived": Property("is_archived", bool),
    "viewPoint/isFavorited": Property("is_favorited", bool),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A property of Graph's resource: the columns that it takes, and what it makes of them (of one: that value)."""

    columns: tuple[str, ...]
    show: Callable[..., Any] = lambda value: value


# The portal keeps no details and no attachments.
PARTS: Mapping[str, Part] = {
    "id": Part(("reference",)),
    "title": Part(("title",)),
    "body": Part(("body",), lambda text: {"contentType": "html", "content": clean_body(text)}),
    "category": Part(("category",)),
    "severity": Part(("severity",)),
    "services": Part(("service_mask",), lambda mask: [ENGLISH_NAMES[code] for code in SERVICE_BITS.codes(mask)]),
    "tags": Part(("tag_mask",), lambda mask: [_in_english(tag.label) for tag in TAG_BITS.codes(mask)]),
    "isMajorChange": Part(("is_major_change",)),
    "actionRequiredByDateTime": Part(("action_required_by",)),
    "startDateTime": Part(("start_at",)),
    "endDateTime": Part(("end_at",)),
    "lastModifiedDateTime": Part(("last_modified_at",)),
    "details": Part((), list),
    "hasAttachments": Part((), bool),
    "viewPoint": Part(
        ("is_read", "is_archived", "is_favorited"),
        lambda *marks: dict(zip(("isRead", "isArchived", "isFavorited"), marks, strict=True)),
    ),
}


def _columns(names: Iterable[str], order: Iterable[str] = ()) -> list[str]:
    """What must be fetched for these properties and this order; a body costs most, and is fetched only when wanted."""
    needed = [column for name in names for column in PARTS[name].columns]
    return list(dict.fromkeys([*needed, *(name.lstrip("-") for name in order)]))


def _row(names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Graph's resource, with these of its properties."""
    return {name: PARTS[name].show(*(values[column] for column in PARTS[name].columns)) for name in names}


class BodyRow(serializers.Serializer[Any]):
    """Graph's `itemBody`."""

    contentType = serializers.ChoiceField(["html", "text"])
    content = serializers.CharField()


class ViewPointRow(serializers.Serializer[Any]):
    """What the caller has done with the message."""

    isRead = serializers.BooleanField()
    isArchived = serializers.BooleanField()
    isFavorited = serializers.BooleanField()


class MessageRow(serializers.Serializer[Any]):
    """Graph's `serviceUpdateMessage`, for the API's description."""

    id = serializers.CharField()
    title = serializers.CharField()
    body = BodyRow()
    category = serializers.ChoiceField(Category.values)
    severity = serializers.ChoiceField(Severity.values)
    services = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    isMajorChange = serializers.BooleanField()
    actionRequiredByDateTime = serializers.DateTimeField(allow_null=True)
    startDateTime = serializers.DateTimeField()
    endDateTime = serializers.DateTimeField(allow_null=True)
    lastModifiedDateTime = serializers.DateTimeField()
    details = serializers.ListField(child=serializers.DictField())
    hasAttachments = serializers.BooleanField()
    viewPoint = ViewPointRow()


RULES = Rules(order=ORDER, properties=PROPERTIES, select=frozenset(PARTS), countable=True)


class MarkShape(StrictSerializer):
    """Which messages to mark."""

    messageIds = serializers.ListField(
        child=Text(max_length=16), allow_empty=False, max_length=MOST_MARKED, source="references"
    )


class DoneRow(serializers.Serializer[Any]):
    """Graph's answer to an action."""

    value = serializers.BooleanField()


class CustomerOfToken(VisibleViewSet):
    """About the customer that the token means: the one that it was made for, or its owner's home."""

    @property
    def customer(self) -> Tenant:
        """Whose messages."""
        customer: Tenant = self.objects[0]
        return customer

    def find(self, request: PortalRequest, keywords: dict[str, Any]) -> list[Any]:
        """Somebody else's organisation must be within reach; at home, only the right is asked for."""
        customer_id = self.actor.token.customer_id if self.actor.token else None
        return [within_reach_or_404(Tenant, request, pk=customer_id) if customer_id else self.actor.tenant]


class MessagesViewSet(CustomerOfToken):
    """The messages that concern the customer, in the caller's language, with the caller's own marks."""

    rights: ClassVar = {"list": Permission.MESSAGE_READ, "retrieve": Permission.MESSAGE_READ}
    answers: ClassVar = {"list": MessageRow, "retrieve": MessageRow}
    query_rules = RULES

    def list(self, request: Request) -> Response:
        """Current messages, the last changed first."""
        query = read_query(request, RULES)
        posts = self._posts().current()
        names = [name for name in PARTS if not query.select or name in query.select]
        columns = _columns(names, query.order)
        page = query.page(posts.values_list(*columns))
        rows = [_row(names, dict(zip(columns, values, strict=True))) for values in page]
        return graph_list(request, page, rows, context=CONTEXT, count=query.count(posts))

    def retrieve(self, request: Request, reference: str) -> Response:
        """One message, also after it has ended."""
        values = self._posts().filter(reference=reference).values(*_columns(PARTS)).first()
        if values is None:
            raise NotVisible
        return Response({"@odata.context": metadata(f"{CONTEXT}/$entity"), **_row(PARTS, values)})

    def _posts(self) -> PostQuerySet:
        return readable_posts(self.actor, self.customer)


class MarksViewSet(CustomerOfToken):
    """`POST messages/markRead` and its kind: the caller's own marks, all of them or none."""

    rights: ClassVar = {"mark_all": Permission.MESSAGE_MARK}
    shapes: ClassVar = {"mark_all": MarkShape}
    answers: ClassVar = {"mark_all": DoneRow}
    statuses: ClassVar = {"mark_all": 200}
    mark: Mark = Mark.READ

    def mark_all(self, request: Request) -> Response:
        """Mark the named messages; 404 when one of them is not the caller's to see."""
        wanted = read_body(request, MarkShape)["references"]
        mark_posts(wanted, actor=self.actor, customer=self.customer, mark=self.mark)
        return Response({"@odata.context": metadata("Edm.Boolean"), "value": True})


api_urlpatterns = [
    path(CONTEXT, MessagesViewSet.as_view({"get": "list"}), name="messages"),
    *(
        path(f"{CONTEXT}/{mark}", MarksViewSet.as_view({"post": "mark_all"}, mark=mark), name=f"messages-{mark}")
        for mark in Mark
    ),
    path(f"{CONTEXT}/<str:reference>", MessagesViewSet.as_view({"get": "retrieve"}), name="message"),
]
