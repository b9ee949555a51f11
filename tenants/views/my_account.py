"""One's own account: who one is, how the portal speaks to one, and the tokens that speak for one."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.errors import Unauthenticated
from portal.forms import posted
from portal.paging import keyset, page_links
from portal.ui.tables import Cell, Column, Empty, Table
from portal.web import redirect_to, render_page, toast
from tenants.actions.account import choose_preferences
from tenants.actions.tokens import revoke_token
from tenants.decisions import YES
from tenants.forms.my_account import PreferencesForm
from tenants.models import AccessToken, Role, User
from tenants.models.role import ROLE_WORDS
from tenants.models.token import ALL_SCOPES
from tenants.submitting import form_once, submit
from tenants.web import SIGNED_IN, PortalRequest, page


@page(get=SIGNED_IN, post=SIGNED_IN)
def my_account(request: PortalRequest) -> HttpResponse:
    """What the portal knows of the reader, and the form that changes language and time zone."""
    user = _oneself(request)
    form = PreferencesForm(posted(request), user=user)
    context = {
        "facts": _facts(user),
        "roles": [Cell(role.label, note=ROLE_WORDS[role]) for role in map(Role, sorted(request.actor.roles))],
        "form": form,
        "tokens": _token_table(request),
        "crumbs": [(_("My account"), "")],
    }
    return submit(
        request,
        form,
        lambda: _chosen(request, form),
        lambda status: render_page(request, "tenants/my_account.html", context, status=status),
    )


def _oneself(request: PortalRequest) -> User:
    if request.actor.user is None:
        raise Unauthenticated
    return request.actor.user


def _chosen(request: PortalRequest, form: PreferencesForm) -> HttpResponse:
    language = form.cleaned_data["language"]
    choose_preferences(language=language, time_zone=form.cleaned_data["time_zone"], actor=request.actor)
    response = redirect_to(request, "my_account")
    if not language:  # a choice that this browser remembers from before would stand in the way
        request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
    with translation.override(language or translation.get_language_from_request(request)):
        toast(request, _("Language and time zone are saved."))
    return response


def _facts(user: User) -> list[tuple[str, Any]]:
    return [
        (_("Name"), user.display_name),
        (_("Organisation"), str(user.tenant)),
        (_("Sign-in name"), user.upn),
        (_("E-mail address"), user.email),
    ]


def _token_table(request: PortalRequest) -> Table:
    tokens = AccessToken.objects.within_reach(request.actor).filter(revoked_at=None, expires_at__gt=timezone.now())
    found = keyset(tokens, ("-created_at", "-id"), request.GET.get("after"))
    columns = [
        Column("name", _("Name")),
        Column("rights", _("Rights")),
        Column("created", _("Issued"), "date"),
        Column("expires", _("Valid until"), "date"),
        Column("revoke", _("Revoke")),
    ]
    empty = Empty(
        _("You have no access token"),
        _("A program needs one to use the REST API in your name. Whoever runs the portal issues it."),
        icon="key",
    )
    return Table(
        _("Access tokens"), columns, [_token_row(token) for token in found], empty, **page_links(request, found)
    )


def _token_row(token: AccessToken) -> dict[str, Any]:
    note = _("Only for %(customer)s") % {"customer": token.customer} if token.customer else ""
    return {
        "name": Cell(token.name, note=note),
        "rights": _("All your rights") if ALL_SCOPES in token.scopes else list(token.scopes),
        "created": token.created_at,
        "expires": token.expires_at,
        "revoke": _revoke_link(token),
    }


def _revoke_link(token: AccessToken) -> SafeString:
    return format_html(
        '<a href="{}" aria-label="{}">{}</a>',
        reverse("my_token_revoke", args=[token.pk]),
        _("Revoke the token %(name)s") % {"name": token.name},
        _("Revoke"),
    )


@page((AccessToken, "token_id"), get=SIGNED_IN, post=SIGNED_IN)
def my_token_revoke(request: PortalRequest, token: AccessToken) -> HttpResponse:
    """What revoking one's own token means, then the revocation."""
    if request.method == "POST":
        return form_once(request, lambda: _revoked(request, token))
    here = reverse("my_account")
    context = {
        "title": _("Revoke the token %(name)s?") % {"name": token.name},
        "facts": [(_("Issued"), token.created_at), (_("Valid until"), token.expires_at)],
        "consequences": [
            _("From its next request on, every program that uses it is refused."),
            _("A program that still needs one must get a new token."),
        ],
        "submit_label": _("Revoke"),
        "tone": "danger",
        "grave": True,
        "decision": YES,
        "cancel_url": here,
        "crumbs": [(_("My account"), here), (_("Revoke"), "")],
    }
    return render_page(request, "tenants/consequences.html", context)


def _revoked(request: PortalRequest, token: AccessToken) -> HttpResponse:
    revoke_token(token, actor=request.actor)
    toast(request, _("The token %(name)s is revoked.") % {"name": token.name})
    return redirect_to(request, "my_account")
