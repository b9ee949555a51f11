"""What is on its way to 21Vianet, and what came back. The rows are the truth; a broker may be emptied at any time.

Tenants, partners and subjects are plain columns: this room knows no other. Every change of `OutboundMessage.state` is
one conditional UPDATE, so a late worker changes nothing; `MAY_BECOME` says which changes there are, and
`REPLY_MAY_BECOME` those of `InboundMessage.outcome`.
"""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from portal.database import now
from portal.vianet.envelope import MAX_BODY_BYTES


class State(models.TextChoices):
    """Where a message stands. `PUBLISHED` is not final: only 21Vianet's receipt is."""

    PENDING = "PENDING"  # waiting to be sent
    LEASED = "LEASED"  # being sent
    PUBLISHED = "PUBLISHED"  # sent, not yet received
    ACKED = "ACKED"  # received by 21Vianet
    DEAD = "DEAD"  # parked: needs a person
    HELD = "HELD"  # parked behind an earlier message
    CANCELLED = "CANCELLED"  # withdrawn before it was sent
    DISCARDED = "DISCARDED"  # parked, then given up by hand: 21Vianet may have seen it


MAY_BECOME: dict[State, frozenset[State]] = {
    State.PENDING: frozenset({State.LEASED, State.HELD, State.DEAD, State.ACKED, State.CANCELLED}),
    State.LEASED: frozenset({State.LEASED, State.PUBLISHED, State.PENDING, State.DEAD, State.ACKED}),
    State.PUBLISHED: frozenset({State.LEASED, State.PENDING, State.DEAD, State.ACKED}),
    State.DEAD: frozenset({State.PENDING, State.ACKED, State.DISCARDED}),
    State.HELD: frozenset({State.PENDING, State.ACKED, State.CANCELLED}),
    State.ACKED: frozenset(),
    State.CANCELLED: frozenset(),
    State.DISCARDED: frozenset(),
}
# A worker may take these once they are due.
CLAIMABLE = (State.PENDING, State.LEASED, State.PUBLISHED)
FINAL = (State.ACKED, State.CANCELLED, State.DISCARDED)


class OrderHead(models.Model):
    """One counter per order key, and the row that is locked while the next number is taken.

    A row is chosen over an advisory lock because it works alike on PostgreSQL and SQLite, needs no right to read the
    messages themselves (row-level security would hide those of a former partner, and `max()` would then give a number
    out twice), and two people who escalate at once simply wait for each other. The unique constraint on the message
    stays as the last word.

    `name` is `out:<order key>` for what the portal sends and `in:<subject>` for what 21Vianet sends.
    """

    name = models.CharField(max_length=300, primary_key=True)
    last_seq = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}@{self.last_seq}"

    @classmethod
    def locked(cls, name: str) -> Self:
        """The row, made if need be, and locked until the transaction ends."""
        cls.objects.bulk_create([cls(name=name)], ignore_conflicts=True)
        return cls.objects.select_for_update().get(pk=name)


