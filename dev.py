#!/usr/bin/env python3
"""Every task of a developer, with nothing but Python: `python3 dev.py` lists them. `make NAME` does the same."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
LOWEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.13", "python3.12", "python3.11")
# The first is Chromium without its own windows: it shows the same pages, and opens one in a third of the time.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
# A developer's own servers must leak into nothing: the demo would fill them, a test run would empty them.
SERVICE_NAMES = ("DATABASE_URL", "REDIS_URL", "RABBITMQ_URL", "CELERY_BROKER_URL", "VIANET_QUEUE_URL", "PORTAL_PROFILE")
# The browser's packages are needed in any case: the modules of its tests import them before anything can be skipped.
TEST_LOCKS = ("run", "test", "browser")
WORKERS = str(min(os.cpu_count() or 1, 2))


def say(text: str) -> None:
    print(text, flush=True)


def stop(text: str) -> None:
    sys.exit(f"\n{text}")


# --- Python and the packages ---


def use_new_enough_python() -> None:
    """Start again under a newer Python of this machine when this one is too old."""
    if sys.version_info >= LOWEST_PYTHON:
        return
    for name in NEWER_PYTHONS:
        newer = shutil.which(name)
        if newer:
            sys.exit(subprocess.call([newer, *sys.argv]))
    stop(
        "The portal needs Python 3.11 or newer; this is {}.{}.\n"
        "Install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13) "
        "and run the same command again.".format(*sys.version_info)
    )


def venv_works() -> bool:
    if not PYTHON.exists():
        return False
    probe = f"import sys, pip; sys.exit(sys.version_info < {LOWEST_PYTHON})"
    try:
        return subprocess.run([str(PYTHON), "-c", probe], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """Create `.venv`, or create it anew when its Python is gone, too old, or was never finished."""
    if venv_works():
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        stop(
            "This Python cannot make virtual environments: its venv module is missing.\n"
            "On Debian and Ubuntu: apt-get install python3-venv"
        )
    say(f"Making .venv with Python {sys.version.split()[0]} ...")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        stop(f"Could not make {VENV}:\n{made.stdout}{made.stderr}\nOn Debian and Ubuntu: apt-get install python3-venv")


def fingerprint(lock: Path) -> str:
    version = subprocess.run(
        [str(PYTHON), "-c", "import sys; print(sys.version)"], capture_output=True, text=True, check=True
    )
    return hashlib.sha256(lock.read_bytes() + version.stdout.encode()).hexdigest()


def install(*names: str) -> None:
    """Bring `.venv` up to the named locks; does nothing when a stamp says that it is."""
    make_venv()
    wanted = {VENV / f"{name}.stamp": fingerprint(REQUIREMENTS / f"{name}.lock") for name in names}
    stale = [stamp for stamp, mark in wanted.items() if not stamp.exists() or stamp.read_text() != mark]
    if not stale:
        return
    locks = [str(REQUIREMENTS / f"{stamp.stem}.lock") for stamp in stale]
    count = sum(line.count("==") for lock in locks for line in Path(lock).read_text().splitlines())
    from_files = [word for lock in locks for word in ("-r", lock)]
    say(f"Installing {count} packages ({', '.join(stamp.stem for stamp in stale)}) into .venv ...")
    if not (install_with_uv(from_files) or install_with_pip(from_files)):
        stop(
            "Could not install the packages (see above). Is this machine offline, or behind a proxy?\n"
            "pip reads its usual configuration (pip.conf, PIP_INDEX_URL, HTTPS_PROXY). Nothing was started."
        )
    for stamp in stale:
        stamp.write_text(wanted[stamp])


def install_with_uv(from_files: list[str]) -> bool:
    """Faster where uv is at hand; it does not read pip's configuration, so pip has the last word."""
    uv = shutil.which("uv")
    if not uv:
        return False
    command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", *from_files]
    if run_with_clock(command, show_failure=False):
        return True
    say("uv could not do it; trying pip ...")
    return False


def install_with_pip(from_files: list[str]) -> bool:
    options = ["--require-hashes", "-qq", "--no-compile", "--disable-pip-version-check", "--no-input"]
    return run_with_clock([str(PYTHON), "-m", "pip", "install", *options, *from_files])


def run_with_clock(command: list[str], show_failure: bool = True) -> bool:
    """Run a silent command, showing that time passes: every second on a terminal, every ten in a log."""
    started, shown = time.monotonic(), 0
    every = 1 if sys.stdout.isatty() else 10
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT)
        with ended_with_us(process):
            while process.poll() is None:
                time.sleep(0.1)
                seconds = int(time.monotonic() - started)
                if seconds >= shown + every:
                    shown = seconds
                    print(f"  ... {seconds} s", end="\r" if every == 1 else "\n", flush=True)
        say(f"  {'done' if process.returncode == 0 else 'failed'} after {time.monotonic() - started:.0f} s")
        if process.returncode and show_failure:
            output.seek(0)
            say(output.read()[-3000:])
    return process.returncode == 0


# --- Running things ---


