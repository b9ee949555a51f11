"""The nursery: a process that has loaded Django once and forks a worker for every line that it reads.

A worker runs the portal's own code, with a pause at one checkpoint if asked. It speaks through files in a folder:
it writes `<name>.<word>`, and waits at its checkpoint for `<name>.go`.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypedDict
from uuid import UUID

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.conf import settings  # noqa: E402 - Django has to be set up first
from django.db import connection  # noqa: E402 - Django has to be set up first

from portal.outbox import checkpoints, claiming, handlers, handling, marking, tasks  # noqa: E402 - as above
from portal.outbox.claiming import Lease  # noqa: E402 - as above
from portal.outbox.consumer import consume_replies  # noqa: E402 - as above
from portal.outbox.contracts import Inbound  # noqa: E402 - as above
from portal.outbox.models import OrderHead, OutboundMessage, State  # noqa: E402 - as above
from portal.vianet import contracts  # noqa: E402 - as above


class Orders(TypedDict):
    """What a worker is to be. `settings` replace those of the test run; `mutant` plants a fault by name."""

    name: str
    folder: str
    role: str
    pause: str
    mutant: str
    database: str
    settings: dict[str, Any]


def nurse() -> None:
    """Fork a worker per line of standard input, answer with its process id; at the end of the input kill them all."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children = []
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(json.loads(line))
        children.append(pid)
        print(pid, flush=True)  # noqa: T201 - the answer
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def work(orders: Orders) -> None:
    """Never returns by itself: the test kills it."""
    connection.settings_dict["NAME"] = orders["database"]
    for name, value in orders["settings"].items():
        setattr(settings, name, value)
    keep_a_ledger()
    MUTANTS[orders["mutant"]]()
    if orders["pause"]:
        pause_once(orders)
    say(orders, "ready")
    ROLES[orders["role"]]()


def say(orders: Orders, word: str) -> None:
    """Tell the test."""
    (Path(orders["folder"]) / f"{orders['name']}.{word}").touch()


def pause_once(orders: Orders) -> None:
    """At the point, tell the test and wait for its word. Killed or told to go on: the test decides."""
    passed = Event()

    def barrier() -> None:
        if passed.is_set():
            return
        passed.set()
        say(orders, orders["pause"])
        while not (Path(orders["folder"]) / f"{orders['name']}.go").exists():
            time.sleep(0.01)
        Thread(target=lambda: (time.sleep(0.3), say(orders, "went on")), daemon=True).start()

    checkpoints.watch(orders["pause"], barrier)


def dispatch() -> None:
    """Only sends, so that the consumer's points are reached by the consumer."""
    while True:
        tasks.deliver()
        time.sleep(0.05)


def sweep() -> None:
    """Everything that Celery's beat starts every five seconds."""
    while True:
        tasks.sweep()
        time.sleep(0.05)


def consume() -> None:
    """What `manage.py consume_replies` runs."""
    consume_replies(Event())


ROLES: dict[str, Callable[[], None]] = {"dispatcher": dispatch, "sweeper": sweep, "consumer": consume}


def keep_a_ledger() -> None:
    """Count, in the very transactions of the portal's code, what must happen exactly once."""
    truly_acknowledge = handling.acknowledge

    def acknowledge(message_id: UUID, operator_ref: str = "") -> bool:
        news = truly_acknowledge(message_id, operator_ref)
        if news:
            note(f"acknowledged:{message_id}")
        return news

    def open_case(told: Inbound) -> None:
        note(f"case:{told.subject_id}")

    handling.acknowledge = acknowledge
    handlers._handlers.clear()
    handlers.register(contracts.ACKNOWLEDGED, open_case)


def note(name: str) -> None:
    """One more of these."""
    entry = OrderHead.locked(name)
    entry.last_seq += 1
    entry.save(update_fields=["last_seq"])


def no_fault() -> None:
    """The product as it is."""


def mark_without_token() -> None:
    """A worker writes its result whoever holds the message now."""

    def held_by_anybody(leases: list[Lease]) -> Any:
        return OutboundMessage.objects.filter(pk__in=[lease.message_id for lease in leases], state=State.LEASED)

    marking.held_by = held_by_anybody  # type: ignore[assignment]  # the planted fault


def published_is_final() -> None:
    """What the broker has taken is never sent again."""
    claiming.CLAIMABLE = (State.PENDING, State.LEASED)  # type: ignore[assignment]  # the planted fault


MUTANTS: dict[str, Callable[[], None]] = {
    "": no_fault,
    "no token": mark_without_token,
    "published is final": published_is_final,
}

if __name__ == "__main__":
    nurse()
