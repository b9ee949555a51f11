"""Letters to people: rows that commit with the verb and are sent later, by a worker, under a lease."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterState(models.TextChoices):
    """Where a letter is; one that FAILED waits for a person, who sends it again or discards it."""

    QUEUED = "queued", _("Waiting")
    LEASED = "leased", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


MAY_BECOME: dict[LetterState, frozenset[LetterState]] = {
    LetterState.QUEUED: frozenset({LetterState.LEASED}),
    LetterState.LEASED: frozenset(LetterState),  # taken over, given back, or settled
    LetterState.SENT: frozenset(),
    LetterState.FAILED: frozenset({LetterState.QUEUED}),  # only by hand
}


class Letter(models.Model):
    """One letter to one reader, rendered in the reader's language when it is sent, not when it is queued."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField(editable=False)  # the reader's organisation
    sender_id = models.UUIDField(null=True, editable=False)  # the organisation whose verb queued it; null for machines
    recipient_id = models.UUIDField(editable=False)  # the reader
    address = models.EmailField()
    recipient_name = models.CharField(max_length=256, blank=True)
    language = models.CharField(max_length=10)
    time_zone = models.CharField(max_length=64)
    template = models.CharField(max_length=100)
    context = models.JSONField(default=dict)
    secret = models.BooleanField(default=False)  # carries a one-time link: emptied even when it is given up
    state = models.CharField(max_length=10, choices=LetterState, default=LetterState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    # What was sent: the subject; in the demo, which shows it instead, the words too.
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    resent_at = models.DateTimeField(null=True)  # when a person had it sent again: its days count from here

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=LetterState.values), name="letter_state_known"),
            models.CheckConstraint(
                condition=models.Q(state=LetterState.LEASED, lease__isnull=False)
                | (~models.Q(state=LetterState.LEASED) & models.Q(lease__isnull=True)),
                name="letter_leased_by_one",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="letter_due",
                condition=models.Q(state__in=[LetterState.QUEUED, LetterState.LEASED]),
            ),
            models.Index(fields=["created_at"], name="letter_failed", condition=models.Q(state=LetterState.FAILED)),
            models.Index(fields=["recipient_id", "-created_at", "-id"], name="letter_mailbox"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.address}"
