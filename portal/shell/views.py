"""The front door: home, and the reader's choice of theme and language."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portal.shell.home import home_of
from portal.web import redirect_to, render_page, safe_next
from tenants.actions.account import choose_preferences
from tenants.web import SIGNED_IN, PortalRequest, page

THEMES = ("system", "light", "dark")
YEAR = 365 * 24 * 3600


@page(get=SIGNED_IN)
def home(request: PortalRequest) -> HttpResponse:
    """What the organisation's people need first; each kind of organisation has a page of its own."""
    template, context = home_of(request.actor)
    return render_page(request, template, context)


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's choice in this browser."""
    response = redirect_to(request, safe_next(request))
    if request.POST.get("theme") in THEMES:
        response.set_cookie(
            "theme", request.POST["theme"], max_age=YEAR, secure=settings.SECURE, samesite="Lax", httponly=True
        )
    return response


@login_not_required
@require_POST
def set_language(request: PortalRequest) -> HttpResponse:
    """Speak another language: in this browser, and for someone signed in also in letters."""
    language = request.POST.get("language", "")
    response = redirect_to(request, safe_next(request))
    if language not in dict(settings.LANGUAGES):
        return response
    if request.actor.user is not None:
        choose_preferences(language=language, actor=request.actor)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, secure=settings.SECURE, samesite="Lax", httponly=True
    )
    return response
