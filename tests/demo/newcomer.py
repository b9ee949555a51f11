"""`python -m tests.demo.newcomer`: a newcomer's first minutes, for `.ci/run`. Needs git, make and a package index.

Clones the checkout into an empty folder, says `make demo` twice, and ends it as a supervisor does and as Ctrl-C does.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dev import ROOT
from tests.demo.process import Demo
from tests.servers.processes import free_port
from tests.waiting import wait_until

FIRST_SECONDS, SECOND_SECONDS = 300, 45
# A checkout that somebody else owns may be cloned all the same.
ANYBODYS = "[safe]\n\tdirectory = *\n"


def clone(folder: Path) -> Path:
    """The last commit, in a folder that was empty."""
    configuration = folder / "gitconfig"
    configuration.write_text(ANYBODYS)
    subprocess.run(
        ["git", "clone", "--quiet", str(ROOT), str(folder / "portal")],
        env={**os.environ, "GIT_CONFIG_GLOBAL": str(configuration)},
        check=True,
    )
    return folder / "portal"


def make_demo(folder: Path, port: int, seconds: float) -> Demo:
    """`make demo`, ready within so many seconds."""
    started = time.monotonic()
    demo = Demo(folder, port, command=["make", "demo", f"PORT={port}"])
    try:
        demo.is_ready(seconds)
    except AssertionError:
        demo.kill()
        raise
    print(f"Ready after {time.monotonic() - started:.0f} s.", flush=True)  # noqa: T201 - the log of CI
    return demo


def child_of(process: int) -> int:
    """The one process that `make` has started."""
    answer = Path(f"/proc/{process}/task/{process}/children").read_text()
    (child,) = map(int, answer.split())
    return child


def main() -> None:
    """Raises AssertionError with what the demo said."""
    with tempfile.TemporaryDirectory(prefix="portal-newcomer-") as name:
        folder, port = clone(Path(name)), free_port()

        first = make_demo(folder, port, FIRST_SECONDS)
        os.kill(child_of(first.process.pid), signal.SIGTERM)
        assert first.ends() == 0, first.said
        assert "Gathering the cast" in first.said, first.said
        assert first.leaves_nothing(), "A process is left, or the port is taken."

        second = make_demo(folder, port, SECOND_SECONDS)
        os.killpg(second.process.pid, signal.SIGINT)
        second.ends()
        assert "Keeping the data of the last run" in second.said, second.said
        assert second.said.count("Installing") == 0, second.said
        assert "The portal has stopped." in second.said, second.said
        wait_until(second.leaves_nothing, "the demo to leave nothing", 5)


if __name__ == "__main__":
    sys.exit(main())
