"""The request's id, the headers that every answer carries, and the translation of the portal's errors into answers."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django_structlog import signals

from portal import problems
from portal.api.errors import as_portal_error, client_request_id_of, request_id_of
from portal.errors import NotVisible, WrongMethod

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# What a caller may send as its own id: it is echoed in a header and written to logs.
_CALLER_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def _caller_id(request: HttpRequest) -> str:
    """The caller's id of this request, "" when absent or unfit; Partner Center calls the header MS-CorrelationId."""
    value = request.headers.get("client-request-id") or request.headers.get("MS-CorrelationId") or ""
    return value if _CALLER_ID.fullmatch(value) else ""


class RequestIdMiddleware:
    """Name every request: `request.request_id` (ours) and `request.client_request_id` (the caller's own, echoed)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id, caller_id = str(uuid4()), _caller_id(request)
        request.request_id = request_id  # type: ignore[attr-defined]  # Django's request is open for attributes
        request.client_request_id = caller_id  # type: ignore[attr-defined]  # as above
        structlog.contextvars.clear_contextvars()
        with structlog.contextvars.bound_contextvars(**_log_names(request_id, caller_id)):
            response = self.get_response(request)
        response.headers["request-id"] = request_id
        if caller_id:
            response.headers["client-request-id"] = caller_id
        return response


def _log_names(request_id: str, caller_id: str) -> dict[str, str]:
    return {"request_id": request_id, "client_request_id": caller_id} if caller_id else {"request_id": request_id}


@receiver(signals.bind_extra_request_metadata)
def keep_our_request_id(request: HttpRequest, **_kwargs: Any) -> None:
    """django-structlog makes an id of its own; the log, the answer and the book of deeds must speak of the same one."""
    structlog.contextvars.bind_contextvars(**_log_names(request_id_of(request), client_request_id_of(request)))


class SecurityHeadersMiddleware:
    """Headers that Django and django-csp do not set. Nothing that the portal renders may rest in a shared cache."""

    HEADERS = {
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    }

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class ErrorMiddleware:
    """Translate what a view raised. By `portal_error` on the answer the transaction outside knows to roll back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):  # of Django's decorators and class-based views: empty
            return problems.answer(request, WrongMethod(response.headers["Allow"].split(", ")))
        return response

    def process_view(
        self, request: HttpRequest, _view: Any, _arguments: tuple[Any, ...], _keywords: dict[str, Any]
    ) -> HttpResponse | None:
        """Nothing is named with a NUL. PostgreSQL would take the question, and the book of deeds the address, for a
        mistake of the program.
        """
        return problems.answer(request, NotVisible()) if "\0" in request.path else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """None leaves the exception to Django, which logs it and calls `problems.server_error`."""
        error = as_portal_error(exception)
        return problems.answer(request, error) if error is not None else None
