"""People: creating an account, blocking and unblocking, deleting and restoring, resetting a password."""

import secrets
import string

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.audit import book
from portal.errors import InvalidInput, RuleBroken
from tenants.access import Permission, require
from tenants.actor import Actor
from tenants.models import Tenant, User

ALPHABET = string.ascii_letters + string.digits


def new_temporary_password() -> str:
    """Sixteen letters and digits in groups of four: strong, and easy to read out."""
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(4))


@transaction.atomic
def create_user(
    tenant: Tenant, *, actor: Actor, alias: str, display_name: str, email: str = "", language: str = "", password: str = ""
) -> tuple[User, str]:
    """Open an account `alias@domain`. Answers the user and its temporary password, which is shown once and kept only as a hash.

    With `password` (the demo's scenes) the account is ready; otherwise the first sign-in must choose another one.
    """
    require(actor, Permission.USER_CREATE, tenant)
    upn = f"{alias}@{tenant.domain}".lower()
    _check_upn(upn)
    if User.objects.for_system("uniqueness").filter(upn=upn).exists():
        raise _name_taken(upn)
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
        raise _name_taken(upn) from clash
    book.record(actor, "tenants.user.created", user, after={"upn": upn, "display_name": display_name})
    return user, secret


def _check_upn(upn: str) -> None:
    try:
        validate_email(upn)
    except ValidationError as problem:
        raise _wrong_alias() from problem


def _wrong_alias() -> InvalidInput:
    message = _("Use letters, digits, dots, hyphens and underscores.")
    return InvalidInput(message, code="invalidUserPrincipalName", details=[{"target": "alias", "message": str(message)}])


def _name_taken(upn: str) -> RuleBroken:
    return RuleBroken(
        _("The sign-in name is already in use. Choose another one."),
        code="userPrincipalNameTaken",
        details=[{"target": "alias", "message": upn}],
    )
