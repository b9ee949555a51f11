"""A letter's words, in its reader's language and time zone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation

from portal.mail.models import Letter
from portal.mail.queueing import MOMENT


@dataclass(frozen=True, slots=True)
class Words:
    """What is sent. The subject is one line."""

    subject: str
    body: str
    html: str


def render(letter: Letter) -> Words:
    """From `templates/emails/<name>/{subject.txt,body.txt,body.html}`. Raises what the templates raise.

    They see the context, `recipient_name`, `site_name`, `base_url` and, when the verb gave a `path`, `link`.
    """
    folder = f"emails/{letter.template}"
    context = _restored(letter.context)
    context |= {
        "recipient_name": letter.recipient_name,
        "site_name": settings.SITE_NAME,
        "base_url": settings.PORTAL_BASE_URL,
        "language": letter.language,
        "link": f"{settings.PORTAL_BASE_URL}{context['path']}" if context.get("path") else "",
    }
    with translation.override(letter.language), timezone.override(ZoneInfo(letter.time_zone)):
        subject = " ".join(_plain(f"{folder}/subject.txt", context).split())
        context["subject"] = subject
        body = _plain(f"{folder}/body.txt", context).strip()
        html = render_to_string(f"{folder}/body.html", context).strip()
    return Words(subject[:300], body, html)


def _plain(name: str, context: dict[str, Any]) -> str:
    """A text template: nothing in it is markup, so nothing is escaped."""
    template: Any = get_template(name)
    return str(template.template.render(Context(context, autoescape=False)))


def _restored(value: Any) -> Any:
    match value:
        case dict() if value.keys() == {MOMENT}:
            text = value[MOMENT]
            return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
        case dict():
            return {key: _restored(entry) for key, entry in value.items()}
        case list():
            return [_restored(entry) for entry in value]
    return value
