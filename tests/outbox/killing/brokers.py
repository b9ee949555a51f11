"""Brokers that can lose everything: a Redis server of the test's own, and queues of its own on RabbitMQ."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from portal.vianet.transports import TO_PORTAL, TO_VIANET, connect
from tests.queues import remove
from tests.servers.brokers import redis_answers
from tests.servers.processes import free_port, program
from tests.waiting import wait_until


class Broker(Protocol):
    """Where to reach it, and how to make it forget."""

    url: str
    prefix: str

    def wipe(self) -> None:
        """Lose every message."""


class Redis:
    """A server with a directory of its own; wiping kills it, deletes the directory and starts it again."""

    def __init__(self) -> None:
        self.prefix = "kill"
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.folder = Path(tempfile.mkdtemp(prefix="portal-kill-"))
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        self.folder.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [
                program("redis-server", "opt/homebrew/bin"),
                *("--port", str(self.port), "--bind", "127.0.0.1"),
                *("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "always"),
            ],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(lambda: redis_answers(self.url), "Redis to start", 10)
        return process

    def _kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder)

    def wipe(self) -> None:
        """Power failure and a lost disk."""
        self._kill()
        self.process = self._start()

    def close(self) -> None:
        """End it for good."""
        self._kill()


class RabbitMQ:
    """Two queues on the shared server; wiping deletes them."""

    def __init__(self, url: str, prefix: str) -> None:
        self.url = url
        self.prefix = f"{prefix}-kill-{uuid4().hex[:8]}"

    def wipe(self) -> None:
        """Somebody deletes the queues."""
        self.close()

    def close(self) -> None:
        """Leave nothing behind."""
        transport = connect(self.url, self.prefix)
        for queue in (TO_VIANET, TO_PORTAL):
            remove(transport, queue)
        transport.close()


@contextmanager
def closing_broker(broker: Redis | RabbitMQ) -> Iterator[Broker]:
    """The broker, ended afterwards."""
    try:
        yield broker
    finally:
        broker.close()
