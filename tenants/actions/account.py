"""What everybody may change about their own account."""

from django.db import transaction

from portal.errors import InvalidInput, Unauthenticated
from tenants.actor import Actor
from tenants.models import User


@transaction.atomic
def choose_language(language: str, *, actor: Actor) -> User:
    """Pages and letters speak this language from now on. One's own business: no right is asked, no deed recorded."""
    if actor.user is None:
        raise Unauthenticated
    user = User.objects.locked(actor.user.pk)
    if language not in dict(User._meta.get_field("language").choices or ()):
        raise InvalidInput(code="unknownLanguage")
    user.language = language
    user.save(update_fields=["language"])
    return user


@transaction.atomic
def end_other_sessions(*, actor: Actor) -> User:
    """Every session of one's own is over; the caller keeps the present one by giving it the user's new mark."""
    if actor.user is None:
        raise Unauthenticated
    user = User.objects.locked(actor.user.pk)
    user.session_number += 1
    user.save(update_fields=["session_number"])
    return user
