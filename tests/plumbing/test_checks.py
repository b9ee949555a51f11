"""An unsafe setting is told before the first request, and stops a production server."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django.fixtures import Settings

from portal import checks, hooks, slots
from tests.servers import postgres, processes

SAFE = {
    "PRODUCTION": True,
    "DEBUG": False,
    "PORTAL_BASE_URL": "https://portal.example",
    "ALLOWED_HOSTS": ["portal.example"],
    "MFA_REQUIRED": True,
    "SECRET_KEY": "a" * 50,
    "SECRET_KEY_FALLBACKS": ["e" * 50],
    "AUDIT_KEY": "b" * 50,
    "VIANET_SIGNING_KEY": "c" * 50,
    "VIANET_VERIFY_KEYS": ["d" * 50],
    "CELERY_BROKER_URL": "amqp://rabbitmq",
    "VIANET_QUEUE_URL": "redis://redis",
    "REDIS_URL": "redis://redis",
    "BEHIND_TLS_PROXY": True,
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "mail.example",
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
    "DATABASES": {"default": {"ENGINE": "django.db.backends.postgresql"}},
    **dict.fromkeys(checks.AT_LEAST_ONE, 1),
}


def found(monkeypatch: pytest.MonkeyPatch, **changed: Any) -> set[str]:
    monkeypatch.setattr(checks, "settings", SimpleNamespace(**SAFE | changed))
    return {str(message.id).removeprefix("portal.") for message in checks.unsafe_settings()}


def test_a_safe_production_site_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch) == set()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"DEBUG": True}, "E001"),
        ({"PORTAL_BASE_URL": "http://portal.example"}, "E002"),
        ({"PORTAL_BASE_URL": "http://127.0.0.1:8000", "ALLOWED_HOSTS": ["127.0.0.1"]}, "W002"),
        ({"BEHIND_TLS_PROXY": False}, "W016"),
        ({"ALLOWED_HOSTS": ["*"]}, "E003"),
        ({"ALLOWED_HOSTS": ["other.example"]}, "E003"),
        ({"MFA_REQUIRED": False}, "E004"),
        ({"AUDIT_KEY": "audit-key-outside-production"}, "E005"),
        ({"VIANET_VERIFY_KEYS": ["short"]}, "E005"),
        ({"VIANET_VERIFY_KEYS": []}, "E005"),
        ({"SECRET_KEY_FALLBACKS": ["short"]}, "E005"),
        ({"AUDIT_KEY": "a" * 50}, "E006"),
        ({"AUDIT_KEY": "e" * 50}, "E006"),
        ({"VIANET_VERIFY_KEYS": ["d" * 50, "c" * 50]}, "E006"),
        ({"CELERY_BROKER_URL": "memory://"}, "E007"),
        ({"VIANET_QUEUE_URL": "memory://"}, "E007"),
        ({"DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3"}}}, "W008"),
        ({"REDIS_URL": ""}, "W009"),
        *(({name: 0}, "E016") for name in checks.AT_LEAST_ONE),
        ({"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}, "W010"),
        ({"EMAIL_USE_TLS": False}, "W017"),
        ({"CELERY_BROKER_URL": "amqp://broker.example"}, "W018"),
        ({"VIANET_QUEUE_URL": "redis://203.0.114.7:6379/0"}, "W018"),
        ({"REDIS_URL": "redis://:secret@cache.example"}, "W018"),
    ],
)
def test_an_unsafe_setting_is_found(monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], expected: str) -> None:
    assert found(monkeypatch, **changed) == {expected}


@pytest.mark.parametrize(
    "changed",
    [
        {"PORTAL_BASE_URL": "https://portal.example", "SECRET_KEY_FALLBACKS": ["a" * 50]},
        {"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True},
        {"EMAIL_USE_TLS": False, "EMAIL_HOST": "localhost"},
        {"CELERY_BROKER_URL": "amqps://broker.example", "REDIS_URL": "rediss://cache.example"},
        {"CELERY_BROKER_URL": "amqp://portal:x@10.0.0.7:5672//", "VIANET_QUEUE_URL": "amqp://[::1]"},
    ],
)
def test_what_is_safe_after_all_is_not_blamed(monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]) -> None:
    assert found(monkeypatch, **changed) == set()


def test_the_demo_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, PRODUCTION=False, DEBUG=True) == set()


@pytest.mark.django_db
def test_a_server_with_an_unsafe_setting_does_not_start(settings: Settings) -> None:
    checks.refuse_unsafe()
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured, match="memory://"):
        checks.refuse_unsafe()


@pytest.mark.django_db
def test_a_server_that_starts_says_in_its_log_what_is_not_quite_safe(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(checks, "settings", SimpleNamespace(**SAFE | {"REDIS_URL": ""}))
    checks.refuse_unsafe()
    told = [record.msg for record in caplog.records if record.name == "portal.checks"]
    assert [(line["event"], line["check"]) for line in told if isinstance(line, dict)] == [
        ("unsafe_setting", "portal.W009")
    ]


@pytest.mark.parametrize("end", ["declared", "filled", "slot"])
def test_a_wire_into_nothing_is_found(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    expected = {"filled": "portal.E011", "declared": "portal.E012", "slot": "portal.E013"}[end]
    for module in (hooks, slots):
        monkeypatch.setattr(module, "_filled", {})
    monkeypatch.setattr(hooks, "_declared", {"tests.wire": ""} if end == "declared" else {})
    monkeypatch.setattr(slots, "_offered", {})
    if end == "filled":
        monkeypatch.setattr(hooks, "_filled", {"tests.wire": [print]})
    if end == "slot":
        monkeypatch.setattr(slots, "_filled", {"tests.wire": [print]})
    assert [message.id for message in checks.unbalanced_names()] == [expected]


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_suite_runs_as_a_role_that_row_level_security_binds() -> None:
    assert connection.vendor == "postgresql"
    assert checks.database_role(databases=["default"]) == []


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`elsewhere(USER="...")`: where the check of the role connects to from now on; the suite's connection stays."""

    def move(**changed: object) -> None:
        for name, value in changed.items():
            monkeypatch.setitem(connection.settings_dict, name, value)

    return move


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("right", ["SUPERUSER", "BYPASSRLS"])
def test_a_role_that_row_level_security_does_not_bind_is_found(elsewhere: Callable[..., None], right: str) -> None:
    with postgres.private_server() as url:
        postgres.execute(url, f"create role unbound login {right}")
        elsewhere(USER="unbound", PASSWORD="", HOST="127.0.0.1", PORT=urlsplit(url).port, NAME="postgres")

        found = checks.database_role(databases=["default"])
        with pytest.raises(ImproperlyConfigured, match="'unbound' is not bound by row-level security"):
            checks.refuse_unsafe()

    assert [message.id for message in found] == ["portal.E014"]


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_database_that_does_not_answer_stops_no_start_and_is_in_the_log(
    elsewhere: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere(HOST="127.0.0.1", PORT=processes.free_port())

    assert [message.id for message in checks.database_role(databases=["default"])] == ["portal.W015"]
    checks.refuse_unsafe()
    assert "portal.W015" in caplog.text
