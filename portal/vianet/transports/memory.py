"""Queues inside one process, for the demo and the tests. A message that was not acknowledged is delivered again."""

import queue
from collections import defaultdict
from collections.abc import Sequence
from math import inf
from threading import Event, Lock

from portal.vianet.transports.base import BATCH, PATIENCE_SECONDS, Parcel, Receiver, Temporary

_queues: defaultdict[str, "queue.Queue[Parcel]"] = defaultdict(queue.Queue)
_opening = Lock()


def _open(name: str) -> "queue.Queue[Parcel]":
    with _opening:
        return _queues[name]


class MemoryTransport:
    """`memory://`: both sides have to live in this process."""

    def __init__(self, url: str, prefix: str) -> None:
        self.prefix = prefix

    def publish(self, queue: str, parcels: Sequence[Parcel], until: float = inf) -> list[Temporary | None]:
        """Always taken, and at once."""
        target = _open(f"{self.prefix}.{queue}")
        for parcel in parcels:
            target.put(parcel)
        return [None] * len(parcels)

    def consume(self, queue: str, receiver: Receiver, stop: Event) -> None:
        """As the protocol says."""
        source = _open(f"{self.prefix}.{queue}")
        while not stop.is_set():
            batch = _take(source)
            if not batch:
                continue
            try:
                receiver(batch)
            except Temporary:
                for parcel in batch:
                    source.put(parcel)
                stop.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        """Nothing to give back."""


def _take(source: "queue.Queue[Parcel]") -> list[Parcel]:
    batch: list[Parcel] = []
    try:
        batch.append(source.get(timeout=PATIENCE_SECONDS))
        while len(batch) < BATCH:
            batch.append(source.get_nowait())
    except queue.Empty:
        pass
    return batch
