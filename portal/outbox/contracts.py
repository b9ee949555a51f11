"""What a room hands to the outbox, and what it gets told about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DeliveryState = Literal["queued", "sending", "sent", "delayed", "parked", "acknowledged", "cancelled", "discarded"]

_LABELS: dict[DeliveryState, tuple[Promise, str]] = {
    "queued": (_("Waiting to be sent"), "info"),
    "sending": (_("Being sent"), "info"),
    "sent": (_("Sent, not yet received"), "info"),
    "delayed": (_("Delayed, being sent again"), "warning"),
    "parked": (_("Could not be delivered"), "danger"),
    "acknowledged": (_("Received by 21Vianet"), "success"),
    "cancelled": (_("Withdrawn before it was sent"), "neutral"),
    "discarded": (_("Given up: it will not be sent again"), "danger"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One message to be sent. `data` must obey the JSON Schema `portal/vianet/contract/<type>.v<version>.json`.

    `order_key`: messages with the same key reach 21Vianet strictly in the order in which they were enqueued.
    `dedupe_key`: at most 200 characters; the same key is enqueued once, whatever the caller does.
    `subject_id`: what the message is about (the escalation); `delivery_of` is asked by it, replies name it.
    `tenant_id`, `reach_partner_id`: the customer and the partner that row-level security lets read the row.
    """

    type: str
    version: int
    order_key: UUID
    dedupe_key: str
    tenant_id: UUID
    reach_partner_id: UUID | None
    subject_id: UUID
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far one message has come.

    `type` is the contract's, without its version. `state` is one of `DeliveryState`; `label` is a text for people,
    `tone` the badge's. `attempts` counts tries to send, `due_at` is the next moment at which something will happen,
    `sent_at` when the broker first took it.
    """

    type: str
    state: DeliveryState
    attempts: int
    due_at: datetime
    sent_at: datetime | None

    @property
    def label(self) -> Promise:
        """The state in words for people."""
        return _LABELS[self.state][0]

    @property
    def tone(self) -> str:
        """The badge's tone."""
        return _LABELS[self.state][1]

    @property
    def settled(self) -> bool:
        """Nothing more will happen by itself."""
        return self.state in {"acknowledged", "cancelled", "discarded"}

    @property
    def under_way(self) -> bool:
        """Something will happen by itself: it is sent, or its receipt comes."""
        return not self.settled and self.state != "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far the messages about one subject have come: `opening` is the first of them, `telling` the one that speaks
    for all: the oldest that is not settled or was given up by hand, else the last.
    """

    opening: Delivery
    telling: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message of 21Vianet as a handler sees it: verified, checked against its schema, in order and for the first
    time.

    `subject_id` is the escalation's id; `data` the schema's fields.
    """

    subject_id: UUID
    operator_seq: int
    data: Mapping[str, Any]


class UnknownSubject(Exception):
    """A handler raises it when it cannot find what the message is about: the message is parked, never dropped."""
