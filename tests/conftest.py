"""What every test stands on: a database per process, an identity that row-level security lets through, honest skips."""

import os
import shutil
import signal
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation
from psycopg2.extensions import connection as PostgresConnection

from dev import find_chromium
from portal.catalogues import compile_catalogues
from portal.database import transaction_as
from tests.servers import header
from tests.transactions import is_transactional, uses_database
from tests.triggers import flush_past_triggers

# The cast of the story, windows for it, and a broker that says nothing.
pytest_plugins = ["tests.people", "tests.windows", "tests.silence"]

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config: pytest.Config) -> None:
    """Hear Ctrl-C; compile the languages once, before any worker starts.

    A shell has its background jobs ignore Ctrl-C, and what the tests start would inherit that.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        compile_catalogues()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Which database, role, brokers and browser this run really uses."""
    return header.lines(settings.DATABASES["default"], find_chromium())


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first: one that began last would keep a worker busy while the others have nothing left."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove this process's SQLite files, and those of processes that were killed before they could."""
    name = settings.DATABASES["default"].get("TEST", {}).get("NAME")
    for leftover in Path(name).parent.glob("portal-test-*.sqlite3*") if name else ():
        process = int(leftover.name.split("-")[2].split(".")[0])
        if process == os.getpid() or not _is_running(process):
            leftover.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _missing() -> dict[str, str]:
    """Marker -> why its tests cannot run here."""
    missing = {}
    if connection.vendor != "postgresql":
        missing["postgres"] = "needs PostgreSQL: make test-pg"
    if not os.environ.get("PORTAL_TEST_REDIS_URL"):
        missing["redis"] = "needs a Redis server: make test-pg"
    if not os.environ.get("PORTAL_TEST_RABBITMQ_URL"):
        missing["rabbitmq"] = "needs a RabbitMQ server: make test-pg"
    if not find_chromium():
        missing["browser"] = "needs Chromium: apt-get install chromium, or set CHROMIUM to its path"
    if not find_spec("ruff"):
        missing["ruff"] = "needs ruff: make lint"
    if not shutil.which("xgettext"):
        missing["gettext"] = "needs xgettext: apt-get install gettext"
    return missing


def skip_is_failure(marker: str) -> bool:
    """In CI nothing is skipped that the run was meant to prove: servers in `make test-pg`, programs everywhere."""
    servers = bool(os.environ.get("PORTAL_TEST_SERVERS"))
    return os.environ.get("CI") == "true" and (marker in {"browser", "gettext", "ruff"} or servers)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with its reason, a test whose server is absent; in CI fail it."""
    for marker, reason in _missing().items():
        if item.get_closest_marker(marker):
            if skip_is_failure(marker):
                pytest.fail(f"In CI this test must run, and it {reason}.", pytrace=False)
            pytest.skip(reason)


@pytest.fixture(autouse=True, scope="session")
def _flush_with_triggers() -> Iterator[None]:
    with flush_past_triggers():
        yield


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Throttles, cached sessions, language and time zone of one test are nothing to the next."""
    cache.clear()
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def _database_identity(request: pytest.FixtureRequest) -> Iterator[None]:
    """The test's own ORM calls run as the machine `test`; the test client's requests nest inside, as whom they sign in.

    A transactional test has no transaction to put the identity into: its connection carries it for the session instead.
    """
    if not uses_database(request.node):
        yield
    elif is_transactional(request.node):
        request.getfixturevalue("transactional_db")
        with transaction_as(system="test", atomic=False):
            _keep_for_session("test")
            yield
            _keep_for_session("")
    else:
        request.getfixturevalue("db")
        with transaction_as(system="test"):
            yield


def _keep_for_session(system: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select set_config('portal.system', %s, false)", [system])


@pytest.fixture
def as_app_role(transactional_db: None) -> Iterator[PostgresConnection]:
    """A connection of the role that the web and the workers use in production; it sees what the test has committed."""
    connected = psycopg2.connect(os.environ["PORTAL_TEST_APP_URL"], dbname=connection.settings_dict["NAME"])
    try:
        yield connected
    finally:
        connected.close()


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis server that the tests may fill; keys start with `queue_prefix`."""
    return os.environ["PORTAL_TEST_REDIS_URL"]


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """A RabbitMQ server; queues and exchanges start with `queue_prefix`, and are removed after the run."""
    return os.environ["PORTAL_TEST_RABBITMQ_URL"]


@pytest.fixture(scope="session")
def queue_prefix() -> str:
    """What this process's names on a shared broker begin with."""
    return f"{os.environ.get('PORTAL_TEST_PREFIX', 'portal-test')}-{os.getpid()}"


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """pytest-playwright starts the machine's Chromium; nothing is downloaded."""
    # Playwright's synchronous interface keeps an event loop running, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return {"executable_path": find_chromium(), "args": CHROMIUM_FLAGS, "headless": True}
