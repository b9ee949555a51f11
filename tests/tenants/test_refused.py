"""What is refused is remembered: a stranger's write, and a token that was ended and is still used."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from tenants.actions.people import block_user, delete_user
from tenants.actions.tokens import issue_token, revoke_token
from tests.people import token_for

BrowserOf = Callable[[str], Client]


def refusals() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(outcome="refused").order_by("sequence"))


def bearer(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_a_strangers_write_stands_in_the_strangers_own_log(cast: Cast, browser_of: BrowserOf) -> None:
    address = f"/organisations/{cast.huaxin.pk}/users/{cast.ed.pk}/block/"
    assert browser_of("mallory").post(address).status_code == 404
    (entry,) = refusals()
    assert (entry.deed, entry.actor_name, entry.tenant_id) == ("portal.write.refused", "Mallory Ma", cast.lotus.pk)
    assert entry.data == {"path": address, "code": "itemNotFound"}
    assert "Tried a change" not in browser_of("alice").get(f"/organisations/{cast.huaxin.pk}/audit/").content.decode()


def test_anothers_person_below_ones_own_customer_is_a_strangers_write_too(cast: Cast, browser_of: BrowserOf) -> None:
    address = f"/organisations/{cast.huaxin.pk}/users/{cast.mallory.pk}/block/"
    assert browser_of("anna").post(address).status_code == 404
    assert [(entry.actor_name, entry.tenant_id) for entry in refusals()] == [("Anna An", cast.fanyun.pk)]


def test_a_programs_write_to_a_stranger_is_remembered(cast: Cast, rest_of: Callable[..., Client]) -> None:
    address = "/v1.0/supportRequests/SR-2026-999999/close"
    assert rest_of("mallory").post(address, {}, content_type="application/json").status_code == 404
    assert [entry.data["path"] for entry in refusals()] == [address]


def test_reading_a_mistyped_address_and_visitors_leave_nothing(cast: Cast, browser_of: BrowserOf) -> None:
    address = f"/organisations/{cast.huaxin.pk}/users/{cast.ed.pk}/block/"
    browser_of("mallory").get(address)
    browser_of("mallory").post("/nowhere/")
    browser_of("mallory").post(f"/organisations/{cast.huaxin.pk}/nowhere/")
    browser_of("").post(address)
    assert refusals() == []


def test_a_deed_that_no_address_knows_was_refused_to_nobody(
    cast: Cast, browser_of: BrowserOf, rest_of: Callable[..., Client]
) -> None:
    assert browser_of("alice").delete(f"/organisations/{cast.huaxin.pk}/users/{cast.ed.pk}/").status_code == 405
    assert rest_of("alice").delete(f"/v1.0/customers/{cast.huaxin.pk}").status_code == 405
    assert refusals() == []


@pytest.mark.parametrize("verb", [block_user, delete_user])
def test_a_token_of_a_closed_account_is_remembered_once_in_ten_minutes(cast: Cast, verb: Callable[..., object]) -> None:
    program = bearer(token_for(cast.ed))
    verb(cast.ed, actor=cast.actor("uma"))
    assert [program.get("/v1.0/me").status_code for _time in range(3)] == [401, 401, 401]
    (entry,) = refusals()
    assert (entry.deed, entry.actor_name, entry.target_name) == ("tenants.token.refused", "Ed Ding", "Ed Ding")
    assert (entry.tenant_id, entry.data) == (cast.huaxin.pk, {"name": "test"})
    cache.clear()  # ten minutes later
    program.get("/v1.0/me")
    assert len(refusals()) == 2


def test_a_revoked_token_is_remembered_and_read_about_in_words(cast: Cast, browser_of: BrowserOf) -> None:
    token, secret = issue_token(cast.anna, actor=cast.actor("anna"))
    revoke_token(token, actor=cast.actor("anna"))
    assert bearer(secret).post("/v1.0/supportRequests").status_code == 401
    log = browser_of("paul").get(f"/organisations/{cast.fanyun.pk}/audit/").content.decode()
    assert "Tried a token of Anna An that no longer works" in log


def test_what_nobody_ever_issued_and_what_has_expired_leave_nothing(cast: Cast) -> None:
    expired = token_for(cast.ed, expires_at=timezone.now())
    assert [bearer(secret).get("/v1.0/me").status_code for secret in ("vpt_guess", expired)] == [401, 401]
    assert refusals() == []
