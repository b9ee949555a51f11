"""Bearer tokens for REST clients."""

import hashlib
import secrets
import uuid
from typing import Any, ClassVar

from django.db import models

from tenants.models.tenant import Tenant
from tenants.models.user import User

ALL_SCOPES = "*"


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    """Tokens, and those that a person may know of."""

    def within_reach(self, actor: Any) -> "AccessTokenQuerySet":
        """One's own: that a colleague has a token is nobody else's to know."""
        return self.filter(user_id=actor.user_id).select_related("user", "customer")


class AccessToken(models.Model):
    """A secret that speaks for one person until it expires. Only its SHA-256 is kept.

    `scopes` lists the rights it may use, or holds `*`. With `customer` it reaches that organisation only, and Graph's
    paths without a tenant mean it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    customer = models.ForeignKey(Tenant, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AccessTokenQuerySet] = AccessTokenQuerySet.as_manager()  # type: ignore[assignment]  # the manager forwards to the queryset

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    @property
    def tenant_id(self) -> uuid.UUID:
        """The organisation of the person for whom it speaks."""
        return self.user.tenant_id

    @property
    def owner_id(self) -> uuid.UUID:
        """That person: `self` in the table of rights."""
        return self.user_id

    @staticmethod
    def new_secret() -> str:
        """A fresh secret of 256 bits, with a prefix that secret scanners can find."""
        return "vpt_" + secrets.token_urlsafe(32)

    @staticmethod
    def digest_of(secret: str) -> str:
        """What is stored in place of the secret."""
        return hashlib.sha256(secret.encode()).hexdigest()
