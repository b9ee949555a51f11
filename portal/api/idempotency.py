"""A POST that is sent twice acts once: double clicks on forms, retries of programs.

The caller names the attempt by the header `Idempotency-Key` (alias `MS-RequestId`) or a form's hidden `form_key`. The
answer is stored in the verb's own transaction, so both or neither exist; the same attempt again gets the same answer.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.models import IdempotencyKey
from portal.api.rendering import dumps
from portal.database import current_identity, now
from portal.errors import BadRequest, InvalidInput, RuleBroken, Text
from portal.web import FORM_KEY, toast

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_KEPT_HEADERS = ("Location", "ETag", "HX-Redirect")
_FORM_NOISE = {FORM_KEY, "csrfmiddlewaretoken"}
Answer = TypeVar("Answer", bound=HttpResponse)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it is kept."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class StillRunning(RuleBroken):
    """The first attempt has not ended yet."""

    code = "idempotencyKeyInUse"
    title = _("The same request is being worked on")


class KeyReused(InvalidInput):
    """The key belongs to an attempt with other content."""

    code = "idempotencyKeyReused"


def once(
    *,
    caller_id: UUID,
    route: str,
    key: str,
    payload: bytes,
    act: Callable[[], Answer],
    body_of: Callable[[Answer], bytes],
) -> Answer | Reply:
    """`act()`, or the kept reply of the same caller's earlier attempt on this route with this key.

    Only answers below 400 are kept: whatever was refused may be sent again. `body_of` an answer is kept with it.
    Raises KeyReused for another payload, StillRunning while the first attempt runs (PostgreSQL; SQLite's writers wait
    for each other).
    """
    if not _KEY.fullmatch(key):
        raise BadRequest(_("A key is 1 to 255 visible ASCII characters."), code="invalidIdempotencyKey")
    digest = hashlib.sha256(payload).hexdigest()
    with transaction.atomic():
        _only_one_attempt(f"{caller_id} {route} {key}")
        kept = _kept(caller_id, route, key)
        if kept is not None:
            return _replayed(kept, digest)
        answer = act()
        if answer.status_code < 400:
            headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
            _keep(caller_id, route, key, digest, Reply(answer.status_code, body_of(answer), headers))
    return answer


def _only_one_attempt(attempt: str) -> None:
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(attempt.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise StillRunning(_("Wait a moment, then send it again to get its answer."))


def _kept(caller_id: UUID, route: str, key: str) -> IdempotencyKey | None:
    kept = IdempotencyKey.objects.filter(caller_id=caller_id, route=route, key=key).first()
    if kept is not None and kept.created_at < _oldest():
        kept.delete()
        return None
    return kept


def _replayed(kept: IdempotencyKey, digest: str) -> Reply:
    if kept.payload_hash != digest:
        raise KeyReused(_("This was already sent with other content."), remedy=_("Use a new idempotency key."))
    return Reply(kept.status, bytes(kept.body), kept.headers)


def _keep(caller_id: UUID, route: str, key: str, digest: str, reply: Reply) -> None:
    home = current_identity().home
    IdempotencyKey.objects.create(
        tenant_id=UUID(home) if home else None,
        caller_id=caller_id,
        route=route,
        key=key,
        payload_hash=digest,
        status=reply.status,
        headers=reply.headers,
        body=reply.body,
        created_at=now(),
    )


def _oldest() -> Any:
    return now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)


def purge() -> int:
    """Forget what is older than IDEMPOTENCY_HOURS; how many there were."""
    return IdempotencyKey.objects.filter(created_at__lt=_oldest()).delete()[0]


# --- The two doors ----------------------------------------------------------------------------------------------------


def once_per_key(request: Request, caller_id: UUID, act: Callable[[], Response]) -> Response:
    """For the API: `act()` once per `Idempotency-Key`; without the header, just `act()`. A repeat says so in a header.

    The answer is stored: it must not show a secret.
    """
    key = request.headers.get("Idempotency-Key") or request.headers.get("MS-RequestId")
    if not key:
        return act()
    payload = json.dumps(request.data, sort_keys=True).encode()  # JSON's numbers have no largest one, orjson's have
    answer = once(
        caller_id=caller_id,
        route=_route(request),
        key=key,
        payload=payload,
        act=act,
        body_of=lambda response: dumps(response.data),
    )
    if not isinstance(answer, Reply):
        return answer
    headers = {**answer.headers, "Idempotency-Replayed": "true"}
    return Response(orjson.loads(answer.body), answer.status, headers=headers)


def once_per_form(
    request: HttpRequest, caller_id: UUID, act: Callable[[], HttpResponse], *, remedy: Text = ""
) -> HttpResponse:
    """For pages: `act()` once per `{% form_key %}`; a second click lands where the first one did.

    Pages are not stored: they may show a secret. A second click on a form that a page answers is refused with 409, and
    `remedy` says how to get at what that page showed. When the key was used for other content, the form that comes back
    gets a fresh one: the next attempt is another one.
    """
    key = request.POST.get(FORM_KEY)
    if not key:
        return act()
    sent = sorted((name, values) for name, values in request.POST.lists() if name not in _FORM_NOISE)
    payload = orjson.dumps(sent)
    try:
        answer = once(
            caller_id=caller_id, route=_route(request), key=key, payload=payload, act=act, body_of=lambda _page: b""
        )
    except KeyReused as error:
        _take_key_away(request)
        message = _("This form was already sent with other content, and that was done. Send it again to do this too.")
        raise KeyReused(message) from error
    return answer if not isinstance(answer, Reply) else _where_it_led(request, answer, remedy)


def _take_key_away(request: HttpRequest) -> None:
    without = request.POST.copy()
    del without[FORM_KEY]
    request.POST = without  # type: ignore[assignment]  # no other view is handed this copy


def _where_it_led(request: HttpRequest, first: Reply, remedy: Text) -> HttpResponse:
    if not first.headers.keys() & {"Location", "HX-Redirect"}:
        message = _("This form was already sent, and what it asks for was done.")
        raise RuleBroken(message, code="formAlreadySent", remedy=remedy)
    toast(request, _("This was already done. Nothing was done again."), "info")
    return HttpResponse(status=first.status, headers=first.headers)


def _route(request: Request | HttpRequest) -> str:
    return f"{request.method} {request.path}"[:300]
