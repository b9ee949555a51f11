"""Organisations."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from tenants.permissions import Permission
from tenants.visibility import Tenancy, TenantQuerySet


class Kind(models.TextChoices):
    """The three sides of the portal."""

    OPERATOR = "operator", _("Operator")
    PARTNER = "partner", _("Partner")
    CUSTOMER = "customer", _("Customer")


class Standing(models.TextChoices):
    """A partner who does not pay is suspended by the operator: it may view, suspend and support, but not order."""

    GOOD = "good", _("In good standing")
    SUSPENDED = "suspended", pgettext_lazy("standing", "Suspended")


class Tenant(models.Model):
    """One organisation. `domain` is its initial domain, unique and never renamed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200)
    chinese_name = models.CharField(max_length=200, blank=True)
    domain = models.CharField(max_length=80, unique=True)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.GOOD)
    support_email = models.EmailField(blank=True)
    support_phone = models.CharField(max_length=40, blank=True)
    support_hours = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TenantQuerySet["Tenant"]] = TenantQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(read=Permission.CUSTOMER_READ, tenant="id")

    class Meta:
        ordering = ("name", "id")
        default_permissions = ()
        permissions = [
            ("see_customer", "See the customer"),
            ("manage_subscriptions", "Manage the customer's subscriptions"),
            ("administer_on_behalf", "Administer on behalf of the customer"),
            ("file_requests", "File requests to 21Vianet for the customer"),
        ]
        constraints = [
            models.CheckConstraint(name="tenant_kind", condition=models.Q(kind__in=Kind.values)),
            models.CheckConstraint(name="tenant_standing", condition=models.Q(standing__in=Standing.values)),
        ]

    def __str__(self) -> str:
        return localized(self.name, self.chinese_name)

    @property
    def tenant_id(self) -> uuid.UUID:
        """An organisation belongs to itself."""
        return self.id

    @property
    def in_good_standing(self) -> bool:
        """Whether the operator lets this partner order."""
        return self.standing == Standing.GOOD


def localized(name: str, chinese_name: str) -> str:
    """The name in the reader's language, as far as there is one."""
    return chinese_name if chinese_name and (get_language() or "").startswith("zh") else name
