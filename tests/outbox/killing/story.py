"""The story: ten requests are escalated and commented on; workers and brokers die at the worst moments; everything
arrives once, and the portal's own handlers note it once.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from portal.audit.models import AuditEntry
from portal.database import now, transaction_as
from portal.demo import cast as demo_cast
from portal.outbox import checkpoints
from portal.outbox.models import InboundMessage, OutboundMessage, Outcome, State
from portal.vianet import contracts
from portal.vianet.desk import Desk
from portal.vianet.envelope import parse
from support.models import Escalation, EscalationState
from tests.books import rows
from tests.outbox.killing.brokers import Broker
from tests.outbox.killing.worker import Orders
from tests.support.conftest import Story
from tests.waiting import wait_until

QUICK: dict[str, Any] = {
    "OUTBOX_LEASE_SECONDS": 0.8,
    "OUTBOX_ACK_SECONDS": 0.8,
    "OUTBOX_RETRY_SECONDS": 0.05,
    "OUTBOX_BREAKER_SECONDS": 0.2,
    "OUTBOX_GAP_SECONDS": 1,
}
# So many before the broker loses everything for the first time, so many after it, and one for each consumer that dies.
HALF = 4
ESCALATIONS = 2 * HALF + 2


class Nursery:
    """The process that forks workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.outbox.killing.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fork(self, orders: Orders) -> int:
        """The new worker's process id."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(orders) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        """Kill every worker that still lives."""
        self.process.communicate(timeout=10)


class Worker:
    """A process of the portal; `pause` is the checkpoint at which it stops and waits to be killed."""

    def __init__(self, nursery: Nursery, broker: Broker, role: str, pause: str, mutant: str, **changes: float) -> None:
        self.folder = nursery.folder
        self.name = uuid4().hex
        self.pause = pause
        self.pid = nursery.fork(
            {
                "name": self.name,
                "folder": str(self.folder),
                "role": role,
                "pause": pause,
                "mutant": mutant,
                "database": str(connection.settings_dict["NAME"]),
                "settings": {**QUICK, **changes, "VIANET_QUEUE_URL": broker.url, "VIANET_QUEUE_PREFIX": broker.prefix},
            }
        )
        self.heard("ready")

    def heard(self, word: str) -> None:
        """Wait until it has said so."""
        wait_until((self.folder / f"{self.name}.{word}").exists, f"a worker to be {word}", 60)

    def reached(self) -> None:
        """Wait until it stands at its checkpoint."""
        self.heard(self.pause)

    def go_on(self) -> None:
        """Let it pass its checkpoint, and wait until its task has come to its end."""
        (self.folder / f"{self.name}.go").touch()
        self.heard("went on")

    def kill(self) -> None:
        """SIGKILL: nothing is put away."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def workers(broker: Broker, folder: Path, mutant: str) -> Iterator[Callable[..., Worker]]:
    """Start workers by role; whatever still lives at the end is killed."""
    nursery = Nursery(folder)
    try:
        yield lambda role, pause="", **changes: Worker(nursery, broker, role, pause, mutant, **changes)
    finally:
        nursery.close()


@contextmanager
def vianet(broker: Broker, books: Path) -> Iterator[None]:
    """21Vianet, as a process that knows nothing of Django."""
    environment = {
        **os.environ,
        "VIANET_QUEUE_URL": broker.url,
        "VIANET_QUEUE_PREFIX": broker.prefix,
        "SIMULATOR_VERIFY_KEYS": settings.VIANET_SIGNING_KEY,
        "SIMULATOR_SIGNING_KEY": settings.VIANET_VERIFY_KEYS[0],
    }
    command = [sys.executable, "-m", "portal.vianet.simulator", "--database", str(books)]
    process = subprocess.Popen([*command, "--latency", "0", "--patience", "0.5"], env=environment)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def tell(broker: Broker, books: Path, *, mutant: str = "", patience: float = 60) -> None:
    """Raises AssertionError when anything was lost, doubled, disordered or written by a worker that had no right to."""
    people = Story(demo_cast.load() if demo_cast.is_present() else demo_cast.build())
    with workers(broker, books.parent, mutant) as start:
        escalate(people, HALF)
        sent_and_lost(broker, start)
        escalate(people, HALF)
        late_worker(start)
        for point in (checkpoints.CLAIMED, checkpoints.PUBLISHED, checkpoints.MARKING):
            killed_at(start("dispatcher", point))
        broker.wipe()
        with vianet(broker, books):
            start("dispatcher")
            for point in (checkpoints.ACKNOWLEDGING, checkpoints.ACKNOWLEDGED):
                # A reply of its own: what the one before had fetched, nobody else gets before it is sent again.
                escalate(people, 1)
                killed_at(start("consumer", point))
            broker.wipe()
            start("consumer")
            start("sweeper")
            settled(patience)
    check(books)


