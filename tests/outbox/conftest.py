"""Every test of the pipe has queues of its own in memory, a closed circuit breaker and no handlers but its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings

from portal.outbox import consumer, handlers, wire
from portal.outbox.breaker import breaker
from portal.outbox.contracts import Inbound
from portal.vianet import contracts
from portal.vianet.simulator import Knobs, Simulator
from portal.vianet.transports import TO_PORTAL, TO_VIANET, Parcel, connect
from tests.threads import running

BUSINESS = (contracts.ACKNOWLEDGED, contracts.ANSWERED, contracts.REJECTED, contracts.RESOLVED)


@pytest.fixture(autouse=True)
def _own_wire(settings: LazySettings) -> Iterator[None]:
    settings.VIANET_QUEUE_URL = "memory://"
    settings.VIANET_QUEUE_PREFIX = f"test-{uuid4()}"
    wire.transport.cache_clear()
    breaker.record(worked=True)
    yield
    breaker.record(worked=True)
    wire.transport().close()
    wire.transport.cache_clear()


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Inbound]:
    """What the handlers of the room above were told; the test stands in for that room."""
    told: list[Inbound] = []
    monkeypatch.setattr(handlers, "_handlers", dict.fromkeys(BUSINESS, told.append))
    return told


def arrived(queue: str = TO_VIANET) -> list[Parcel]:
    """Take whatever lies in a queue of this test; every publisher of it has finished."""
    taken: list[Parcel] = []

    def take(batch: list[Parcel]) -> None:
        taken.extend(batch)

    looking = LooksTwice()
    wire.transport().consume(queue, take, looking)  # type: ignore[arg-type]  # a list is what every transport hands over
    return taken


class LooksTwice(threading.Event):
    """A stop that comes after two looks into the queue, however slow the machine is: no clock decides."""

    looks = 0

    def is_set(self) -> bool:
        self.looks += 1
        return self.looks > 2


@pytest.fixture
def vianet(settings: LazySettings, tmp_path: Path) -> Callable[..., Simulator]:
    """Make a 21Vianet that behaves as the knobs say; the test runs it or hands it messages."""

    def make(**knobs: float) -> Simulator:
        return Simulator(
            connect(settings.VIANET_QUEUE_URL, settings.VIANET_QUEUE_PREFIX),
            str(tmp_path / f"{uuid4()}.sqlite3"),
            verify_keys=[settings.VIANET_SIGNING_KEY],
            signing_key=settings.VIANET_VERIFY_KEYS[0],
            knobs=Knobs(**{"latency": 0.0, "patience": 0.5, **knobs}),  # type: ignore[arg-type]  # seed stays an integer
        )

    return make


@contextmanager
def at_work(simulator: Simulator) -> Iterator[None]:
    """21Vianet and the portal's consumer, each in a thread, as in the demo."""
    with running(simulator.run, consumer.consume_replies):
        yield


__all__ = ["TO_PORTAL", "TO_VIANET", "arrived", "at_work"]
