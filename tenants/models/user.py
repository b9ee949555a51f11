"""People. A user belongs to exactly one organisation and signs in with its user principal name."""

import uuid
from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tenants.models.tenant import Tenant
from tenants.permissions import Permission
from tenants.visibility import Tenancy, TenantQuerySet

# What an account may choose; the empty one leaves it to the browser.
LANGUAGES = [("", _("The browser's language")), *settings.LANGUAGES]


class UserQuerySet(TenantQuerySet["User"]):
    """What Django's sign-in machinery asks of a user manager."""

    def get_by_natural_key(self, upn: str | None) -> "User":
        return self.for_system("sign-in").get(upn=(upn or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Blocked: `is_active` is false. Deleted: `deleted_at` is set, and the account can be restored for a
    while.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="users", verbose_name=_("organisation"))
    upn = models.CharField(_("user principal name"), max_length=113, unique=True)
    email = models.EmailField(_("mail address"))
    display_name = models.CharField(_("display name"), max_length=256)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default=settings.PORTAL_TIME_ZONE)
    is_active = models.BooleanField(_("may sign in"), default=True)
    must_change_password = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1, db_default=1)  # of name and address: what their editor has read
    session_number = models.PositiveIntegerField(default=0)  # sessions opened under another number are over
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserQuerySet] = UserQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(read=Permission.USER_LIST, owner="id")
    USERNAME_FIELD = "upn"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ("display_name", "id")
        default_permissions = ()
        # What composite foreign keys of other rooms point at.
        constraints = [models.UniqueConstraint(fields=("id", "tenant"), name="user_and_its_tenant")]
        indexes = [models.Index(fields=("tenant", "display_name", "id"), name="user_list")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def owner_id(self) -> uuid.UUID:
        """A user is its own owner: `self` in the table of rights."""
        return self.id

    @property
    def is_staff(self) -> bool:
        """Only a break-glass superuser reads Django's admin; no person of a tenant is one."""
        return self.is_superuser

    def get_full_name(self) -> str:
        return self.display_name

    def get_session_auth_hash(self) -> str:
        """What each session carries: another password or another number, and every session that exists is over."""
        return self._session_mark(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the keys that are being retired."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_mark(secret)

    def _session_mark(self, secret: str | bytes | None) -> str:
        text = f"{self.session_number}:{self.password}"
        return salted_hmac("tenants.user.session", text, secret=secret, algorithm="sha256").hexdigest()
