"""A form that is sent, as every page treats it: what was sent, and a refusal beside what was typed."""

from collections.abc import Mapping
from types import MappingProxyType

from django import forms
from django.http import HttpRequest, QueryDict

from portal.errors import PortalError

SAME_NAMES: Mapping[str, str] = MappingProxyType({})


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, be it nothing at all; None, which leaves a form unbound, when the page is only opened."""
    return request.POST if request.method == "POST" else None


def show_refusal(form: forms.Form, error: PortalError, fields: Mapping[str, str] = SAME_NAMES) -> int:
    """Put what a verb found wrong beside the fields it names, so that what was typed stays; the status to answer with.

    `fields`: what the form calls otherwise than the verb. What it names that the form has not stands above the form.
    """
    if not error.details:
        form.add_error(None, str(error.message))
    for detail in error.details:
        name = fields.get(detail["target"], detail["target"])
        form.add_error(name if name in form.fields else None, detail["message"])
    return int(error.status)