def escalate(people: Story, number: int) -> None:
    """So many requests: Alice asks, Helen hands each on and adds to it."""
    for _ in range(number):
        about = people.ask()
        people.escalate(about)
        people.say(about, "helen")


def sent_and_lost(broker: Broker, start: Callable[..., Worker]) -> None:
    """Everything that may go first is published and marked, nobody has received it, and the broker loses it."""
    worker = start("dispatcher")
    wait_until(lambda: count(state=State.PUBLISHED) == HALF, "the first round to be published", 60)
    worker.kill()
    broker.wipe()


def late_worker(start: Callable[..., Worker]) -> None:
    """A worker sleeps after publishing until its lease has ended and another one has the messages."""
    late = start("dispatcher", checkpoints.PUBLISHED)
    late.reached()
    taken = leased_by(late)
    assert taken
    wait_until(lambda: not count(pk__in=taken, due_at__gte=now()), "the lease to end")
    # Its lease outlasts whatever the late worker does, however slow the machine is.
    second = start("dispatcher", checkpoints.CLAIMED, OUTBOX_LEASE_SECONDS=60)
    second.reached()
    assert taken <= leased_by(second), "The second worker did not take over."
    late.go_on()
    assert taken <= leased_by(second), "A worker whose lease had ended wrote over another worker's lease."
    late.kill()
    second.kill()
    with transaction_as(system="test"):
        OutboundMessage.objects.filter(pk__in=leased_by(second)).update(due_at=now())


def leased_by(worker: Worker) -> set[UUID]:
    """What the worker holds."""
    with transaction_as(system="test"):
        rows = OutboundMessage.objects.filter(state=State.LEASED, lease_owner__endswith=f":{worker.pid}")
        return set(rows.values_list("pk", flat=True))


def killed_at(worker: Worker) -> None:
    worker.reached()
    worker.kill()


def settled(patience: float) -> None:
    """Every message acknowledged, every case number noted."""
    wait_until(lambda: count(state=State.ACKED) == 2 * ESCALATIONS, "every message to be acknowledged", patience)
    wait_until(lambda: len(cases()) == ESCALATIONS, "every case number to be noted", patience)
    wait_until(all_applied, "every message of 21Vianet to be applied", patience)


def check(books: Path) -> None:
    """What the portal's database and 21Vianet's books must say in the end."""
    with transaction_as(system="test"):
        committed = list(OutboundMessage.objects.order_by("order_key", "order_seq"))
        assert all(row.acked_at for row in committed)
        receipted = receipts()
        assert len(receipted) == len(set(receipted)), "21Vianet's receipt was noted more than once."
        # A receipt that the broker lost comes again, because the message is sent again; unless the case number had said
        # meanwhile that the message is there, and that answers an escalation, never what was said after it.
        firsts = {str(row.pk) for row in committed if row.order_seq == 1}
        assert set(receipted) | firsts == {str(row.pk) for row in committed}, "A comment has no receipt."
        noted = AuditEntry.objects.filter(deed="support.escalation.acknowledged").values_list("data__id", flat=True)
        assert sorted(noted) == sorted(cases()), "A case number was noted more or less than once."
    desk = Desk(str(books))
    applied = [(row["order_key"], row["order_seq"], row["message_id"]) for row in rows(desk, "inbox")]
    opened = [(row["escalation_id"], desk.case_number(row["escalation_id"])) for row in rows(desk, "cases")]
    desk.close()
    assert sorted(opened) == sorted(cases().items()), "A case was opened more or less than once."
    assert sorted(applied) == sorted((str(row.order_key), row.order_seq, str(row.pk)) for row in committed)
    numbers: dict[str, list[int]] = {}
    for key, number, _ in applied:
        numbers.setdefault(key, []).append(number)
    assert all(number == [1, 2] for number in numbers.values()), "21Vianet applied something out of order."


def count(**condition: Any) -> int:
    with transaction_as(system="test"):
        return OutboundMessage.objects.filter(**condition).count()


def all_applied() -> bool:
    """What is ignored, refused or parked never becomes so."""
    with transaction_as(system="test"):
        return not InboundMessage.objects.exclude(outcome=Outcome.APPLIED).exists()


def receipts() -> list[str]:
    """The message of each receipt of 21Vianet that was applied."""
    applied = InboundMessage.objects.filter(type=contracts.RECEIPT, outcome=Outcome.APPLIED)
    return [parse(bytes(row.body)).data["message_id"] for row in applied]


def cases() -> dict[str, str]:
    """The case number of each escalation that has been acknowledged."""
    with transaction_as(system="test"):
        noted = Escalation.objects.for_system("a test").filter(state=EscalationState.ACKNOWLEDGED)
        return {str(pk): number for pk, number in noted.values_list("pk", "case_number")}
