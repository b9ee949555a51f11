"""A call that is sent twice acts once, for doors that only people enter."""

from collections.abc import Callable

from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import once_per_key


def call_once(request: Request, act: Callable[[], Response]) -> Response:
    """`act()` once per `Idempotency-Key` of this person."""
    return once_per_key(request, request.user.pk, act)  # type: ignore[arg-type] # tokens belong to people
