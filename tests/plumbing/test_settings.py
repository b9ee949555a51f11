"""What the settings make of the environment of a production server."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from dev import ROOT

COMPLETE = {
    "PORTAL_PROFILE": "production",
    "SECRET_KEY": "a" * 50,
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_BASE_URL": "https://portal.example",
    "AUDIT_KEY": "b" * 50,
    "VIANET_SIGNING_KEY": "c" * 50,
    "VIANET_VERIFY_KEYS": "d" * 50,
    "DATABASE_URL": "postgres://portal_app:x@db:5432/portal",
    "CELERY_BROKER_URL": "amqp://rabbitmq",
    "VIANET_QUEUE_URL": "amqp://rabbitmq",
    "EMAIL_URL": "smtp+tls://mail.example",
    "EMAIL_FROM": "Portal <portal@partner.example>",
}


def settings_of(*names: str, **changed: str) -> dict[str, Any]:
    """The values of these settings where the environment is complete but for what is changed; "" takes a name away."""
    given = {name: value for name, value in (COMPLETE | changed).items() if value}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import json, sys; from portal import settings;"
            " print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))",
            *names,
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.splitlines()[-1]
    values: dict[str, Any] = json.loads(done.stdout)
    return values


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "EMAIL_FROM"])
def test_production_has_a_stand_in_for_nothing_that_it_must_name(name: str) -> None:
    with pytest.raises(AssertionError, match=rf"Set {name} in the environment \(see .env.example\)\."):
        settings_of(name, **{name: ""})


def test_spaces_between_several_keys_or_hosts_are_no_part_of_them() -> None:
    found = settings_of(
        "VIANET_VERIFY_KEYS",
        "SECRET_KEY_FALLBACKS",
        "ALLOWED_HOSTS",
        VIANET_VERIFY_KEYS="old, new",
        SECRET_KEY_FALLBACKS=" older , oldest ",
        ALLOWED_HOSTS="portal.example, www.portal.example,",
    )
    assert found == {
        "VIANET_VERIFY_KEYS": ["old", "new"],
        "SECRET_KEY_FALLBACKS": ["older", "oldest"],
        "ALLOWED_HOSTS": ["portal.example", "www.portal.example"],
    }


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("smtp+tls://mail.example", 587),
        ("smtp+ssl://mail.example", 465),
        ("smtp://mail.example", 25),
        ("smtp+ssl://mail.example:2465", 2465),
    ],
)
def test_a_mail_server_without_a_port_is_asked_at_the_one_of_its_kind(url: str, port: int) -> None:
    assert settings_of("EMAIL_PORT", EMAIL_URL=url) == {"EMAIL_PORT": port}
