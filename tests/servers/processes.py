"""Private servers: started on a free port of the loopback, ended by the process that started them."""

import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Above the well-known ports, below those that the kernel hands to outgoing connections (32768 on Linux).
PORTS = range(20000, 32000)


def free_port() -> int:
    """A port that nobody listens on now."""
    for port in random.sample(PORTS, 50):  # noqa: S311 - two runs should differ; nothing is guarded by it
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("No free port between 20000 and 32000.")


def program(name: str, *folders: str) -> str:
    """The path of a server's program: on PATH, else in the newest of `folders` (glob patterns); empty when absent."""
    if found := shutil.which(name):
        return found
    installed = [path for folder in folders for path in sorted(Path("/").glob(folder), reverse=True)]
    return next((str(path / name) for path in installed if (path / name).exists()), "")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose name a server runs in; empty is the caller's own."""

    user: int | None = None
    group: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """No further groups for somebody else; the caller keeps theirs."""
        return None if self.user is None else []


def unprivileged(*names: str) -> Account:
    """For a server that refuses to run as root: the first of the accounts that exists, if the caller is root."""
    if os.geteuid() != 0:
        return Account()
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = next(known[name] for name in (*names, "nobody") if name in known)
    return Account(entry.pw_uid, entry.pw_gid)


@contextmanager
def private_folder(owner: Account) -> Iterator[Path]:
    """A temporary folder that the server's user owns."""
    folder = Path(tempfile.mkdtemp(prefix="portal-server-"))
    try:
        if owner.user is not None and owner.group is not None:
            os.chown(folder, owner.user, owner.group)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    command: Sequence[str], folder: Path, answers: Callable[[], bool], stop_signal: int, owner: Account
) -> Iterator[None]:
    """Start a server in a session of its own (a Ctrl-C for the tests passes it by), wait until it answers, end it."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=owner.user,
            group=owner.group,
            extra_groups=owner.groups,
        )
    try:
        _wait_for(process, answers, folder / "server.log")
        yield
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], answers: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + 30
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)
