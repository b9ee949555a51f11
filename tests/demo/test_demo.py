"""`make demo`: it gets ready, lets everybody in, works to the end of the wire, and leaves nothing behind."""

import re
import signal
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from portal.demo.cast import ORGANISATIONS, PEOPLE
from tenants.models import Kind
from tests.demo.process import Demo, Visitor, copy_of_the_checkout
from tests.servers.processes import free_port
from tests.waiting import wait_until

pytestmark = pytest.mark.long

CASE_NUMBER = re.compile(r"CN\d{8}-\d{6}")
MOST_SECONDS = 2.0
# Printed line of an account: sign-in name, password, organisation and roles.
ACCOUNT = re.compile(r"^  (\S+@\S+\.example) +(\S+)   (.+): (.+)$", re.MULTILINE)
# What only the home of this kind of organisation says, in the languages of the cast.
HOMES = {
    Kind.PARTNER: ("Waiting for us", "Your role sees no support requests"),
    Kind.OPERATOR: ("/publishing/messages/", "Latest messages"),
    Kind.CUSTOMER: ("Your partner", "您的合作伙伴", "Votre partenaire"),
}
ADDRESSED = re.compile(r"<(\S+@\S+\.example)>")
LETTER_SECONDS = 20
# Whom the story writes to: about requests, grants, and what was bought for their organisation.
HAVE_MAIL = {"paul", "anna", "helen", "boris", "alice", "uma", "sven", "lily", "mallory", "jun"}
Enter = Callable[[str], Visitor]
ESCALATION = {"reason": "training", "tried": "Searched the documentation twice."}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nobody has run the demo here yet."""
    return copy_of_the_checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def demo(checkout: Path, port: int) -> Iterator[Demo]:
    """The first run."""
    started = Demo(checkout, port)
    try:
        yield started.is_ready()
    finally:
        started.kill()


def test_it_shows_its_progress_and_prints_one_line_for_each_of_the_cast(demo: Demo) -> None:
    for step in ("Preparing the database", "Gathering the cast", "Huaxin Manufacturing", "Support requests"):
        assert step in demo.said
    accounts = [upn for upn, *_ in ACCOUNT.findall(demo.said)]
    assert sorted(accounts) == sorted(f"{name}@{ORGANISATIONS[row[0]][3]}" for name, row in PEOPLE.items())
    assert demo.said.splitlines()[-1] == f"Portal ready on {demo.url}"


@pytest.fixture(scope="module")
def enter(demo: Demo) -> Callable[[str], Visitor]:
    """`enter("alice")`: Alice, signed in with the printed password; once, for the door counts who knocks."""

    @cache
    def come_in(name: str) -> Visitor:
        visitor = Visitor(demo)
        visitor.signs_in(f"{name}@{ORGANISATIONS[PEOPLE[name][0]][3]}", password_in(demo))
        assert visitor.at == "/"
        return visitor

    return come_in


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_signs_in_with_the_printed_password_and_sees_their_home(enter: Enter, name: str) -> None:
    organisation, display_name, _language, _roles = PEOPLE[name]
    kind, *_ = ORGANISATIONS[organisation]

    home = enter(name).reads("/")

    assert display_name in home
    assert any(words in home for words in HOMES[kind]), re.sub(r"<[^>]+>|\s+", " ", home)


def test_a_wrong_password_opens_nothing(demo: Demo) -> None:
    stranger = Visitor(demo)
    assert "The sign-in name or the password is not right." in stranger.signs_in("alice@huaxin.example", "guess")
    stranger.reads("/")
    assert stranger.at == "/account/login/?next=/"


@pytest.fixture(scope="module")
def acknowledged(enter: Enter) -> tuple[str, float]:
    """The case number of a request that Helen escalates, and the seconds from her click to the number on the page."""
    helen = enter("helen")
    address = request_called("How do we name shared mailboxes?", helen.reads("/"))
    form = helen.fills_in(f"{address}escalate/", **ESCALATION)
    # Counted from before the form is sent: the commit is later than that.
    started = time.monotonic()
    helen.sends(f"{address}escalate/", form)
    number = wait_until(lambda: CASE_NUMBER.search(helen.reads(address)), "a case number", MOST_SECONDS)
    return number[0], time.monotonic() - started


def test_a_fresh_escalation_is_acknowledged_within_two_seconds(acknowledged: tuple[str, float]) -> None:
    number, seconds = acknowledged

    print(f"From commit to acknowledgement: less than {seconds:.2f} s ({number}).")  # noqa: T201 - the figure is wanted
    assert seconds < MOST_SECONDS


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_reads_only_their_own_mail(enter: Enter, name: str) -> None:
    upn = f"{name}@{ORGANISATIONS[PEOPLE[name][0]][3]}"

    def addressed() -> set[str]:
        return set(ADDRESSED.findall(enter(name).reads("/demo/mailbox/")))

    if name in HAVE_MAIL:
        wait_until(addressed, "a letter", LETTER_SECONDS)
    assert addressed() == ({upn} if name in HAVE_MAIL else set())


def test_a_visitor_reads_only_how_to_choose_a_new_password(demo: Demo) -> None:
    stranger = Visitor(demo)
    assert ADDRESSED.findall(stranger.reads("/demo/mailbox/")) == []

    stranger.sends("/account/password/reset/", stranger.fills_in("/account/password/reset/", email="ed@huaxin.example"))

    mailbox = "/demo/mailbox/"
    wait_until(lambda: ADDRESSED.findall(stranger.reads(mailbox)) == ["ed@huaxin.example"], "a letter", LETTER_SECONDS)
    (link,) = re.findall(r'href="https?://[^/"]+(/account/password/reset/key/[^"]+)"', stranger.reads("/demo/mailbox/"))
    assert "Choose a new password" in stranger.reads(link)


def test_a_busy_port_is_a_clear_error(demo: Demo, checkout: Path) -> None:
    second = Demo(checkout, demo.port)
    assert second.ends() != 0
    assert f"Port {demo.port} is in use. Choose another one: make demo PORT={demo.port + 1}" in second.said
    assert "Preparing the database" not in second.said
    assert Visitor(demo).reads("/healthz")


def test_a_port_that_is_no_number_is_a_clear_error(checkout: Path, port: int) -> None:
    wrong = Demo(checkout, port, PORT="eighty")
    assert wrong.ends() != 0
    assert "PORT is 'eighty'; it must be a number from 1 to 65535." in wrong.said


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgres://somebody@db.example/real"),
        ("CELERY_BROKER_URL", "redis://broker.example/0"),
        ("VIANET_QUEUE_URL", "amqp://broker.example/"),
    ],
)
def test_it_meets_nobodys_servers(checkout: Path, port: int, name: str, url: str) -> None:
    demo = Demo(checkout, port, **{name: url})
    assert demo.ends() == 1
    assert f"The demo has a database and queues of its own. Unset {name}." in demo.said
    assert "Traceback" not in demo.said


def test_it_ends_cleanly_keeps_its_data_and_begins_anew_when_asked(
    demo: Demo, checkout: Path, acknowledged: tuple[str, float]
) -> None:
    # The last of this file: it ends the demo that the others use.
    assert demo.is_told(signal.SIGTERM) == 0, demo.said
    assert demo.said.endswith("The portal has stopped.\n")
    assert demo.leaves_nothing()

    again = Demo(checkout, demo.port).is_ready()
    try:
        assert "Keeping the data of the last run" in again.said
        assert acknowledged[0] in helens_question(again)
        assert again.is_told(signal.SIGINT) == 0, again.said
        assert again.leaves_nothing()
    finally:
        again.kill()

    anew = Demo(checkout, demo.port, RESET="1").is_ready()
    try:
        assert "Forgetting the data of earlier runs" in anew.said
        assert not CASE_NUMBER.search(helens_question(anew))
        assert anew.is_told(signal.SIGTERM) == 0, anew.said
        assert anew.leaves_nothing()
    finally:
        anew.kill()


def password_in(demo: Demo) -> str:
    """The demo's one password, as it was printed."""
    (password,) = {password for _upn, password, *_ in ACCOUNT.findall(demo.said)}
    return password


def request_called(title: str, page: str) -> str:
    """The address of a request that a page links to."""
    links = re.findall(rf'href="(/requests/[^"]+/)"[^>]*>(?:<[^>]+>)*\s*{re.escape(title)}', page)
    assert links, f"{title!r} is not on the page."
    return str(links[0])


def helens_question(demo: Demo) -> str:
    """The page of the request that she may have escalated."""
    helen = Visitor(demo)
    home = helen.signs_in("helen@fanyun.example", password_in(demo))
    return helen.reads(request_called("How do we name shared mailboxes?", home))
