"""Enrolling a second factor, which partner and operator people need in production."""

import os
import subprocess
import sys
from typing import Any

from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from dev import ROOT
from portal.demo.cast import Cast
from tenants.second_factor import PortalMfaAdapter
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
    assert thief.get("/customers/")["Location"] == "/account/login/?next=/customers/"


READ = """
import sys, django
django.setup()
from tenants.second_factor import PortalMfaAdapter
print(PortalMfaAdapter().decrypt(sys.argv[1]))
"""


def test_a_site_that_starts_under_a_new_key_reads_second_factors_of_the_old_one() -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PORTAL_PROFILE": "test",
        "SECRET_KEY": "a-new-key-" + "1" * 32,
        "SECRET_KEY_FALLBACKS": f"a-leaf-between-{'2' * 32},{django_settings.SECRET_KEY}",
    }
    command = [sys.executable, "-c", READ, PortalMfaAdapter().encrypt("JBSWY3DPEHPK3PXP")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "JBSWY3DPEHPK3PXP\n"), done.stderr
