"""Graph's error body, made once: for what a view raises (`exception_handler`) and for what happens around views.

`application/json` unless `Accept` prefers RFC 9457's `application/problem+json`, which Graph's JavaScript client cannot
read.
"""

import re
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from portal.database import is_jam
from portal.errors import (
    BadRequest,
    Detail,
    InvalidInput,
    NotAllowed,
    NotVisible,
    PortalError,
    ServiceBusy,
    Text,
    Unauthenticated,
    WrongMethod,
)

API_PREFIX = "/v1.0/"
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")  # RFC 9110, 12.4.2


class NotAcceptable(PortalError):
    """No representation that the caller's `Accept` allows."""

    status = HTTPStatus.NOT_ACCEPTABLE
    code = "notAcceptable"
    title = _("Only JSON is served here")


class UnsupportedMedia(PortalError):
    """The body's `Content-Type` is not JSON."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupportedMediaType"
    title = _("Send the body as application/json")


class TooManyRequests(PortalError):
    """Throttled; `wait` is in seconds, None when unknown."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "TooManyRequests"
    title = _("Too many requests")

    def __init__(self, wait: float | None = None) -> None:
        self.wait = wait
        super().__init__()


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks. Everything under /v1.0 answers JSON, unknown addresses too; only the manual is a page."""
    return f"{request.path}/".startswith(API_PREFIX) and request.path != f"{API_PREFIX}docs"


def request_id_of(request: HttpRequest) -> str:
    """Our id of this request, "" outside the middleware."""
    return str(getattr(request, "request_id", ""))


def client_request_id_of(request: HttpRequest) -> str:
    """The caller's own id of this request, "" when it sent none."""
    return str(getattr(request, "client_request_id", ""))


def problem_body(request: HttpRequest, error: PortalError) -> dict[str, Any]:
    """The body, RFC 9457's members and Graph's `error` side by side (docs/api.md)."""
    message = f"{error.message} {error.remedy}".strip()
    request_id = request_id_of(request)
    inner = {"request-id": request_id, "date": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")}
    if caller_id := client_request_id_of(request):
        inner["client-request-id"] = caller_id
    return {
        "type": f"{settings.PORTAL_BASE_URL}/errors/{error.code}",
        "title": str(error.title),
        "status": int(error.status),
        "detail": message,
        "instance": f"urn:uuid:{request_id}",
        "error": {
            "code": error.code,
            "message": message,
            "details": [{"target": detail["target"], "message": str(detail["message"])} for detail in error.details],
            "innerError": inner,
        },
    }


def problem_type(request: HttpRequest) -> str:
    """`application/problem+json` when `Accept` names it before JSON or a wildcard."""
    ranked = sorted(_accepted(request.headers.get("Accept", "")), key=lambda entry: -entry[1])
    for media, quality in ranked:
        if quality > 0 and media in {JSON, PROBLEM_JSON, "*/*", "application/*"}:
            return PROBLEM_JSON if media == PROBLEM_JSON else JSON
    return JSON


def _accepted(header: str) -> list[tuple[str, float]]:
    entries = []
    for part in header.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
        entries.append((media.lower(), float(quality) if _QUALITY.fullmatch(quality) else 0.0))
    return entries


def problem_headers(error: PortalError) -> dict[str, str]:
    """The headers that the status asks for."""
    match error:
        case Unauthenticated():
            return {"WWW-Authenticate": 'Bearer realm="portal"'}
        case WrongMethod():
            return {"Allow": ", ".join(error.allowed)}
        case TooManyRequests(wait=float() | int() as wait):
            return {"Retry-After": str(max(1, round(wait)))}
        case ServiceBusy(retry_after_seconds=seconds):
            return {"Retry-After": str(seconds)}
    return {}


def problem_response(request: HttpRequest, error: PortalError) -> HttpResponse:
    """The answer for what happens outside REST framework: routing, the token, the transaction."""
    return HttpResponse(
        orjson.dumps(problem_body(request, error)),
        status=int(error.status),
        content_type=problem_type(request),
        headers=problem_headers(error),
    )


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's hook. None leaves a defect to Django: logged, rolled back, answered by `server_error`."""
    error = as_portal_error(exception, context.get("view"))
    if error is None:
        return None
    request = context["request"]
    response = Response(
        problem_body(request, error),
        status=int(error.status),
        content_type=problem_type(request),
        headers=problem_headers(error),
    )
    response.portal_error = error  # type: ignore[attr-defined]  # read by the middleware that owns the transaction
    return response


def as_portal_error(exception: Exception, view: Any = None) -> PortalError | None:
    """REST framework's and Django's own refusals in the portal's words; None for a defect."""
    match exception:
        case PortalError():
            return exception
        case exceptions.APIException():
            return _framework_error(exception, view)
        case Http404():
            return NotVisible()
        case PermissionDenied():
            return NotAllowed()
        case SuspiciousOperation():
            return BadRequest()
        case OperationalError() if is_jam(exception):
            return ServiceBusy()
    return None


_SAME: dict[type[exceptions.APIException], type[PortalError]] = {
    exceptions.NotFound: NotVisible,
    exceptions.NotAuthenticated: Unauthenticated,
    exceptions.AuthenticationFailed: Unauthenticated,
    exceptions.PermissionDenied: NotAllowed,
    exceptions.NotAcceptable: NotAcceptable,
    exceptions.UnsupportedMediaType: UnsupportedMedia,
}


def _framework_error(exception: exceptions.APIException, view: Any) -> PortalError:
    match exception:
        case exceptions.ValidationError():
            return InvalidInput(details=list(_details(exception.detail)))
        case exceptions.MethodNotAllowed():
            return WrongMethod(view.allowed_methods if view else [])
        case exceptions.Throttled():
            return TooManyRequests(getattr(exception, "wait", None))
    if same := _SAME.get(type(exception)):
        return same()
    error = BadRequest(str(exception.detail))
    error.status = HTTPStatus(exception.status_code)
    return error


def _details(detail: Any, target: str = "") -> list[Detail]:
    """REST framework's nested error lists as flat `target`/`message` pairs; `lines[2].quantity` names a nested one."""
    if isinstance(detail, dict):
        pairs = [(_joined(target, key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(value, dict | list) for value in detail):
        pairs = [(f"{target}[{index}]", value) for index, value in enumerate(detail)]
    elif isinstance(detail, list):
        return [Detail(target=target, message=str(value)) for value in detail]
    else:
        return [Detail(target=target, message=str(detail))]
    return [entry for key, value in pairs if value for entry in _details(value, key)]


def _joined(target: str, key: str) -> str:
    if key == "non_field_errors":
        return target
    return f"{target}.{key}" if target else key


def unknown_names(names: list[str], what: Text) -> BadRequest:
    """400 for properties or parameters that the resource does not have; `what` says which of the two."""
    message = gettext("Unknown names: %(names)s.") % {"names": ", ".join(sorted(names))}
    return BadRequest(message, details=[Detail(target=name, message=str(what)) for name in sorted(names)])
