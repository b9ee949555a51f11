"""What programs and support staff read: the code of each refusal of a verb about people, roles and tokens."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.demo.cast import Cast
from portal.errors import PortalError
from tenants.actions.people import restore_user, unblock_user
from tenants.actions.roles import assign_role
from tenants.actions.tokens import issue_token
from tenants.actor import Actor, acting_as
from tenants.models import Role


@pytest.mark.parametrize(
    ("status", "code", "deed"),
    [
        (409, "userNotBlocked", lambda ed, alice: unblock_user(ed, actor=alice)),
        (409, "userNotDeleted", lambda ed, alice: restore_user(ed, actor=alice)),
        (422, "roleOfOtherKind", lambda ed, alice: assign_role(ed, Role.ADMIN_AGENT, actor=alice)),
    ],
)
def test_what_does_not_fit_a_person_has_its_code(
    cast: Cast, status: int, code: str, deed: Callable[[Any, Actor], Any]
) -> None:
    alice = cast.actor("alice")
    with acting_as(alice, cast.huaxin), pytest.raises(PortalError) as refusal:
        deed(cast.ed, alice)
    assert (refusal.value.status, refusal.value.code) == (status, code)


@pytest.mark.parametrize("days", [0, 366])
def test_a_token_is_valid_for_a_day_to_a_year(cast: Cast, days: int) -> None:
    setup = Actor.system("setup")
    with acting_as(setup), pytest.raises(PortalError) as refusal:
        issue_token(cast.anna, actor=setup, name="Sync", days=days)
    assert (refusal.value.status, refusal.value.code) == (422, "tokenLifetime")


def test_a_role_that_does_not_exist_is_refused_on_the_page(cast: Cast, browser_of: Callable[[str], Client]) -> None:
    address = f"/organisations/{cast.huaxin.pk}/users/{cast.ed.pk}/roles/"
    answer = browser_of("alice").post(address, {"role": "emperor", "assign": "1"})
    assert (answer.status_code, "unknownRole" in answer.content.decode()) == (422, True)


def test_djangos_admin_says_whom_it_serves(browser_of: Callable[[str], Client]) -> None:
    answer = browser_of("olivia").get("/admin/")
    assert (answer.status_code, "superuserOnly" in answer.content.decode()) == (403, True)
