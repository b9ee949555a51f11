"""Template tags of `portal.web`: slots, and the hidden key that makes a form safe to send twice."""

from typing import Any
from uuid import uuid4

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal import slots
from portal.web import FORM_KEY

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, subject: Any = None) -> SafeString:
    """{% slot "customer.overview" customer %}: what higher rooms show here to the person who looks."""
    return slots.panels(name, context["request"].actor, subject)


@register.simple_tag(takes_context=True)
def form_key(context: Context) -> SafeString:
    """{% form_key %} inside a form: the same key again when the form comes back with errors."""
    request = context.get("request")
    key = request.POST.get(FORM_KEY) if request is not None else None
    return format_html('<input type="hidden" name="{}" value="{}">', FORM_KEY, key or uuid4())
