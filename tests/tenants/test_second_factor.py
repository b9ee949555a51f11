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
