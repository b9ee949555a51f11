"""What ties a partner to a customer: the reseller relationship, the delegated-admin grant, and guardian's rows under
both.
"""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase

from tenants.models.tenant import Tenant
from tenants.models.user import User
from tenants.permissions import Permission
from tenants.services import Service
from tenants.visibility import Tenancy, TenantQuerySet


class ResellerRelationshipQuerySet(TenantQuerySet["ResellerRelationship"]):
    """Relationships, and those that have not ended."""

    def living(self) -> "ResellerRelationshipQuerySet":
        """By which a partner sells to a customer now."""
        return self.filter(ended_at=None)


class ResellerRelationship(models.Model):
    """A partner sells to a customer. Alive while `ended_at` is empty; only the partner can end it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="customer_relationships")
    customer = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="partner_relationships")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ResellerRelationshipQuerySet] = ResellerRelationshipQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(read=Permission.GRANT_READ, tenant="customer_id", partner="partner_id")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=("partner", "customer"), condition=models.Q(ended_at=None), name="one_living_relationship"
            )
        ]
        indexes = [models.Index(fields=("customer", "partner"), name="relationship_by_customer")]

    def __str__(self) -> str:
        return f"{self.partner} - {self.customer}"

    @property
    def tenant_id(self) -> uuid.UUID:
        """The customer owns what ties others to it."""
        return self.customer_id

    @property
    def reach_partner_id(self) -> uuid.UUID:
        """For another partner of the same customer there is nothing to end."""
        return self.partner_id


class Level(models.TextChoices):
    """How far a grant goes: as the customer's global admin, or as its password admin."""

    ADMIN = "admin", _("Administration")
    HELPDESK = "helpdesk", _("Helpdesk")


def last_moment(expires_at: datetime) -> datetime:
    """A grant that ends at midnight is in force until the day before: what is shown is the last moment with it."""
    return expires_at - timedelta(seconds=1)


class DelegatedAdminQuerySet(TenantQuerySet["DelegatedAdmin"]):
    """Grants, and those that are in force."""

    def in_force(self) -> "DelegatedAdminQuerySet":
        """Neither revoked nor expired, by the clock at this moment: no job is needed for a grant to end."""
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now()), revoked_at=None)


class DelegatedAdmin(models.Model):
    """A customer lets a partner administer it: one service, or all of them when `service` is empty; for ever, or until
    `expires_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="grants_held")
    customer = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="grants_made")
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.ADMIN)
    service = models.CharField(max_length=40, blank=True)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[DelegatedAdminQuerySet] = DelegatedAdminQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(read=Permission.GRANT_READ, tenant="customer_id")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=("partner", "customer", "service"),
                condition=models.Q(revoked_at=None),
                name="one_grant_per_service",
            ),
            models.CheckConstraint(name="grant_level", condition=models.Q(level__in=Level.values)),
            models.CheckConstraint(name="grant_service", condition=models.Q(service__in=["", *Service.values])),
        ]
        indexes = [models.Index(fields=("customer", "partner"), name="grant_by_customer")]

    def __str__(self) -> str:
        return f"{self.partner} - {self.customer}"

    @property
    def tenant_id(self) -> uuid.UUID:
        """The customer owns what ties others to it."""
        return self.customer_id

    @property
    def is_in_force(self) -> bool:
        """Neither revoked nor expired now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())


class TenantGroupPermission(GroupObjectPermissionBase):
    """Guardian's row: a partner's role group holds a permission on a customer. A real foreign key, indexed and
    cascading.
    """

    content_object = models.ForeignKey(Tenant, on_delete=models.CASCADE)

    class Meta(GroupObjectPermissionBase.Meta):
        indexes = [models.Index(fields=("content_object", "group", "permission"), name="tenant_group_permission")]
