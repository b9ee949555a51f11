"""One refusal, two faces: a page (or a toast, for htmx) for people, Graph's error body for programs.

`portal.urls` names the handlers here for what Django refuses before any view runs.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.api.errors import TooManyRequests, is_api, problem_headers, problem_response, request_id_of
from portal.errors import BadRequest, NotAllowed, NotVisible, PortalError, ServiceBusy, Text, Unauthenticated
from portal.web import is_fragment, toast

logger = structlog.get_logger(__name__)

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}  # they change nothing
PAGES = {404, 405, 409, 412}  # statuses with words of their own: templates/errors/<status>.html


def answer(request: HttpRequest, error: PortalError) -> HttpResponse:
    """The answer that says `error` to whoever asked. `response.portal_error` is the error itself."""
    if is_api(request):
        response = problem_response(request, error)
    elif isinstance(error, Unauthenticated):
        response = _to_sign_in(request)
    else:
        response = _page(request, error)
    response.portal_error = error  # type: ignore[attr-defined]  # read by the middleware that owns the transaction
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back, but never back to a form post or a fragment: from these to the page around them."""
    htmx: Any = getattr(request, "htmx", None)
    if htmx:
        back = htmx.current_url_abs_path or settings.LOGIN_REDIRECT_URL
    elif request.method == "GET":
        back = request.get_full_path()
    else:
        back = _page_of_form(request) or settings.LOGIN_REDIRECT_URL
        if _rights_of_page(request):
            toast(request, _("You were signed out. What you typed was not sent."), "warning")
    response = redirect_to_login(back, resolve_url(settings.LOGIN_URL))
    return HttpResponse(status=401, headers={"HX-Redirect": response.url}) if htmx else response


def _page_of_form(request: HttpRequest) -> str:
    """Where the form stands that was sent: the page of this site that the browser names, or the form's own address
    where that can be opened. Empty for neither.
    """
    try:
        named = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # what the caller sent is no address
        named = urlsplit("")
    page = urlunsplit(("", "", named.path, named.query, ""))
    if named.netloc == request.get_host() and url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return page
    return request.path if "GET" in _rights_of_page(request) else ""


def _rights_of_page(request: HttpRequest) -> dict[str, Any]:
    """What the methods of a page ask for (`tenants.web.page`); empty for what is no page of the rooms."""
    view = request.resolver_match.func if request.resolver_match else None
    return getattr(view, "rights", {})


def _ways_on(request: HttpRequest, error: PortalError) -> Iterator[tuple[str, str]]:
    """Label and address of what this reader can open instead: the thing it is about, the page of the form."""
    if address := _address_of_subject(request, error):
        yield gettext("Open %(name)s") % {"name": error.subject}, address
    if request.method not in SAFE_METHODS and (page := _page_of_form(request)):
        yield gettext("Go back"), page


def _address_of_subject(request: HttpRequest, error: PortalError) -> str:
    """The page of what was refused, if it has one and this reader may open it."""
    subject = error.subject
    if not hasattr(subject, "get_absolute_url") or not _is_signed_in(request):
        return ""
    actor: Any = request.actor  # type: ignore[attr-defined]  # set by the middleware of the tenants
    seen = type(subject)._default_manager.visible_to(actor).filter(pk=subject.pk)
    return str(subject.get_absolute_url()) if seen.exists() else ""


def _page(request: HttpRequest, error: PortalError) -> HttpResponse:
    headers = problem_headers(error)
    # What the site's frame asks of the database would fail like the rest.
    frame = None if isinstance(error, ServiceBusy) else request
    if is_fragment(request):
        name = "errors/problem.html#toast"
        headers |= {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"}
    elif frame is None:
        name = "errors/500.html"
    else:
        name = f"errors/{int(error.status)}.html" if error.status in PAGES else "errors/problem.html"
    response = HttpResponse(_words(request, error, name, frame), status=int(error.status), headers=headers)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _words(request: HttpRequest, error: PortalError, name: str, frame: HttpRequest | None) -> str:
    """The template, in the site's frame or without. The page about the trouble must appear even when the frame or the
    template is part of the trouble.
    """
    context = {
        "error": error,
        "status": int(error.status),
        "request_id": request_id_of(request),
        "layout": "base.html" if _is_signed_in(request) else "base_bare.html",
    }
    try:
        if frame is not None and not is_fragment(request):
            context["ways_on"] = list(_ways_on(request, error))
        return render_to_string(name, context, frame)
    except Exception:
        logger.exception("problem_page_failed", code=error.code)
        return _plain(error, request)


def _is_signed_in(request: HttpRequest) -> bool:
    """Whether the frame with the navigation can be drawn; the trouble may have begun before the actor was known."""
    return bool(getattr(getattr(request, "actor", None), "is_known", False))


def _plain(error: PortalError, request: HttpRequest) -> str:
    return format_html(
        "<!doctype html><html><head><meta charset=utf-8><title>{0}</title></head>"
        "<body><h1>{0}</h1><p>{1}</p><p>{2}</p><p>{3} {4}</p></body></html>",
        error.title,
        error.message,
        error.remedy,
        error.code,
        request_id_of(request),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler400`."""
    return answer(request, BadRequest())


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler403`."""
    return answer(request, NotAllowed())


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler404`: also for addresses that no route knows."""
    return answer(request, NotVisible())


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """`handler429`: allauth looks for it once somebody asks for passwords, codes or links too often."""
    error = TooManyRequests()
    error.message = _("Too many attempts. Wait a few minutes and try again.")
    return answer(request, error)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`. The reason helps whoever reads the log, not whoever forged the form."""
    logger.warning("csrf_refused", reason=reason)
    message = _("This form is too old or was opened in another session.")
    remedy = _("Reload the page and send it again. Cookies must be allowed for this site.")
    error = NotAllowed(message, code="csrfFailed", remedy=remedy)
    error.title = _("This form has expired")
    return answer(request, error)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: no context processor and no query, because the database may be the trouble."""
    error = PortalError(_what_became_of(request))
    if is_api(request):
        response = problem_response(request, error)
    else:
        response = HttpResponse(_words(request, error, "errors/500.html", None), status=500)
    response.portal_error = error  # type: ignore[attr-defined]  # read by the middleware that owns the transaction
    return response


def _what_became_of(request: HttpRequest) -> Text:
    """What is inside a transaction will be rolled back; what runs without one may have come half the way."""
    if request.method in SAFE_METHODS or connection.in_atomic_block:
        return _("The portal could not finish this. Nothing was changed.")
    return _("The portal could not finish this, and part of it may have been done.")
