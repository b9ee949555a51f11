"""From session or token to `request.actor`, inside the request's one transaction."""

from collections.abc import Callable
from typing import Any

import structlog
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portal import problems
from portal.api.errors import API_PREFIX
from portal.audit import book
from portal.audit.chain import Outcome
from portal.database import is_jam, transaction_as
from portal.errors import NotAllowed, NotVisible, PortalError, ServiceBusy, Unauthenticated
from portal.web import redirect_to
from tenants.actor import NOBODY, Actor, acting_as
from tenants.models import AccessToken
from tenants.second_factor import must_have_second_factor
from tenants.web import PortalRequest

log = structlog.get_logger(__name__)
READING = frozenset({"GET", "HEAD", "OPTIONS"})
ACCOUNT_PREFIX = "/account/"
OWN_TOKENS = f"{ACCOUNT_PREFIX}tokens/"
DEAD_TOKEN_SECONDS = 600
# Health and files belong to nobody.
WITHOUT_TRANSACTION = ("/healthz", "/readyz", "/static/")


class ActorMiddleware:
    """Name the actor, open the transaction in its name, roll back on every refusal, and audit refused writes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PortalRequest) -> HttpResponse:
        request.customer, request.actor = None, NOBODY
        try:
            return self._answer(request)
        except OperationalError as trouble:  # where a transaction begins or ends; what a view meets is told inside
            if not is_jam(trouble):
                raise
            return problems.answer(request, ServiceBusy())

    def _answer(self, request: PortalRequest) -> HttpResponse:
        request.actor = _actor_of(request)
        _speak_to(request)
        if _stands_alone(request):
            return self.get_response(request)
        response = self._in_transaction(request)
        _audit_refusal(request, response)
        return response

    def _in_transaction(self, request: PortalRequest) -> HttpResponse:
        reading = request.method in READING
        atomic = connection.vendor == "postgresql" or not reading
        with transaction_as(home=request.actor.tenant_id, system=request.actor.machine, atomic=atomic):
            response = self.get_response(request)
            if atomic and (response.status_code >= 400 or hasattr(response, "portal_error")):
                transaction.set_rollback(True)
        return response

    def process_view(
        self, request: PortalRequest, view: Callable[..., Any], _args: tuple[Any, ...], _keywords: dict[str, Any]
    ) -> HttpResponse | None:
        """Turn away visitors, and people who must first change a password or enrol a second factor."""
        needs_sign_in = getattr(view, "login_required", True)
        if request.path.startswith(API_PREFIX):
            return _api_gate(request, needs_sign_in=needs_sign_in)
        return _page_gate(request) if needs_sign_in else None


def _stands_alone(request: PortalRequest) -> bool:
    """Hashing a password must not hold SQLite's write lock; an account's pages are read like all others."""
    if request.path == ACCOUNT_PREFIX or request.path.startswith(OWN_TOKENS):
        return False
    if request.path.startswith(ACCOUNT_PREFIX):
        return request.method not in READING
    return request.path.startswith(WITHOUT_TRANSACTION)


def _actor_of(request: PortalRequest) -> Actor:
    if request.path.startswith(API_PREFIX) and "Authorization" in request.headers:
        return _actor_of_token(request.headers["Authorization"])
    user = request.user
    if not user.is_authenticated or user.deleted_at is not None:
        return NOBODY
    return Actor.of(user)


def _actor_of_token(header: str) -> Actor:
    scheme, _space, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return NOBODY
    tokens = AccessToken.objects.select_related("user__tenant", "customer")
    digest = AccessToken.digest_of(secret.strip())
    token = tokens.filter(digest=digest, expires_at__gt=timezone.now()).first()
    if token is None:
        return NOBODY
    if token.revoked_at is None and token.user.is_active and token.user.deleted_at is None:
        return Actor.of(token.user, token)
    _audit_dead_token(token)
    return NOBODY


def _audit_dead_token(token: AccessToken) -> None:
    """Somebody still holds the secret of a token that was ended. Once in a while is enough to know."""
    if not cache.add(f"tenants.token.refused:{token.pk}", True, timeout=DEAD_TOKEN_SECONDS):
        return
    with acting_as(Actor(token.user, token.user.tenant)) as actor:
        book.record(actor, "tenants.token.refused", token.user, outcome=Outcome.REFUSED, name=token.name)


def _speak_to(request: PortalRequest) -> None:
    """The reader's language and time zone, where the account has chosen them."""
    user = request.actor.user
    timezone.activate(user.time_zone if user else settings.PORTAL_TIME_ZONE)
    if user and user.language:
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
    structlog.contextvars.bind_contextvars(user_id=str(user.pk) if user else None)


def _lacks_second_factor(actor: Actor) -> bool:
    return must_have_second_factor(actor) and not is_mfa_enabled(actor.user)


def _api_gate(request: PortalRequest, *, needs_sign_in: bool) -> HttpResponse | None:
    """REST framework marks its views as needing no sign-in and turns visitors away itself; a second factor it does not
    ask.
    """
    if needs_sign_in and not request.actor.is_known:
        return problems.answer(request, Unauthenticated())
    if _lacks_second_factor(request.actor):
        reason = _("Set up two-step verification in the portal first; until then your tokens do not work.")
        return problems.answer(request, NotAllowed(reason, code="mfaRequired"))
    return None


def _page_gate(request: PortalRequest) -> HttpResponse | None:
    """htmx follows an ordinary redirect and would put the page behind it into a fragment's place."""
    actor = request.actor
    if not actor.is_known:
        return problems.answer(request, Unauthenticated())
    if actor.user and actor.user.must_change_password and not _on_the_way(request, "account_change_password"):
        return redirect_to(request, "account_change_password")
    if _lacks_second_factor(actor) and not _on_the_way(request, *MFA_ENROLMENT, "account_change_password"):
        return redirect_to(request, "mfa_activate_totp")
    return None


MFA_ENROLMENT = (
    "mfa_activate_totp",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
)


def _on_the_way(request: PortalRequest, *names: str) -> bool:
    """Whether the address is one of those that lead out of the gate; leaving always is."""
    match = request.resolver_match
    return match is not None and match.view_name in {*names, "account_logout"}


def _audit_refusal(request: PortalRequest, response: HttpResponse) -> None:
    """A refused write is remembered, although everything it did was rolled back.

    What lies outside the actor's reach is remembered in the actor's own organisation: the other one is none of its.
    """
    error: PortalError | None = getattr(response, "portal_error", None)
    if request.method in READING or not request.actor.is_known or error is None or not _is_remembered(request, error):
        return
    subject = error.subject or request.customer
    if subject is None or isinstance(error, NotVisible):
        subject = request.actor.tenant
    with acting_as(request.actor, request.customer):
        book.record(
            request.actor, "portal.write.refused", subject, outcome=Outcome.REFUSED, path=request.path, code=error.code
        )


def _is_remembered(request: PortalRequest, error: PortalError) -> bool:
    match error:
        case NotAllowed():
            return error.code != "csrfFailed"  # a forged form is not the person's deed
        case Unauthenticated():  # closed while the request was on its way
            return True
        case NotVisible():  # of an object that an address names; an address that leads nowhere is only mistyped
            return bool(request.resolver_match and request.resolver_match.kwargs) and "\0" not in request.path
    return False
