"""What the API has to remember: which POSTs it has already answered."""

import uuid

from django.db import models


class IdempotencyKey(models.Model):
    """The answer to one POST, kept so that the same POST sent again gets the same answer and acts once.

    Written in the transaction of the verb: a refused or failed POST leaves nothing and may be sent again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The caller's organisation, for row-level security; null for machines.
    tenant_id = models.UUIDField(null=True, editable=False)
    caller_id = models.UUIDField(editable=False)
    route = models.CharField(max_length=300)  # method and path
    key = models.CharField(max_length=255)
    payload_hash = models.CharField(max_length=64)  # SHA-256, hexadecimal
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["caller_id", "route", "key"], name="idempotency_key_once"),
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
