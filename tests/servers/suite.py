"""The suite in two parts: what needs no browser on two workers, then the browser alone, because it counts seconds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType

from dev import WORKERS, find_chromium

NO_TESTS = 5
INTERRUPTED = 130


def parts(words: Sequence[str]) -> dict[str, list[str]]:
    """Name -> words for pytest. Words of the caller make one part of their own."""
    if words:
        return {"the tests named": list(words)}
    brief = ["--tb=short", "--show-capture=log"]  # not quiet: the header says which servers and roles were used
    # By file, in the order of the collection: see tests/conftest.py.
    spread = ["-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]
    wanted = {"tests": ["-m", "not browser", *spread, *brief]}
    if find_chromium():
        wanted["browser tests"] = ["-m", "browser", *brief]
    return wanted


def run(environment: Mapping[str, str], words: Sequence[str] = ()) -> int:
    """Run every part, also after a failure; returns the first code that is not zero."""
    codes = []
    for name, arguments in parts(words).items():
        started = time.monotonic()
        code = _pytest(arguments, environment)
        print(
            f"== {name}: {'passed' if code == 0 else f'ended with {code}'} in {time.monotonic() - started:.0f} s",
            flush=True,
        )
        codes.append(code)
        if code == INTERRUPTED:
            break
    return next((code for code in codes if code), 0)


def _pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    """One pytest process. Ctrl-C and SIGTERM let it put its things away; the caller then puts away the servers'."""
    process = subprocess.Popen([sys.executable, "-m", "pytest", *arguments], env=dict(environment))
    interrupted = False

    def pass_on(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted:
            process.send_signal(signal.SIGINT)
        interrupted = True

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return INTERRUPTED if interrupted else code


if __name__ == "__main__":
    sys.exit(run(os.environ))
