"""The API's description: for programs, and for people who want to try it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny


class OpenApiView(SpectacularJSONAPIView):
    """The OpenAPI document, for whoever is signed in or carries a token; tenants.middleware turns others away."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI from our own files: no inline script or style, no other host."""
    return render(request, "api/docs.html")