@contextmanager
def ended_with_us(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> Iterator[None]:
    """What interrupts this program ends the process that it waits for."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def python(*words: str, **environment: str) -> None:
    """Run `.venv`'s Python; a failure ends this program with the same code."""
    process = subprocess.Popen([str(PYTHON), *words], cwd=ROOT, env={**os.environ, **environment})
    with ended_with_us(process):
        code = process.wait()
    if code:
        sys.exit(code)


def become(*words: str, **environment: str) -> None:
    """Turn into `.venv`'s Python, so that Ctrl-C and SIGTERM reach it directly."""
    command = [str(PYTHON), *words]
    os.environ.update(environment)
    os.chdir(ROOT)
    if WINDOWS:
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def find_chromium() -> str:
    """The path of a Chromium or Chrome: `CHROMIUM` in the environment, else what is installed, else an empty string."""
    candidates = [os.environ.get("CHROMIUM"), *BROWSERS, str(MAC_BROWSER)]
    return next((found for name in candidates if name and (found := shutil.which(name))), "")


def mention_browser() -> None:
    """Say so when there is no browser; in CI that is a failure."""
    if find_chromium():
        return
    advice = "No Chromium found: apt-get install chromium (or set CHROMIUM to its path)."
    if os.environ.get("CI") == "true":
        stop(f"{advice} In CI the browser tests must run.")
    say(f"Browser tests are skipped. {advice}")


# --- The verbs ---


def demo(words: list[str]) -> None:
    """The whole portal in one process, with a story in it (PORT=8000, RESET=1 starts the story anew)"""
    install("run")
    python("-m", "portal.catalogues")
    become("manage.py", "demo", *words, PORTAL_PROFILE="demo")


def test(words: list[str]) -> None:
    """Every test that needs no server, on SQLite; browser tests too when Chromium is found"""
    mention_browser()
    install(*TEST_LOCKS)
    if words:
        become("-m", "pytest", *words)
    else:
        python("-m", "tests.servers.suite")


def test_pg(words: list[str]) -> None:
    """The same on PostgreSQL, with Redis and RabbitMQ (DATABASE_URL, REDIS_URL, RABBITMQ_URL)"""
    mention_browser()
    install(*TEST_LOCKS)
    become("-m", "tests.servers", *words)


def lint(words: list[str]) -> None:
    """Style, types, layers, missing migrations, system checks"""
    install("run", "test", "lint")
    # The migrations are compared with the models, not with anybody's data.
    os.environ |= {"PORTAL_PROFILE": "test", "DATABASE_URL": "sqlite://:memory:"}
    checks = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy"],
        "import-linter": ["-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"],
        "makemigrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
        "check": ["manage.py", "check", "--fail-level", "WARNING"],
    }
    failed = []
    for name, command in checks.items():
        say(f"-- {name}")
        if subprocess.call([str(PYTHON), *command], cwd=ROOT):
            failed.append(name)
    if failed:
        stop(f"Failed: {', '.join(failed)}.")


def fix(words: list[str]) -> None:
    """Let ruff repair style and order of imports"""
    install("lint")
    python("-m", "ruff", "check", "--fix", ".")
    python("-m", "ruff", "format", ".")


def fences(words: list[str]) -> None:
    """Only the rules that a machine checks (tests/fences)"""
    install("run", "test")
    become("-m", "pytest", "tests/fences", *words)


def docs(words: list[str]) -> None:
    """Write the generated documents anew"""
    install("run")
    become("manage.py", "makedocs", *words, PORTAL_PROFILE="demo")


def messages(words: list[str]) -> None:
    """Gather every text into the .po files (needs gettext), then compile"""
    install("run")
    if not shutil.which("xgettext"):
        stop("Gathering texts needs xgettext: apt-get install gettext (macOS: brew install gettext).")
    become("-m", "portal.catalogues", "extract")


def lock(words: list[str]) -> None:
    """Resolve requirements/*.in anew into the hashed locks (needs uv and an index)"""
    uv = shutil.which("uv")
    if not uv:
        stop("Locking needs uv: pipx install uv, or pip install uv in an environment of its own.")
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    options += ["--no-emit-index-url", "--no-emit-find-links", "--quiet", *words]
    smaller: list[str] = []
    for name in ("run", "test", "browser", "lint"):
        command = [str(uv), "pip", "compile", f"{name}.in", *options, *smaller, "-o", f"{name}.lock"]
        if subprocess.call(command, cwd=REQUIREMENTS):
            stop(f"requirements/{name}.lock was not renewed.")
        smaller += ["-c", f"{name}.lock"]


VERBS = {
    "demo": demo,
    "test": test,
    "test-pg": test_pg,
    "lint": lint,
    "fix": fix,
    "fences": fences,
    "docs": docs,
    "messages": messages,
    "lock": lock,
}


def interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM unwinds like Ctrl-C, so that nothing is left running."""
    raise KeyboardInterrupt


def main(words: list[str]) -> None:
    if not words or words[0] in ("help", "-h", "--help"):
        say("make NAME, or python3 dev.py NAME:\n")
        for name, verb in VERBS.items():
            say(f"  {name:<9} {verb.__doc__}")
        return
    if words[0] not in VERBS:
        stop(f"There is no {words[0]!r}. Known: {', '.join(VERBS)}.")
    use_new_enough_python()
    if words[0] != "test-pg":
        for name in SERVICE_NAMES:
            os.environ.pop(name, None)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        VERBS[words[0]](words[1:])
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
