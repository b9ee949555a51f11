"""What a customer has chosen for its services; what may be chosen is declared in `tenants.service_settings`."""

import uuid
from typing import ClassVar

from django.db import models

from tenants.models.tenant import Tenant
from tenants.permissions import Permission
from tenants.visibility import Tenancy, TenantQuerySet


class ServiceSetting(models.Model):
    """The chosen value of one declared setting of one customer. A setting without a row has its default.

    `version` counts the changes; 0 stands for a setting that was never chosen. A grant for one service opens that
    service's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="service_settings")
    service = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    value = models.JSONField()
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[TenantQuerySet["ServiceSetting"]] = TenantQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(read=Permission.SETTING_READ, service="service")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=("tenant", "key"), name="one_value_per_setting")]

    def __str__(self) -> str:
        return self.key


class ServiceSettingChange(models.Model):
    """One line of a setting's history. `actor_name` is kept as it was; `on_behalf` says that the actor was the
    partner's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    before = models.JSONField()
    after = models.JSONField()
    actor_name = models.CharField(max_length=256)
    on_behalf = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TenantQuerySet["ServiceSettingChange"]] = TenantQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(read=Permission.SETTING_READ, service="service")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=("tenant", "key", "-changed_at", "-id"), name="setting_history")]

    def __str__(self) -> str:
        return self.key
