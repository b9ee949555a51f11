"""What a newcomer meets first: dev.py says in words what is wrong, and does nothing twice."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from tests.waiting import wait_until

pytestmark = pytest.mark.long

WITH_AND_WITHOUT_A_BROWSER = "test_walk_a_in_memory or without_a_mouse"


@pytest.fixture
def fresh_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one small lock and no `.venv` yet."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.lock").write_text("")
    for name, path in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "REQUIREMENTS": tmp_path / "requirements",
        "PYTHON": tmp_path / ".venv" / "bin" / "python",
    }.items():
        monkeypatch.setattr(dev, name, path)
    return tmp_path


def test_without_a_verb_it_lists_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    dev.main([])

    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in dev.VERBS)


def test_an_unknown_verb_is_told_the_known_ones() -> None:
    with pytest.raises(SystemExit, match=r"There is no 'tset'\. Known: demo, test"):
        dev.main(["tset"])


def test_an_old_python_starts_again_under_a_newer_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = tmp_path / "python3.12"
    newer.write_text("#!/bin/sh\nexit 7\n")
    newer.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 6, "final", 0))

    with pytest.raises(SystemExit) as ended:
        dev.use_new_enough_python()

    assert ended.value.code == 7


def test_an_old_python_alone_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 6, "final", 0))

    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer; this is 3\.9"):
        dev.use_new_enough_python()


def test_a_python_without_venv_names_the_package(fresh_clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        dev.make_venv()


def test_a_clone_without_a_network_says_so_and_starts_nothing(
    fresh_clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (fresh_clone / "requirements" / "run.lock").write_text(f"no-such-thing==1.0 --hash=sha256:{'0' * 64}\n")
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")

    with pytest.raises(SystemExit, match="Is this machine offline, or behind a proxy"):
        dev.install("run")

    assert "no-such-thing" in capsys.readouterr().out
    assert not list(dev.VENV.glob("*.stamp"))


def test_a_second_run_installs_nothing_until_the_lock_changes(
    fresh_clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dev.install("run")
    assert "Installing 0 packages (run)" in capsys.readouterr().out

    dev.install("run")
    assert capsys.readouterr().out == ""

    (fresh_clone / "requirements" / "run.lock").write_text("# changed\n")
    dev.install("run")
    assert "Installing 0 packages (run)" in capsys.readouterr().out


def test_a_venv_that_was_never_finished_is_made_anew(fresh_clone: Path) -> None:
    dev.PYTHON.parent.mkdir(parents=True)
    dev.PYTHON.write_text("")

    dev.make_venv()

    assert subprocess.run([dev.PYTHON, "-c", "import pip"], check=False).returncode == 0


def test_ci_refuses_to_go_on_without_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "find_chromium", lambda: "")
    monkeypatch.setenv("CI", "true")

    with pytest.raises(SystemExit, match="In CI the browser tests must run"):
        dev.mention_browser()


def test_a_developer_without_a_browser_is_told_once_and_tests_all_the_same(tmp_path: Path) -> None:
    """The walks without a browser pass, those with one are skipped: on a machine that has Python, git and a shell."""
    for program in ("sh", "git", "env", "uname"):
        (tmp_path / program).symlink_to(str(shutil.which(program)))
    (tmp_path / "python3").symlink_to(sys.executable)
    bare = {name: value for name, value in os.environ.items() if name not in {"CI", "CHROMIUM"}}

    answer = subprocess.run(
        [sys.executable, "dev.py", "test", "tests/journeys", "-q", "-rs", "-k", WITH_AND_WITHOUT_A_BROWSER],
        cwd=dev.ROOT,
        env={**bare, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    first, *rest = answer.stdout.splitlines()
    assert first == (
        "Browser tests are skipped. No Chromium found: apt-get install chromium (or set CHROMIUM to its path)."
    )
    assert re.match(r"1 passed, 1 skipped, \d+ deselected", rest[-1]), answer.stdout + answer.stderr
    assert "needs Chromium: apt-get install chromium" in answer.stdout


WAITS = """
import sys

import dev

dev.VERBS["wait"] = lambda words: dev.{way}
dev.main(["wait"])
"""
# Writes its own number into the file that it is given, and sleeps.
SLEEPER = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"


@pytest.mark.parametrize("way", ["run_with_clock([sys.executable, '-c', {0!r}, {1!r}])", "python('-c', {0!r}, {1!r})"])
def test_sigterm_leaves_nothing_running(tmp_path: Path, way: str) -> None:
    born = tmp_path / "born"
    program = WAITS.format(way=way.format(SLEEPER, str(born)))
    waiting = subprocess.Popen([sys.executable, "-c", program], cwd=dev.ROOT, stdout=subprocess.DEVNULL)
    wait_until(lambda: born.exists() and born.read_text(), "the child to be born", 10)

    waiting.send_signal(signal.SIGTERM)

    assert waiting.wait(10) == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int(born.read_text()), 0)


def test_a_developers_own_servers_reach_the_demo_under_no_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@db.example/real")
    monkeypatch.setitem(dev.VERBS, "demo", lambda words: dev.say(os.environ.get("DATABASE_URL", "none")))

    dev.main(["demo"])

    assert capsys.readouterr().out == "none\n"
