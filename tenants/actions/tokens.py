"""Bearer tokens: issuing, revoking. A token's secret is answered once; only its digest is kept."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.audit import book
from portal.errors import InvalidInput, NotAllowed, RuleBroken
from tenants.access import Permission, require
from tenants.actor import Actor
from tenants.models import AccessToken, Tenant, User
from tenants.models.token import ALL_SCOPES

LONGEST_DAYS = 365


@transaction.atomic
def issue_token(
    user: User,
    *,
    actor: Actor,
    name: str = "",
    days: int | None = None,
    scopes: Sequence[str] = (ALL_SCOPES,),
    customer: Tenant | None = None,
) -> tuple[AccessToken, str]:
    """A secret that speaks for this person for `days` (default TOKEN_DAYS) with these rights (`*`: all it holds).

    With `customer` it reaches that one only, and paths without an organisation mean it; it must be within the person's
    reach.
    """
    require(actor, Permission.TOKEN_MANAGE, user)
    user = User.objects.locked(user.pk)
    days = settings.TOKEN_DAYS if days is None else days
    _check(user, days, scopes, customer)
    _check_name(name)
    secret = AccessToken.new_secret()
    token = AccessToken(
        user=user,
        customer=customer,
        name=name or f"Token {timezone.now():%Y-%m-%d %H:%M} UTC",
        digest=AccessToken.digest_of(secret),
        scopes=list(scopes),
        expires_at=timezone.now() + timedelta(days=days),
    )
    token.save(force_insert=True)
    book.record(actor, "tenants.token.issued", user, after={"name": token.name, "days": days, "scopes": token.scopes})
    return token, secret


@transaction.atomic
def revoke_token(token: AccessToken, *, actor: Actor) -> AccessToken:
    """The very next use of the token is refused.

    One's own takes no role: who has lost the last one still ends what would work again with the next.
    """
    if actor.user_id != token.user_id:
        require(actor, Permission.TOKEN_MANAGE, token.user)
    token = AccessToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is not None:
        raise RuleBroken(_("This token has already been revoked."), code="tokenRevoked")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    book.record(actor, "tenants.token.revoked", token.user, before={"name": token.name})
    return token


def end_tokens(user: User) -> int:
    """Revoke every token of a person whose account a verb has just closed or secured; how many there were."""
    return AccessToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def _check_name(name: str) -> None:
    longest = AccessToken._meta.get_field("name").max_length or 0
    if len(name) > longest:
        raise InvalidInput(format_lazy(_("At most {most} characters."), most=longest), code="invalidName")


def _check(user: User, days: int, scopes: Sequence[str], customer: Tenant | None) -> None:
    if not user.is_active or user.deleted_at is not None:
        raise RuleBroken(_("This account is blocked or deleted."), code="userBlocked")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(_("A token is valid for 1 to 365 days."), code="tokenLifetime")
    if not scopes or set(scopes) - {ALL_SCOPES, *Permission}:
        raise InvalidInput(_("A scope is the name of a right, or * for all."), code="unknownScope")
    if customer is not None and not Tenant.objects.within_reach(Actor.of(user)).filter(pk=customer.pk).exists():
        raise NotAllowed(_("This organisation is not within the person's reach."), code="outOfReach", subject=user)
