"""Putting a letter on the pile: rows that commit or vanish with the verb."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_supported_language_variant

from portal.database import current_identity, now, transaction_as
from portal.errors import ServiceBusy
from portal.mail.models import Letter, LetterState

MISDIRECTED = "a letter goes to its reader"  # says the database (tenants/migrations/0005)
MOMENT = "$moment"  # marks a point in time inside the stored context, so that it can be shown in the reader's zone


class Reader(Protocol):
    """Who can be written to; `email` "" means nobody. `time_zone` is optional."""

    @property
    def id(self) -> UUID: ...
    @property
    def tenant_id(self) -> UUID: ...
    @property
    def email(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def display_name(self) -> str: ...


def queue(
    name: str,
    people: Iterable[Reader],
    /,
    *,
    secret: bool = False,
    **context: Any,
) -> None:
    """One letter per person from `templates/emails/<name>/`. Committed with the verb, one insert for all.

    `context` must survive JSON: text, numbers, UUIDs, moments, lists and dicts of them. `path` becomes the letter's
    link. A letter is emptied once it is sent; a `secret` one, which carries a one-time link, also when it is given up.
    Raises TypeError for what JSON cannot carry, translated text included: it would be in the writer's language; and
    ServiceBusy when somebody's address has changed since it was read.
    """
    home = current_identity().home
    stored, written = _storable(context), now()
    letters = [
        Letter(
            tenant_id=person.tenant_id,
            sender_id=UUID(home) if home else None,
            recipient_id=person.id,
            address=person.email,
            recipient_name=person.display_name,
            language=_language(person.language),
            time_zone=getattr(person, "time_zone", "") or settings.PORTAL_TIME_ZONE,
            template=name,
            context=stored,
            secret=secret,
            due_at=written,
            created_at=written,
        )
        for person in {person.id: person for person in people if person.email}.values()
    ]
    try:
        with transaction.atomic():
            Letter.objects.bulk_create(letters)
    except IntegrityError as refusal:
        if MISDIRECTED not in str(refusal):
            raise
        raise ServiceBusy from refusal  # an address was changed meanwhile: the same again reads the new one


def readdress(person: Reader, address: str) -> int:
    """What is still to be sent to this person goes to another address from now on; how many letters."""
    with transaction_as(system="mail"):
        unsent = Letter.objects.filter(recipient_id=person.id, address=person.email)
        return unsent.filter(state__in=(LetterState.QUEUED, LetterState.FAILED)).update(address=address)


def mailbox(recipient_id: UUID) -> QuerySet[Letter]:
    """What one person was sent, newest first; the demo shows it instead of sending it."""
    return Letter.objects.filter(recipient_id=recipient_id).order_by("-created_at", "-id")


def _language(wanted: str) -> str:
    try:
        return get_supported_language_variant(wanted)
    except LookupError:
        return settings.LANGUAGE_CODE


def _storable(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date():
            return {MOMENT: value.isoformat()}
        case UUID():
            return str(value)
        case Mapping():
            return {str(key): _storable(entry) for key, entry in value.items()}
        case list() | tuple():
            return [_storable(entry) for entry in value]
        case Promise():
            raise TypeError("A letter is translated when it is sent: pass a code and translate it in the template.")
    raise TypeError(f"{type(value).__name__} cannot be stored in a letter.")
