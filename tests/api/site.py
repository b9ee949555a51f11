"""A small resource of its own: letters of the alphabet, to see the dialect without any room."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import include, path
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from portal import errors
from portal.api.collections import graph_list
from portal.api.etags import etag_of, matched_version
from portal.api.idempotency import once_per_form, once_per_key
from portal.api.input import StrictSerializer, Text, WholeNumber, one_change, read_body
from portal.api.models import IdempotencyKey
from portal.api.query import Property, Rules, read_query
from portal.database import transaction_as
from portal.web import redirect_to

View = Callable[..., HttpResponseBase]


def open_to_all(view: View) -> View:
    """No sign-in, and an identity that row-level security lets write, as behind the rooms' door."""

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, **keywords: Any) -> HttpResponseBase:
        with transaction_as(system="test"):
            return view(request, **keywords)

    return opened


handler404 = "portal.problems.page_not_found"
handler500 = "portal.problems.server_error"

CALLER = UUID("00000000-0000-4000-8000-000000000001")
ROUTES = {"postOrder": "POST /orders", "getOrder": "GET /orders"}
RULES = Rules(
    order=("status", "id"),
    properties={
        "id": Property("id", UUID),
        "code": Property("status", int, orderable=True),
        "name": Property("key", orderable=True),
        "kind": Property("route", choices=ROUTES),
    },
    select=frozenset({"id", "code", "name"}),
    countable=True,
)


class Order(StrictSerializer):
    quantity = WholeNumber(min_value=1, max_value=100)
    friendlyName = Text(source="nickname", required=False, max_length=20)


class Orders(ViewSet):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    query_rules: ClassVar[Rules] = RULES
    shapes: ClassVar[dict[str, Any]] = {"create": Order, "partial_update": Order}
    answers: ClassVar[dict[str, Any]] = {"list": Order, "create": Order}
    versioned = frozenset({"partial_update"})
    repeatable = frozenset({"create"})
    acted: ClassVar[list[dict[str, Any]]] = []

    def list(self, request: Request) -> Response:
        query = read_query(request, RULES)
        found = IdempotencyKey.objects.all()
        page = query.page(found.values("id", "status", "key"))
        wished = query.select or RULES.select
        rows = [{"id": row["id"], "code": row["status"], "name": row["key"]} for row in page]
        rows = [{name: value for name, value in row.items() if name in wished} for row in rows]
        return graph_list(request, page, rows, context="orders", count=query.count(found))

    def create(self, request: Request) -> Response:
        fields = read_body(request, Order)

        def act() -> Response:
            self.acted.append(fields)
            if fields["quantity"] == 13:
                raise errors.RuleBroken("Not today.", code="unlucky")
            return Response({"number": len(self.acted)}, status=201, headers={"Location": "/v1.0/orders/1"})

        return once_per_key(request, CALLER, act)

    def partial_update(self, request: Request, number: int) -> Response:
        fields = read_body(request, Order, partial=True)
        verb = one_change(fields, {"quantity": "change_quantity", "nickname": "rename"})
        version = matched_version(request, 7)
        return Response({"verb": verb, "@odata.etag": etag_of(version)})


@open_to_all
def order_form(request: HttpRequest) -> HttpResponse:
    def act() -> HttpResponse:
        Orders.acted.append(request.POST.dict())
        return HttpResponse("a page") if "page" in request.POST else redirect_to(request, "/thanks/")

    return once_per_form(request, CALLER, act)


class Closed(ViewSet):
    authentication_classes = ()
    renderer_classes = (JSONRenderer,)

    def list(self, request: Request) -> Response:
        return Response({"secret": True})


urlpatterns = [
    path("v1.0/", include("portal.api.urls")),
    path("v1.0/orders", open_to_all(Orders.as_view({"get": "list", "post": "create"}))),
    path("v1.0/orders/<int:number>", open_to_all(Orders.as_view({"patch": "partial_update"}))),
    path("v1.0/closed", open_to_all(Closed.as_view({"get": "list"}))),
    path("order/", order_form),
]
