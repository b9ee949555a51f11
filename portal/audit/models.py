"""Entries and the heads of their chains. Plain columns, no foreign keys upward: the book outlives what it tells of."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One deed. `mac` covers every other column and the entry before it; nobody changes or deletes a row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField(help_text=_("The organisation the deed is about: whose chain."))
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=256)
    actor_tenant_id = models.UUIDField(null=True)
    on_behalf_of_id = models.UUIDField(null=True)
    deed = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10)
    target_type = models.CharField(max_length=80)
    target_id = models.CharField(max_length=64)
    target_name = models.CharField(max_length=300)
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=("tenant_id", "sequence"), name="one_entry_per_place")]
        indexes = [
            models.Index(fields=("tenant_id", "-at", "-id"), name="audit_by_tenant"),
            models.Index(fields=("actor_tenant_id", "-at", "-id"), name="audit_by_actor_tenant"),
            models.Index(fields=("target_id", "-at", "-id"), name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id}/{self.sequence} {self.deed}"


class AuditHead(models.Model):
    """Where a chain ends, sealed with the key, so that a removed last entry shows.

    Not protected by row-level security: it holds numbers and hashes alone, and verbs on both sides of a border move it.
    Triggers let it move only to an entry that whoever moves it can see, one step at a time.
    """

    chain_id = models.UUIDField(primary_key=True, editable=False)
    sequence = models.PositiveBigIntegerField()
    mac = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.chain_id}/{self.sequence}"
