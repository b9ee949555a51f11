"""What every transport offers: publish a batch with one answer per message, and consume in batches until told to
stop.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from threading import Event
from typing import Protocol


class Temporary(Exception):
    """The broker did not take a message, or may not have; the same message may be published again later."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What travels: the unchanging body and the headers of this attempt."""

    id: str
    body: bytes
    headers: Mapping[str, object] = field(default_factory=dict)


# Receives a batch. When it returns, the whole batch is acknowledged to the broker; when it raises `Temporary`, the
# batch is delivered again later. It raises nothing else.
Receiver = Callable[[Sequence[Parcel]], None]

TO_VIANET = "to-vianet"
TO_PORTAL = "to-portal"
BATCH = 100
# How long `consume` waits for a message before it looks whether it should stop.
PATIENCE_SECONDS = 0.25


class Transport(Protocol):
    """One way to a broker. Publishing is safe from several threads; each `consume` has a connection of its own."""

    def publish(self, queue: str, parcels: Sequence[Parcel], until: float = inf) -> list[Temporary | None]:
        """One answer per parcel, in their order: None when the broker has taken it.

        Parcels whose turn has not come by `until` (seconds of `time.monotonic`) are not tried and have no answer.
        """

    def consume(self, queue: str, receiver: Receiver, stop: Event) -> None:
        """Hand what arrives to `receiver` until `stop` is set; survives the broker's absence."""

    def close(self) -> None:
        """Give the connections back."""
