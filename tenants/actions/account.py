"""What everybody may change about their own account."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.audit import book
from portal.errors import InvalidInput, RuleBroken, Unauthenticated
from tenants.actions.tokens import end_tokens
from tenants.actor import Actor
from tenants.models import User
from tenants.models.user import LANGUAGES
from tenants.time_zones import known_zones

Answer = TypeVar("Answer")


@transaction.atomic
def choose_preferences(*, actor: Actor, language: str | None = None, time_zone: str | None = None) -> User:
    """How pages and letters speak to oneself from now on; no language ("") stands for the browser's, None for the one
    from before. No right is asked.
    """
    user = _locked(actor)
    before = {"language": user.language, "time_zone": user.time_zone}
    after = {
        "language": user.language if language is None else language,
        "time_zone": user.time_zone if time_zone is None else time_zone,
    }
    if after["language"] not in dict(LANGUAGES):
        raise InvalidInput(code="unknownLanguage")
    if after["time_zone"] not in {user.time_zone, *known_zones()}:
        raise InvalidInput(code="unknownTimeZone")
    if after == before:
        return user
    user.language, user.time_zone = after["language"], after["time_zone"]
    user.save(update_fields=["language", "time_zone"])
    book.record(actor, "tenants.preferences.chosen", user, before=before, after=after)
    return user


@transaction.atomic
def choose_password(password_hash: str, *, actor: Actor) -> User:
    """A password of one's own choice, hashed by the caller, because that takes long. Every session and every token
    ends; the caller keeps the present session by giving it the user's new mark.

    `actor.user` is the person as it was when the old password or the letter's link was checked. Raises RuleBroken
    `passwordChanged` when somebody has changed it since, such as an admin's reset, and `userBlocked`.
    """
    if actor.user is None:
        raise Unauthenticated
    user = User.objects.locked(actor.user.pk)
    if (user.password, user.session_number) != (actor.user.password, actor.user.session_number):
        raise RuleBroken(
            _("The password was changed in the meantime. Sign in again, or ask an admin of your organisation."),
            code="passwordChanged",
        )
    if not user.is_active or user.deleted_at is not None:
        raise RuleBroken(_("This account is blocked or deleted."), code="userBlocked")
    user.password, user.must_change_password = password_hash, False
    user.save(update_fields=["password", "must_change_password"])
    end_tokens(user)
    book.record(actor, "tenants.password.changed", user)
    return user


@transaction.atomic
def enrol_second_factor(enrol: Callable[[], Answer], *, actor: Actor) -> tuple[Answer, User]:
    """`enrol` is allauth's step: both or neither happen. Every session that took the password alone is over; the caller
    keeps the present one by giving it the user's new mark.
    """
    user = _locked(actor)
    answer = enrol()
    user.session_number += 1
    user.save(update_fields=["session_number"])
    book.record(actor, "tenants.second_factor.enrolled", user)
    return answer, user


@transaction.atomic
def remove_second_factor(remove: Callable[[], Answer], *, actor: Actor) -> Answer:
    """Remove one's second factor by allauth's step; the recovery codes go with it."""
    user = _locked(actor)
    answer = remove()
    book.record(actor, "tenants.second_factor.removed", user)
    return answer


@transaction.atomic
def renew_recovery_codes(renew: Callable[[], Answer], *, actor: Actor) -> Answer:
    """Make new recovery codes by allauth's step; the codes from before are worth nothing."""
    user = _locked(actor)
    answer = renew()
    book.record(actor, "tenants.second_factor.codes_renewed", user)
    return answer


def _locked(actor: Actor) -> User:
    if actor.user is None:
        raise Unauthenticated
    return User.objects.locked(actor.user.pk)
