"""The API's description: for programs, and for people who want to try it."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response


@cache
def description(language: str | None) -> Any:
    """The OpenAPI document. To make it takes a second, and nothing in it depends on who asks: once per process."""
    return SchemaGenerator().get_schema(request=None, public=True)


class OpenApiView(SpectacularJSONAPIView):
    """The OpenAPI document, for whoever is signed in or carries a token: its route asks for that, not the view."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    http_method_names = ["get", "head"]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(description(get_language()))


openapi = OpenApiView.as_view()
# REST framework exempts its views from the sign-in that the middleware asks for, because most read a token themselves.
openapi.login_required = True  # type: ignore[attr-defined]  # a function is open for attributes


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from our own files: no inline script or style, no other host."""
    return render(request, "api/docs.html")
