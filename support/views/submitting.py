"""A form that is sent: done once, or shown again with the reason and with what was typed."""

from collections.abc import Callable

from django import forms
from django.http import HttpResponse, QueryDict

from portal.errors import InvalidInput, RuleBroken
from portal.forms import show_refusal
from tenants.views.parts import form_once
from tenants.web import PortalRequest

# What the verbs and the API call otherwise than the forms.
FIELDS = {"content": "text", "stepsTried": "tried"}


def posted(request: PortalRequest) -> QueryDict | None:
    """What was sent; None, which leaves a form unbound, when the page is only opened."""
    return request.POST if request.method == "POST" else None


def submit(
    request: PortalRequest, form: forms.Form, act: Callable[[], HttpResponse], show: Callable[[int], HttpResponse]
) -> HttpResponse:
    """`act()` once per hidden form key. `show(status)` is the page with the form: opened (200), filled in wrongly
    (422), or refused by the verb, for what somebody else did in the meantime or for a key that was used already.
    """
    if not form.is_bound:
        return show(200)
    if not form.is_valid():
        return show(422)
    try:
        return form_once(request, act)
    except (InvalidInput, RuleBroken) as refusal:
        return show(show_refusal(form, refusal, FIELDS))
