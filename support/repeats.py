"""A form or a call that is sent twice acts once, for doors that only people enter."""

from collections.abc import Callable

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import once_per_form, once_per_key
from tenants.web import PortalRequest


def form_once(request: PortalRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """`act()` once per hidden form key of this person."""
    return once_per_form(request, request.actor.user_id, act)  # type: ignore[arg-type] # pages are opened by people


def call_once(request: Request, act: Callable[[], Response]) -> Response:
    """`act()` once per `Idempotency-Key` of this person."""
    return once_per_key(request, request.user.pk, act)  # type: ignore[arg-type] # tokens belong to people
