"""Guessing passwords: stopped before one is hashed, and without keeping the account's owner out."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from portal.demo.cast import Cast
from tests.people import PASSWORD
from tests.tenants.test_sign_in import sign_in

ALICE = "alice@huaxin.example"


def at(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def test_guessing_is_stopped_before_the_password_is_hashed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _attempt in range(5):
        sign_in(Client(), "alice@huaxin.example", "a guess")
    hashed: list[str] = []
    monkeypatch.setattr("django.contrib.auth.hashers.MD5PasswordHasher.verify", lambda *_a: hashed.append("x"))
    answer = sign_in(Client(), "alice@huaxin.example")
    assert hashed == []
    assert b"Too many attempts" in answer.content


def test_behind_a_proxy_throttles_count_callers_and_believe_nobody_who_adds_addresses(
    cast: Cast, settings: Any
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # what production sets with BEHIND_TLS_PROXY
    for attempt in range(20):
        guesser = Client(headers={"X-Forwarded-For": f"198.51.100.{attempt}, 203.0.113.9"})
        sign_in(guesser, f"nobody{attempt}@huaxin.example", "a guess")
    answer = sign_in(Client(headers={"X-Forwarded-For": "198.51.100.99, 203.0.113.9"}), "alice@huaxin.example")
    assert b"Too many attempts" in answer.content
    answer = sign_in(Client(headers={"X-Forwarded-For": "203.0.113.10"}), "alice@huaxin.example")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_who_guesses_elsewhere_keeps_nobody_out(cast: Cast) -> None:
    for _attempt in range(6):
        refused = sign_in(at("198.51.100.1"), ALICE, "a guess")
    assert b"Too many attempts" in refused.content
    answer = sign_in(at("203.0.113.9"), ALICE)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_one_name_is_guarded_at_all_addresses_together(cast: Cast, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = django_settings.ACCOUNT_RATE_LIMITS | {"login_failed_anywhere": "8/h/key"}
    for attempt in range(8):
        assert b"is not right" in sign_in(at(f"198.51.100.{attempt}"), ALICE, "a guess").content
    assert b"Too many attempts" in sign_in(at("203.0.113.9"), ALICE).content
    assert sign_in(at("203.0.113.9"), "uma@huaxin.example")["Location"] == "/"


def test_signing_in_rightly_uses_up_nothing(cast: Cast, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = django_settings.ACCOUNT_RATE_LIMITS | {"login_failed_anywhere": "2/h/key"}
    for _attempt in range(4):
        assert sign_in(at("203.0.113.9"), ALICE, PASSWORD)["Location"] == "/"
