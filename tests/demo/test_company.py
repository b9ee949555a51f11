"""The demo's parts live and die together: no ready line before the wire works, no life after any part's end."""

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demo.process import Demo, copy_of_the_checkout
from tests.servers.processes import free_port

pytestmark = pytest.mark.long
PARTS = ("web", "21vianet", "celery")
# Each part does its work, and ends when a file of its name appears in var/.
MORTAL = """
import time

from django.conf import settings


def _mortal(name, work):
    def until_told():
        working = threading.Thread(target=work, daemon=True)
        working.start()
        while working.is_alive() and not (settings.VAR_DIR / f"end-{name}").exists():
            time.sleep(0.02)
    return until_told


def _thread(self, name, work, _whole=Company._thread):
    return _whole(self, name, _mortal(name, work))


def _alive(self, _whole=Engine.alive):
    return _whole(self) and not (settings.VAR_DIR / "end-celery").exists()


Company._thread, Engine.alive = _thread, _alive
"""
DEAF = """

def _play_21vianet(self):
    print("21Vianet hears nothing", flush=True)
    self._stop.wait()


Company._play_21vianet = _play_21vianet
"""
# 21Vianet's other half: it listens on, and is to speak no more.
MUTE = """
import time

from django.conf import settings


def _speak(self, over, _whole=Simulator._speak):
    talking = threading.Thread(target=_whole, args=[self, over], daemon=True)
    talking.start()
    while talking.is_alive():
        if (settings.VAR_DIR / "end-speaker").exists():
            raise RuntimeError("21Vianet has lost its voice.")
        time.sleep(0.02)


Simulator._speak = _speak
"""
# The web server is always about to look at its sockets, whenever Ctrl-C comes.
HESITANT = """
import select
import time

from waitress import wasyncore


class _Hesitant:
    error = OSError

    @staticmethod
    def select(*arguments):
        time.sleep(0.5)
        return select.select(*arguments)


wasyncore.select = _Hesitant
"""
IMPATIENT = """
PATIENCE = 1
"""
Launch = Callable[..., Demo]


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which the demo has run before."""
    folder = copy_of_the_checkout(tmp_path_factory.mktemp("furnished"))
    first = Demo(folder, free_port())
    try:
        assert first.is_ready().is_told(signal.SIGTERM) == 0, first.said
    finally:
        first.kill()
    return folder


@pytest.fixture
def checkout(furnished: Path, tmp_path: Path) -> Path:
    """... and nothing is wrong yet."""
    return Path(shutil.copytree(furnished, tmp_path / "checkout"))


@pytest.fixture
def launch(checkout: Path) -> Iterator[Launch]:
    """`launch(company=DEAF)`: a demo whose modules end with these lines."""
    launched: list[Demo] = []

    def start(**planted: str) -> Demo:
        for module, lines in planted.items():
            with (checkout / "portal" / "demo" / f"{module}.py").open("a") as file:
                file.write(lines)
        launched.append(Demo(checkout, free_port()))
        return launched[-1]

    yield start
    for demo in launched:
        demo.kill()


@pytest.mark.parametrize("part", PARTS)
def test_the_end_of_any_part_ends_the_demo_and_names_the_part(launch: Launch, checkout: Path, part: str) -> None:
    demo = launch(company=MORTAL).is_ready()

    (checkout / "var" / f"end-{part}").touch()

    assert demo.ends() == 1
    assert f"CommandError: The demo has ended because its part {part!r} ended.\n" in demo.said
    assert "Traceback" not in demo.said
    assert demo.leaves_nothing()


def test_a_21vianet_that_hears_and_cannot_speak_ends_the_demo(launch: Launch, checkout: Path) -> None:
    demo = launch(company=MUTE).is_ready()

    (checkout / "var" / "end-speaker").touch()

    assert demo.ends() == 1
    assert "RuntimeError: 21Vianet has lost its voice.\n" in demo.said
    assert "CommandError: The demo has ended because its part '21vianet' ended.\n" in demo.said
    assert demo.leaves_nothing()


def test_a_part_that_never_lived_ends_the_demo_before_it_is_ready(launch: Launch, checkout: Path) -> None:
    (checkout / "var" / "end-consumer").touch()

    demo = launch(company=MORTAL)

    assert demo.ends() == 1
    assert "CommandError: The demo has ended because its part 'consumer' ended.\n" in demo.said
    assert "Portal ready" not in demo.said
    assert demo.leaves_nothing()


def test_it_is_not_ready_while_21vianet_is_silent_and_ctrl_c_ends_the_waiting(launch: Launch) -> None:
    demo = launch(company=DEAF)
    demo.says("21Vianet hears nothing")

    assert demo.is_told(signal.SIGINT) == 0, demo.said
    assert demo.said.endswith("21Vianet hears nothing\nThe portal has stopped.\n")
    assert demo.leaves_nothing()


def test_ctrl_c_takes_no_socket_from_under_the_web_server(launch: Launch) -> None:
    demo = launch(company=HESITANT).is_ready()

    assert demo.is_told(signal.SIGINT) == 0, demo.said
    assert demo.said.endswith(f"Portal ready on {demo.url}\nThe portal has stopped.\n")
    assert demo.leaves_nothing()


def test_a_silent_21vianet_is_a_clear_error(launch: Launch) -> None:
    demo = launch(company=DEAF, probe=IMPATIENT)

    assert demo.ends() == 1
    assert "CommandError: 21Vianet's simulator did not acknowledge the probe within 1 seconds.\n" in demo.said
    assert "Portal ready" not in demo.said
    assert "Traceback" not in demo.said
    assert demo.leaves_nothing()


def test_a_story_that_was_interrupted_begins_again(checkout: Path) -> None:
    shutil.rmtree(checkout / "var")
    interrupted = Demo(checkout, free_port())
    interrupted.says("Support requests")
    assert interrupted.is_told(signal.SIGINT) == 130, interrupted.said
    assert "Traceback" not in interrupted.said

    again = Demo(checkout, free_port())
    try:
        assert "Gathering the cast" in again.is_ready().said
    finally:
        again.kill()
