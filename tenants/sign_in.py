"""Finding and checking the person who signs in, and the letters that sign-in sends."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.stagekit import clear_login
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from portal import mail
from portal.database import transaction_as
from portal.web import redirect_to, toast
from tenants.actions.account import choose_password
from tenants.actor import Actor, acting_as
from tenants.models import User

BLOCKED = _("This account is blocked. Ask an admin of your organisation.")
DELETED = _("This account is deleted. Ask an admin of your organisation to restore it.")


class PortalBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is published without types
    """allauth's backend (sign-in name, password, throttled before hashing), on the portal's users."""

    def get_user(self, user_id: Any) -> User | None:
        """The signed-in person with its organisation, in one query; nobody when blocked or deleted."""
        users = User.objects.for_system("the session's own user").select_related("tenant")
        return users.filter(pk=user_id, is_active=True, deleted_at=None).first()

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        return isinstance(user, User) and user.is_active and user.deleted_at is None


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # as above
    """No self-registration; letters go through the portal's own mail, with links to its configured address."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The sign-in name or the password is not right."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes and try again."),
    }

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *more: Any, **details: Any
    ) -> None:
        """Arriving says that signing in worked; the words would be in the language of whoever sat here before."""
        if message_template not in {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}:
            super().add_message(request, level, message_template, *more, **details)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures are counted for a sign-in name at one address: elsewhere its owner still signs in."""
        name = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{name}|{ratelimit.get_ip(request)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Failures are counted for the name at all addresses together as well, with a much higher limit."""
        super().pre_authenticate(request, **credentials)
        name = super()._get_login_attempts_cache_key(request, **credentials)
        anywhere = ratelimit.consume(request, app="allauth.account", action="login_failed_anywhere", key=name)
        if not anywhere:
            self._rollback_login_failed_rl_usage()
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage += anywhere.usage

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **details: Any) -> HttpResponse | None:
        """allauth asks of the account only whether it is blocked."""
        if isinstance(user, User) and user.deleted_at is not None:
            clear_login(request)
            return self.respond_user_inactive(request, user)
        answer: HttpResponse | None = super().pre_login(request, user, **details)
        return answer

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Told only to who knows the password: a stranger learns nothing about the account."""
        deleted = isinstance(user, User) and user.deleted_at is not None
        toast(request, DELETED if deleted else BLOCKED, "danger")
        return redirect_to(request, "account_login")

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """A temporary password cannot become one's own: whoever handed it over knows it."""
        chosen: str = super().clean_password(password, user)
        if isinstance(user, User) and user.must_change_password and user.check_password(chosen):
            raise ValidationError(_("Choose a password other than the temporary one."), code="passwordUnchanged")
        return chosen

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """allauth goes on with `user`: the session that chose the password lives by its new state."""
        if not isinstance(user, User):
            raise TypeError("The portal signs in its own users only.")
        password_hash = make_password(password)
        with acting_as(Actor.of(user)) as actor:
            chosen = choose_password(password_hash, actor=actor)
        user.password, user.must_change_password = chosen.password, chosen.must_change_password

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """On to work: who had to choose a password at the first sign-in wants to get somewhere."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Queue the letter with its one-time link; the row forgets the link once it is sent."""
        if not user.is_active or user.deleted_at is not None:
            return
        path = urlsplit(context["password_reset_url"]).path
        with transaction_as(system="sign-in"):
            mail.queue("password_reset", [user], secret=True, path=path)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth's other letters are not sent: the portal has neither registration nor address changes."""
