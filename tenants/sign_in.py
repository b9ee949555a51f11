"""Finding and checking the person who signs in."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AbstractBaseUser

from tenants.models import User


class PortalBackend(AuthenticationBackend):
    """allauth's backend (sign-in name, password, throttled before hashing), on the portal's users."""

    def get_user(self, user_id: Any) -> User | None:
        """The signed-in person with its organisation, in one query; nobody when blocked or deleted."""
        users = User.objects.for_system("the session's own user").select_related("tenant")
        return users.filter(pk=user_id, is_active=True, deleted_at=None).first()

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        return super().user_can_authenticate(user) and getattr(user, "deleted_at", None) is None
