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
from threading import Event
from typing import Any, TypedDict

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from django.conf import settings  # noqa: E402 - Django has to be set up first
from django.db import connection  # noqa: E402 - Django has to be set up first

from portal.outbox import checkpoints, claiming, marking, tasks  # noqa: E402 - as above
from portal.outbox.claiming import Lease  # noqa: E402 - as above
from portal.outbox.consumer import consume_replies  # noqa: E402 - as above
from portal.outbox.models import OutboundMessage, State  # noqa: E402 - as above

# Set once the worker has been let past its checkpoint.
went_on = Event()


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
    MUTANTS[orders["mutant"]]()
    if orders["pause"]:
        pause_once(orders)
    say(orders, "ready")
    ROLES[orders["role"]](orders)


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
        went_on.set()

    checkpoints.watch(orders["pause"], barrier)


def dispatch(orders: Orders) -> None:
    """Only sends, so that the consumer's points are reached by the consumer. Says when it has written what it wanted
    to write after its checkpoint.
    """
    while True:
        tasks.deliver()
        if went_on.is_set():
            say(orders, "went on")
        time.sleep(0.05)


def sweep(_orders: Orders) -> None:
    """Everything that Celery's beat starts every five seconds."""
    while True:
        tasks.sweep()
        time.sleep(0.05)


def consume(_orders: Orders) -> None:
    """What `manage.py consume_replies` runs."""
    consume_replies(Event())


ROLES: dict[str, Callable[[Orders], None]] = {"dispatcher": dispatch, "sweeper": sweep, "consumer": consume}


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
