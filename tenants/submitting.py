"""A form that is sent: done once, or shown again with the reason and with what was typed."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse

from portal.api.idempotency import once_per_form
from portal.errors import InvalidInput, RuleBroken, Text
from portal.forms import SAME_NAMES, show_refusal
from tenants.web import PortalRequest


def form_once(request: PortalRequest, act: Callable[[], HttpResponse], *, remedy: Text = "") -> HttpResponse:
    """`act()` once per `{% form_key %}` of this person: a second click lands where the first one did, or is refused
    with `remedy` where that was a page shown once.
    """
    caller: Any = request.actor.user_id  # pages are opened by people
    return once_per_form(request, caller, act, remedy=remedy)


def submit(
    request: PortalRequest,
    form: forms.Form,
    act: Callable[[], HttpResponse],
    show: Callable[[int], HttpResponse],
    *,
    fields: Mapping[str, str] = SAME_NAMES,
    remedy: Text = "",
) -> HttpResponse:
    """`act()` once per hidden form key. `show(status)` is the page with the form: opened (200), filled in wrongly
    (422), or refused by the verb, for what somebody else did in the meantime or for a key that was used already.

    `fields`: what the form calls otherwise than the verb. `remedy`: as for `form_once`. StaleVersion is the caller's.
    """
    if request.method != "POST":
        return show(200)
    try:
        # A second click is recognised before its values are judged: by then they may be the present ones.
        return form_once(request, lambda: act() if form.is_valid() else show(422), remedy=remedy)
    except (InvalidInput, RuleBroken) as refusal:
        if refusal.code == "formAlreadySent":  # nothing is to be typed anew: its page says how to get at what is gone
            raise
        return show(show_refusal(form, refusal, fields))
