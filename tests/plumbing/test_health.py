"""What probes hear: life, readiness, and that a late outbox takes no web server away."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import InterfaceError, OperationalError, connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from portal import health, mail, outbox
from portal.mail.models import Letter
from portal.outbox import marking
from tests.mail.readers import Person
from tests.outbox.messages import commit, escalation

pytestmark = pytest.mark.django_db


def ask(probe: Callable[..., Any], method: str = "get") -> Any:
    return probe(getattr(RequestFactory(), method)("/"))


def due_since(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    monkeypatch.setattr(outbox, "oldest_due_age", lambda: timedelta(seconds=seconds), raising=False)


def test_life_asks_the_database_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        response = ask(health.healthz)
    assert (response.status_code, response.content, len(queries)) == (200, b"ok\n", 0)


def test_probes_only_read() -> None:
    assert ask(health.healthz, "post").status_code == 405
    assert ask(health.readyz, "post").status_code == 405
    assert ask(health.readyz, "head").status_code == 200


def test_ready_when_migrated_and_the_outbox_is_on_time(monkeypatch: pytest.MonkeyPatch) -> None:
    due_since(monkeypatch, 2)
    response = ask(health.readyz)
    assert response.status_code == 200
    assert b'"ready"' in response.content
    assert b'"outboxOldestDueSeconds": 2' in response.content


def test_a_late_outbox_is_told_and_still_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    due_since(monkeypatch, 61)
    response = ask(health.readyz)
    assert response.status_code == 200
    assert b'"degraded"' in response.content


def test_a_dead_consumer_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    due_since(monkeypatch, 0)
    monkeypatch.setattr(outbox, "oldest_unacknowledged_age", lambda: timedelta(seconds=301), raising=False)
    response = ask(health.readyz)
    assert response.status_code == 200
    assert b'"degraded"' in response.content
    assert b'"outboxOldestUnacknowledgedSeconds": 301' in response.content


def test_a_parked_message_is_told_too() -> None:
    (row,) = commit(escalation())
    marking.bury(row.pk, row.order_key, "unreadable")
    told = json.loads(ask(health.readyz).content)
    assert (told["status"], told["outboxParked"], told["broker"]) == ("degraded", 1, True)


def test_a_letter_that_was_given_up_is_told_too() -> None:
    mail.queue("greeting", [Person("alice@huaxin.example")], title="Hello")
    Letter.objects.update(state="failed")
    told = json.loads(ask(health.readyz).content)
    assert (told["status"], told["lettersFailed"], told["outboxParked"]) == ("degraded", 1, 0)


@pytest.mark.usefixtures("silent_broker")
def test_a_silent_broker_is_told_soon_and_takes_no_web_server_away() -> None:
    started = time.monotonic()
    response = ask(health.readyz)
    assert time.monotonic() - started < 2
    told = json.loads(response.content)
    assert (response.status_code, told["status"], told["broker"]) == (200, "degraded", False)


@pytest.mark.usefixtures("silent_broker")
def test_the_broker_to_21vianet_is_asked_too(settings: LazySettings) -> None:
    settings.VIANET_QUEUE_URL, settings.CELERY_BROKER_URL = settings.CELERY_BROKER_URL, settings.VIANET_QUEUE_URL
    told = json.loads(ask(health.readyz).content)
    assert (told["status"], told["broker"]) == ("degraded", False)


def test_the_line_is_not_asked_again_for_everybody_who_asks(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.READYZ_SECONDS = 60
    monkeypatch.setattr(health, "_line", health.Line())
    due_since(monkeypatch, 2)
    first = ask(health.readyz)
    due_since(monkeypatch, 3600)
    with CaptureQueriesContext(connection) as queries:
        second = ask(health.readyz)
    assert (first.content, [query["sql"] for query in queries]) == (second.content, ["select 1"])
    monkeypatch.setattr(health, "_line", health.Line())
    assert b'"outboxOldestDueSeconds": 3600' in ask(health.readyz).content


def test_whoever_gives_21vianet_more_time_moves_the_limit(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.READYZ_UNHEARD_SECONDS, settings.READYZ_LATE_SECONDS = 1000, 90
    monkeypatch.setattr(outbox, "oldest_unacknowledged_age", lambda: timedelta(seconds=1000), raising=False)
    due_since(monkeypatch, 90)
    assert b'"ready"' in ask(health.readyz).content
    due_since(monkeypatch, 91)
    assert b'"degraded"' in ask(health.readyz).content


def test_not_ready_before_the_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'mail'")
    assert ask(health.readyz).status_code == 503


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError])
def test_not_ready_without_the_database(trouble: type[Exception]) -> None:
    def refuse(*_args: Any) -> None:
        raise trouble("no server")

    with connection.execute_wrapper(refuse):
        response = ask(health.readyz)
    assert response.status_code == 503
    assert b"no server" not in response.content
