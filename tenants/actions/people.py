"""People: creating and changing an account, blocking and unblocking, deleting and restoring, resetting a password."""

import re
import secrets
import string

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import mail
from portal.audit import book
from portal.errors import InvalidInput, RuleBroken, StaleVersion, Text
from tenants.access import Permission, require
from tenants.actions.tokens import end_tokens
from tenants.actor import Actor
from tenants.models import Tenant, User
from tenants.people_rules import refuse_step
from tenants.role_rules import refuse_if_last_admin

TAKEN = _("The sign-in name is already in use. Choose another one.")
HELD_BY_DELETED = _(
    "A deleted account holds this sign-in name; the list of users shows it under the state Deleted. Choose another one."
)
LONGEST_ALIAS = 50
# Fewer than mail allows, where quoted spaces, control characters and letters that only look alike would pass.
_ALIAS = re.compile(r"[A-Za-z0-9._-]+")
# Without the letters and digits that are taken for one another on a screen and on the telephone.
ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1Il")))


def new_temporary_password() -> str:
    """Sixteen letters and digits in groups of four: strong, and easy to read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(4))


@transaction.atomic
def create_user(
    tenant: Tenant,
    *,
    actor: Actor,
    alias: str,
    display_name: str,
    email: str = "",
    language: str = "",
    password: str = "",
) -> tuple[User, str]:
    """Open an account `alias@domain`. Answers the user and its temporary password, shown once and kept only as a hash.

    With `password` (the demo's scenes) the account is ready; otherwise the first sign-in must choose another one.
    """
    require(actor, Permission.USER_CREATE, tenant)
    upn = f"{alias}@{tenant.domain}".lower()
    _check_upn(alias, upn)
    holder = User.objects.for_system("uniqueness").filter(upn=upn).first()
    if holder is not None:
        raise _name_taken(HELD_BY_DELETED if holder.deleted_at else TAKEN)
    secret = password or new_temporary_password()
    user = User(
        tenant=tenant,
        upn=upn,
        email=email or upn,
        display_name=display_name,
        language=language,
        must_change_password=not password,
        password=make_password(secret),
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as clash:
        raise _name_taken(TAKEN) from clash
    book.record(actor, "tenants.user.created", user, after={"upn": upn, "display_name": display_name})
    return user, secret


@transaction.atomic
def change_user(user: User, *, actor: Actor, display_name: str, email: str = "", version: int) -> User:
    """Correct the name and the address that letters go to; `version` is the one that was read.

    Letters go to the new address at once; one more goes to the address from before. Links that were sent there are
    worth nothing any more. What is so already changes nothing. Raises StaleVersion when somebody was faster.
    """
    require(actor, Permission.USER_CHANGE, user)
    user = _locked(user, "change", actor)
    wanted = {"display_name": display_name, "email": email or user.upn}
    before = {name: getattr(user, name) for name, value in wanted.items() if getattr(user, name) != value}
    if not before:
        return user
    if user.version != version:
        raise StaleVersion(current=user)
    if "email" in before:
        mail.readdress(user, wanted["email"])
        # Told while it still is the reader's address: PostgreSQL lets a letter go to no other.
        mail.queue("email_changed", [user], actor=actor.audit_identity()["name"])
        EmailAddress.objects.filter(user=user).delete()  # by which allauth would still find the account
    user.display_name, user.email, user.version = wanted["display_name"], wanted["email"], version + 1
    user.save(update_fields=["version", *before])
    book.record(actor, "tenants.user.changed", user, before=before, after={name: wanted[name] for name in before})
    return user


@transaction.atomic
def block_user(user: User, *, actor: Actor) -> User:
    """Nobody signs in as this person any more: sessions and tokens end at once. Mail, licences and roles stay."""
    require(actor, Permission.USER_BLOCK, user)
    user = _locked(user, "block", actor)
    refuse_if_last_admin(user)
    user.is_active = False
    _end_sessions(user, "is_active")
    book.record(actor, "tenants.user.blocked", user)
    return user


@transaction.atomic
def unblock_user(user: User, *, actor: Actor) -> User:
    """The person may sign in again, with the password it had. Sessions and tokens that the block ended stay ended."""
    require(actor, Permission.USER_BLOCK, user)
    user = _locked(user, "unblock", actor)
    user.is_active = True
    user.save(update_fields=["is_active"])
    book.record(actor, "tenants.user.unblocked", user)
    return user


@transaction.atomic
def delete_user(user: User, *, actor: Actor) -> User:
    """Close the account. It can be restored for DELETED_USER_DAYS: its sign-in name stays taken, its roles wait."""
    require(actor, Permission.USER_DELETE, user)
    user = _locked(user, "delete", actor)
    refuse_if_last_admin(user)
    user.deleted_at = timezone.now()
    _end_sessions(user, "deleted_at")
    book.record(actor, "tenants.user.deleted", user, before={"upn": user.upn})
    return user


@transaction.atomic
def restore_user(user: User, *, actor: Actor) -> tuple[User, str]:
    """Open a deleted account again, with a new temporary password (rules.md 5): answers both.

    Raises RuleBroken `restorePeriodOver` after DELETED_USER_DAYS.
    """
    require(actor, Permission.USER_RESTORE, user)
    user = _locked(user, "restore", actor)
    user.deleted_at = None
    secret = _give_temporary_password(user, "deleted_at")
    book.record(actor, "tenants.user.restored", user, after={"upn": user.upn})
    return user, secret


@transaction.atomic
def reset_password(user: User, *, actor: Actor) -> tuple[User, str]:
    """Replace the password by a temporary one, which the next sign-in must change: answers both.

    Sessions and tokens end, because whoever knew the old password may have made them. A blocked account stays blocked.
    """
    require(actor, Permission.USER_RESET_PASSWORD, user)
    user = _locked(user, "reset_password", actor)
    secret = _give_temporary_password(user)
    mail.queue("password_reset_for_you", [user], actor=actor.audit_identity()["name"])
    book.record(actor, "tenants.user.password_reset", user)
    return user, secret


def _locked(user: User, step: str, actor: Actor) -> User:
    """The person as it is now, locked, once the conditions and the account's state are certain."""
    user = User.objects.locked(user.pk)
    refuse_step(actor, step, user)
    return user


def _give_temporary_password(user: User, *changed: str) -> str:
    secret = new_temporary_password()
    user.password = make_password(secret)
    user.must_change_password = True
    _end_sessions(user, "password", "must_change_password", *changed)
    return secret


def _end_sessions(user: User, *changed: str) -> None:
    """Save what changed, and end every session and token of this person."""
    user.session_number += 1
    user.save(update_fields=["session_number", *changed])
    end_tokens(user)


def _check_upn(alias: str, upn: str) -> None:
    longest = User._meta.get_field("upn").max_length or 0
    if len(alias) > LONGEST_ALIAS or len(upn) > longest or not _ALIAS.fullmatch(alias):
        raise _wrong_alias()
    try:
        validate_email(upn)
    except ValidationError as problem:
        raise _wrong_alias() from problem


def _wrong_alias() -> InvalidInput:
    message = _("Use letters, digits, dots, hyphens and underscores.")
    return InvalidInput(
        message, code="invalidUserPrincipalName", details=[{"target": "alias", "message": str(message)}]
    )


def _name_taken(message: Text) -> RuleBroken:
    return RuleBroken(message, code="userPrincipalNameTaken", details=[{"target": "alias", "message": str(message)}])
