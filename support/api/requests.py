"""The collection of requests, and one of them."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.collections import graph_list
from portal.api.errors import API_PREFIX
from portal.api.input import StrictSerializer, Text, read_body
from portal.api.query import Property, Rules, read_query
from portal.errors import InvalidInput, NotVisible
from support.actions import raise_request
from support.api.rows import COLUMNS, SupportRequestDetail, SupportRequestRow, detail_of, readable, rows_of
from support.asking import draft, raising_right
from support.limits import LONGEST_IMPACT, LONGEST_TEXT, LONGEST_TITLE
from support.models import RequestKind, Severity, Status, SupportRequest
from tenants.access import Permission
from tenants.models import Kind, Tenant
from tenants.rest import VisibleViewSet
from tenants.services import BY_ENGLISH_NAME
from tenants.web import SIGNED_IN, allow, within_reach_or_404

RULES = Rules(
    order=("-updated_at", "-id"),
    properties={
        "id": Property("reference"),
        "kind": Property("kind", choices={value: value for value in RequestKind.values}),
        "title": Property("title"),
        "severity": Property("severity", choices={value: value for value in Severity.values}),
        "status": Property("status", choices={value: value for value in Status.values}),
        "service": Property("service", choices=BY_ENGLISH_NAME),
        "customer/id": Property("tenant_id", UUID),
        "partner/id": Property("partner_id", UUID),
        "createdDateTime": Property("created_at", datetime, orderable=True),
        "lastModifiedDateTime": Property("updated_at", datetime, orderable=True),
    },
    countable=True,
)


class RaiseBody(StrictSerializer):
    """POST. A partner names the customer; a customer whom several partners serve names the partner; a critical request
    has an impact.
    """

    title = Text(max_length=LONGEST_TITLE)
    description = Text(max_length=LONGEST_TEXT)
    severity = serializers.ChoiceField(Severity.values)
    service = serializers.ChoiceField(list(BY_ENGLISH_NAME))
    impact = Text(max_length=LONGEST_IMPACT, required=False, allow_blank=True)
    customerId = serializers.UUIDField(required=False, source="customer_id")
    partnerId = serializers.UUIDField(required=False, source="partner_id")


class SupportRequestsViewSet(VisibleViewSet):
    """What customers asked."""

    # Who may raise is asked in `create`: customers and partners hold different rights to it.
    rights: ClassVar = {"list": Permission.REQUEST_READ, "create": SIGNED_IN}
    answers: ClassVar = {"list": SupportRequestRow, "create": SupportRequestDetail}
    shapes: ClassVar = {"create": RaiseBody}
    repeatable: ClassVar = {"create"}
    query_rules = RULES

    def list(self, request: Request) -> Response:
        """The requests that the caller may read, latest change first; what may be done to one it says itself."""
        query = read_query(request, RULES)
        requests = readable(self.actor)
        page = query.page(requests.values_list(*COLUMNS, named=True))
        rows = rows_of(self.actor, page.rows)
        return graph_list(request, page, rows, context="supportRequests", count=query.count(requests))

    def create(self, request: Request) -> Response:
        """Ask the partner; for the partner's people, file on behalf of the customer that `customerId` names."""
        allow(request._request, raising_right(self.actor))  # type: ignore[arg-type] # the middleware made it a PortalRequest
        allow(request._request, Permission.REQUEST_READ)  # type: ignore[arg-type] # the answer shows what was made
        body = read_body(request, RaiseBody)
        body["service"] = BY_ENGLISH_NAME[body["service"]]
        customer = self._customer(request, body.pop("customer_id", None))
        allow(request._request, raising_right(self.actor), draft(self.actor, customer, body["service"]))  # type: ignore[arg-type] # as above
        partner = self._partner(body.pop("partner_id", None))

        def act() -> Response:
            made = raise_request(customer, actor=self.actor, partner=partner, **body)
            where = f"{settings.PORTAL_BASE_URL}{API_PREFIX}supportRequests/{made.reference}"
            return Response(detail_of(self.actor, made), 201, headers={"Location": where})

        return self.once(act)

    def _customer(self, request: Request, customer_id: UUID | None) -> Tenant:
        if customer_id is None and self.actor.tenant is not None and self.actor.is_customer:
            return self.actor.tenant
        if customer_id is None:
            message = str(_("Name the customer."))
            raise InvalidInput(details=[{"target": "customerId", "message": message}])
        found = within_reach_or_404(Tenant, request._request, pk=customer_id)  # type: ignore[arg-type] # as above
        if found.kind != Kind.CUSTOMER:
            raise NotVisible
        return found

    def _partner(self, partner_id: UUID | None) -> Tenant | None:
        """Whom the verb shall ask; it compares with the customer's relationships."""
        return Tenant(pk=partner_id) if partner_id else None


class SupportRequestViewSet(VisibleViewSet):
    """One request."""

    path = ((SupportRequest, "reference"),)
    rights: ClassVar = {"retrieve": Permission.REQUEST_READ}
    answers: ClassVar = {"retrieve": SupportRequestDetail}

    def retrieve(self, request: Request, reference: str) -> Response:
        """With its escalation and what the caller may do to it."""
        return Response(detail_of(self.actor, self.objects[0]))
