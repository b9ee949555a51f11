"""Enrolling a second factor, which partner and operator people need in production."""

from typing import Any

from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from portal.demo.cast import Cast
from tests.people import PASSWORD
from tests.tenants.test_sign_in import sign_in


def test_who_must_enrol_reads_why_and_can_leave(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    client = Client()
    sign_in(client, "anna@fanyun.example")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get("/")["Location"] == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert "Two-step verification is required for your account. Set it up to continue." in page
    assert f'<a href="{reverse("account_logout")}">Sign out</a>' in page
    assert client.get(reverse("account_logout")).status_code == 200


def test_taking_it_away_promises_nothing_that_is_not_allowed(cast: Cast, settings: Any) -> None:
    for name, required in (("anna@fanyun.example", True), ("alice@huaxin.example", False)):
        settings.MFA_REQUIRED = False
        client = Client()
        sign_in(client, name)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        client.get(reverse("mfa_activate_totp"))
        secret = client.session[SECRET_SESSION_KEY]
        code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
        client.post(reverse("mfa_activate_totp"), {"code": code})
        settings.MFA_REQUIRED = True
        page = client.get(reverse("mfa_deactivate_totp")).content.decode()
        assert ("you will have to set it up anew at once" in page) is required, name
        assert ("the password alone signs you in" in page) is not required, name


def test_two_step_verification_stands_below_ones_account(cast: Cast, browser_of: Any) -> None:
    page = browser_of("alice").get(reverse("mfa_index")).content.decode()
    assert '<li><a href="/">Home</a></li><li><a href="/account/">My account</a></li>' in page


def test_enrolling_ends_the_sessions_that_took_the_password_alone(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    anna, thief = Client(), Client()
    for client in (anna, thief):
        sign_in(client, "anna@fanyun.example")
    address = reverse("mfa_activate_totp")
    anna.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert anna.get(address).status_code == 200
    secret = anna.session[SECRET_SESSION_KEY]
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    assert anna.post(address, {"code": code}).status_code == 302
    assert anna.get("/customers/").status_code == 200
    assert thief.get("/customers/")["Location"] == "/account/login/?next=%2Fcustomers%2F"
