"""How every page view answers: a whole page or one named part of it, a toast, a redirect that htmx understands."""

from collections.abc import Mapping
from typing import Any, Literal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

from portal.errors import Text

__all__ = ["FORM_KEY", "is_fragment", "redirect_to", "render_page", "safe_next", "toast"]

FORM_KEY = "form_key"  # the hidden field of forms that must not act twice; see portal.api.idempotency

Tone = Literal["success", "info", "warning", "danger"]
_LEVELS = {"success": messages.SUCCESS, "info": messages.INFO, "warning": messages.WARNING, "danger": messages.ERROR}


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page. A boosted link asks for the whole."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The template, or only its `partialdef` named `partial` when htmx asks for a fragment.

    Toasts that wait are sent along with a fragment; a whole page shows them in its frame.
    """
    fragment = partial is not None and is_fragment(request)
    content = render_to_string(f"{template}#{partial}" if fragment else template, dict(context or {}), request)
    if fragment and status < 400:
        content += render_to_string("components/new_toasts.html", {}, request)
    response = HttpResponse(content, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def toast(request: HttpRequest, text: Text, tone: Tone = "success") -> None:
    """Tell the person, on the next page or fragment that is rendered, what has been done."""
    messages.add_message(request, _LEVELS[tone], str(text))


def redirect_to(request: HttpRequest, to: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    """To a view name, a model with get_absolute_url, or an address: 303, or HX-Redirect when htmx sent the request.

    An address that somebody sent along may hold anything; a header holds ASCII on one line.
    """
    url = iri_to_uri(resolve_url(to, *args, **kwargs))
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where the form or link asked to return to, if that is on this site; `default` otherwise."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, here, require_https=request.is_secure()):
        return url
    return default