class OutboundMessage(models.Model):
    """One message to 21Vianet. `id` is also the id in the envelope, by which 21Vianet drops duplicates.

    `due_at` is the next try while PENDING, the end of the lease while LEASED, the acknowledgement's deadline while
    PUBLISHED. `give_up_at` is when an undeliverable message is parked for a person.

    `attempts` numbers the tries for ever. `publishes` (the deadline grows with it), `failures` (broker errors in a row:
    the pause grows with it) and `refusals` begin anew when a person sends a parked message again. `restarted_at` is
    when that, or the end of a parked message before it, last let it go.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = models.UUIDField()
    reach_partner_id = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    order_key = models.UUIDField()
    order_seq = models.PositiveIntegerField()
    dedupe_key = models.CharField(max_length=200, unique=True)
    type = models.CharField(max_length=100)
    version = models.PositiveSmallIntegerField()
    envelope = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    due_at = models.DateTimeField(default=now)
    give_up_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True)
    lease_owner = models.CharField(max_length=100, blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    publishes = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0, db_default=0)
    refusals = models.PositiveSmallIntegerField(default=0)
    first_published_at = models.DateTimeField(null=True)
    acked_at = models.DateTimeField(null=True)
    operator_ref = models.CharField(max_length=100, blank=True, default="")
    last_error = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.DateTimeField(default=now)
    restarted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order_key", "order_seq"], name="outbox_order_unique"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="outbox_state_known"),
            models.CheckConstraint(
                condition=~Q(state=State.ACKED) | Q(acked_at__isnull=False), name="outbox_acked_has_moment"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.LEASED) | Q(lease_token__isnull=False), name="outbox_lease_has_token"
            ),
            models.CheckConstraint(condition=Q(order_seq__gte=1), name="outbox_order_from_one"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("envelope"), MAX_BODY_BYTES), name="outbox_envelope_short"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "created_at"], condition=Q(state__in=CLAIMABLE), name="outbox_due"),
            models.Index(fields=["order_key", "order_seq"], condition=~Q(state__in=FINAL), name="outbox_open"),
            models.Index(fields=["subject_id", "order_seq"], name="outbox_subject"),
            models.Index(fields=["created_at"], condition=Q(state=State.DEAD), name="outbox_parked"),
            models.Index(
                fields=["tenant_id", "reach_partner_id"],
                condition=Q(reach_partner_id__isnull=False),
                name="outbox_reach",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}.v{self.version} {self.order_key}#{self.order_seq}"


class Outcome(models.TextChoices):
    """What became of a message from 21Vianet."""

    RECEIVED = "RECEIVED"  # stored, waiting to be handled
    APPLIED = "APPLIED"
    IGNORED = "IGNORED"  # overtaken by a later message
    REFUSED = "REFUSED"  # by a rule of the portal
    PARKED = "PARKED"  # needs a person
    MALFORMED = "MALFORMED"  # not understood
    UNSIGNED = "UNSIGNED"  # not signed by 21Vianet
    STALE = "STALE"  # signed too long ago
    DISCARDED = "DISCARDED"  # given up by hand


REPLY_MAY_BECOME: dict[Outcome, frozenset[Outcome]] = {
    # One that kills every worker that handles it is never parked, and holds up what follows it: it may be given up.
    Outcome.RECEIVED: frozenset({Outcome.APPLIED, Outcome.IGNORED, Outcome.REFUSED, Outcome.PARKED, Outcome.DISCARDED}),
    Outcome.APPLIED: frozenset(),
    Outcome.IGNORED: frozenset({Outcome.RECEIVED}),
    Outcome.REFUSED: frozenset({Outcome.RECEIVED, Outcome.DISCARDED}),
    Outcome.PARKED: frozenset({Outcome.RECEIVED, Outcome.DISCARDED}),
    Outcome.MALFORMED: frozenset({Outcome.RECEIVED, Outcome.DISCARDED}),
    Outcome.UNSIGNED: frozenset(),
    Outcome.STALE: frozenset(),
    Outcome.DISCARDED: frozenset(),
}
# Nothing more happens to these by itself: a person handles them again or gives them up.
NEEDS_A_PERSON = (Outcome.PARKED, Outcome.REFUSED, Outcome.MALFORMED)

# The condition of an index, so every query that is to use it repeats it to the letter.
HAS_BODY = GreaterThan(Length("body"), 0)


class InboundMessage(models.Model):
    """One message from 21Vianet, stored before it is handled. Ids and outcomes are kept for ever: they are the
    protection against replays. Bodies are emptied after INBOX_BODY_DAYS.

    `id` is the event's id when its signature held and was fresh; otherwise `<outcome>:<sha256 of the body>`, so that a
    forger, or whoever recorded a message, cannot take an id that a rightful one will need. `seen` counts every arrival.
    `forced`: a person asked for it to be handled whatever came after it.
    """

    id = models.CharField(max_length=255, primary_key=True)
    type = models.CharField(max_length=255, blank=True, default="")
    subject_id = models.UUIDField(null=True)
    operator_seq = models.PositiveIntegerField(null=True)
    body = models.BinaryField()
    signature = models.CharField(max_length=500, blank=True, default="")
    received_at = models.DateTimeField(default=now)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RECEIVED)
    reason = models.CharField(max_length=1000, blank=True, default="")
    seen = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(default=0)
    forced = models.BooleanField(default=False)
    due_at = models.DateTimeField(default=now)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="inbox_outcome_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "received_at"], condition=Q(outcome=Outcome.RECEIVED), name="inbox_due"),
            models.Index(fields=["subject_id", "operator_seq"], name="inbox_subject"),
            models.Index(fields=["received_at"], condition=Q(outcome__in=NEEDS_A_PERSON), name="inbox_needs_a_person"),
            models.Index(fields=["received_at"], condition=Q(HAS_BODY), name="inbox_body"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"
