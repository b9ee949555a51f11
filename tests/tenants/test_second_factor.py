"""Enrolling a second factor, which partner and operator people need in production."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    SECRET_SESSION_KEY,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from dev import ROOT
from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import RuleBroken
from tenants.second_factor import PortalMfaAdapter
from tests.people import PASSWORD
from tests.tenants.test_sign_in import sign_in

ANNA = "anna@fanyun.example"


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def enrol(client: Client) -> str:
    """Sign-in stands; the person scans the picture and types the code. Answers the secret."""
    address = reverse("mfa_activate_totp")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(address).status_code == 200
    secret: str = client.session[SECRET_SESSION_KEY]
    assert client.post(address, {"code": code_of(secret)}).status_code == 302
    return secret


def signed_in(name: str = ANNA) -> Client:
    client = Client()
    sign_in(client, name)
    return client


def with_code(code: str) -> Client:
    """Anna types her password, then this."""
    cache.clear()  # half a minute later: a code works once
    client = signed_in()
    client.post(reverse("mfa_authenticate"), {"code": code})
    return client


def deeds() -> list[tuple[str, str, str]]:
    found = AuditEntry.objects.filter(deed__startswith="tenants.second_factor.").order_by("sequence")
    return list(found.values_list("deed", "actor_name", "target_name"))


def is_in(client: Client) -> bool:
    return client.get("/customers/").status_code == 200


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
    anna, thief = signed_in(), signed_in()
    enrol(anna)
    assert is_in(anna)
    assert thief.get("/customers/")["Location"] == "/account/login/?next=/customers/"
    assert deeds() == [("tenants.second_factor.enrolled", "Anna An", "Anna An")]


def test_enrolling_happens_whole_or_not_at_all(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, elsewhere = signed_in(), signed_in()
    address = reverse("mfa_activate_totp")
    anna.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    anna.get(address)

    def fail(*_arguments: Any, **_keywords: Any) -> None:
        raise RuleBroken(code="planted")

    monkeypatch.setattr("tenants.actions.account.book.record", fail)
    answer = anna.post(address, {"code": code_of(anna.session[SECRET_SESSION_KEY])})
    assert answer.status_code == 409
    assert not Authenticator.objects.filter(user=cast.anna).exists()
    assert is_in(elsewhere)


def test_anna_signs_in_with_the_code_that_her_app_shows(cast: Cast, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    secret = enrol(signed_in())
    assert is_in(with_code(code_of(secret)))
    assert not is_in(with_code("000000"))


def test_a_recovery_code_opens_the_account_once(cast: Cast) -> None:
    enrol(signed_in())
    code = (
        Authenticator.objects.get(user=cast.anna, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]
    )
    assert is_in(with_code(code))
    assert not is_in(with_code(code))


def test_new_recovery_codes_replace_the_old_ones(cast: Cast) -> None:
    anna = signed_in()
    enrol(anna)
    old = Authenticator.objects.get(user=cast.anna, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    assert anna.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    assert not is_in(with_code(old[0]))
    assert [deed for deed, *_names in deeds()] == [
        "tenants.second_factor.enrolled",
        "tenants.second_factor.codes_renewed",
    ]


def test_who_removes_the_second_factor_signs_in_by_password_and_stands_in_the_log(
    cast: Cast, browser_of: Callable[[str], Client]
) -> None:
    anna = signed_in()
    enrol(anna)
    assert anna.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.filter(user=cast.anna).exists()
    assert is_in(signed_in())
    assert deeds()[1:] == [("tenants.second_factor.removed", "Anna An", "Anna An")]
    log = browser_of("paul").get(f"/organisations/{cast.fanyun.pk}/audit/").content.decode()
    assert "Removed their second factor" in log
    assert "Enrolled a second factor; their other sessions ended" in log


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
