"""Roles: who gives which, and that the last global admin stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.demo.cast import Cast
from portal.errors import NotAllowed, RuleBroken
from tenants.access import Permission, can
from tenants.actions.people import block_user, delete_user, reset_password
from tenants.actions.roles import assign_role, group_name, remove_role
from tenants.actor import Actor, roles_now
from tenants.models import Role

BrowserOf = Callable[[str], Client]


def test_the_cast_holds_its_roles(cast: Cast) -> None:
    assert cast.actor("alice").roles == {Role.GLOBAL_ADMIN}
    assert cast.actor("boris").roles == {Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT}
    assert cast.actor("ed").roles == set()


def test_groups_project_a_partners_roles(cast: Cast) -> None:
    assert set(cast.anna.groups.values_list("name", flat=True)) == {group_name(cast.fanyun, Role.ADMIN_AGENT)}


def test_a_global_admin_gives_and_takes_a_role(cast: Cast) -> None:
    assign_role(cast.ed, Role.BILLING_READER, actor=cast.actor("alice"))
    assert cast.actor("ed").roles == {Role.BILLING_READER}
    remove_role(cast.ed, Role.BILLING_READER, actor=cast.actor("alice"))
    assert cast.actor("ed").roles == set()


def test_nobody_changes_their_own_roles(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refusal:
        assign_role(cast.alice, Role.USER_ADMIN, actor=cast.actor("alice"))
    assert refusal.value.code == "ownRole"


def test_an_agent_never_gives_the_customers_global_admin_role(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refusal:
        assign_role(cast.ed, Role.GLOBAL_ADMIN, actor=cast.actor("anna"))
    assert refusal.value.code == "globalAdminOnBehalf"


@pytest.mark.parametrize("name", ["anna", "paul"])
def test_nobody_makes_a_reader_of_data_privacy_posts_on_behalf(cast: Cast, name: str) -> None:
    """Else a partner reads them in the name of an account that it has made, or whose password it has reset."""
    for give_or_take, user in ((assign_role, cast.ed), (remove_role, cast.pia)):
        with pytest.raises(NotAllowed) as refusal:
            give_or_take(user, Role.MESSAGE_CENTER_PRIVACY_READER, actor=cast.actor(name))
        assert refusal.value.code == "adminRole"
    for verb in (reset_password, block_user, delete_user):
        with pytest.raises(NotAllowed) as refusal:
            verb(cast.pia, actor=cast.actor(name))
        assert refusal.value.code == "targetHoldsRoles"


def test_the_last_global_admin_keeps_the_role(cast: Cast) -> None:
    """No person gets that far: who may take the role is another global admin. The machine that founds is refused."""
    setup = Actor.system("setup")
    assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    remove_role(cast.alice, Role.GLOBAL_ADMIN, actor=setup)
    with pytest.raises(RuleBroken) as refusal:
        remove_role(cast.uma, Role.GLOBAL_ADMIN, actor=setup)
    assert refusal.value.code == "lastGlobalAdmin"
    assert Role.GLOBAL_ADMIN in cast.actor("uma").roles


def test_a_role_that_was_taken_away_while_clicking_gives_nothing(cast: Cast) -> None:
    assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    clicking = cast.actor("alice")
    remove_role(cast.alice, Role.GLOBAL_ADMIN, actor=cast.actor("uma"))
    with pytest.raises(NotAllowed) as refusal:
        remove_role(cast.uma, Role.GLOBAL_ADMIN, actor=clicking)
    assert refusal.value.code == "roleMissing"
    assert Role.GLOBAL_ADMIN in cast.actor("uma").roles


@pytest.mark.parametrize("verb", [assign_role, remove_role])
@pytest.mark.parametrize("name", ["anna", "paul"])
def test_no_role_of_a_global_admin_is_given_or_taken_on_behalf(
    cast: Cast, browser_of: BrowserOf, verb: Callable[..., Any], name: str
) -> None:
    assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    with pytest.raises(NotAllowed) as refusal:
        verb(cast.uma, Role.USER_ADMIN, actor=cast.actor(name))
    assert refusal.value.code == "globalAdminOnBehalf"
    address = f"/organisations/{cast.huaxin.pk}/users/{cast.uma.pk}/roles/"
    shown = browser_of(name).get(address).content.decode()
    assert 'name="assign"' not in shown
    assert 'name="remove"' not in shown
    answer = browser_of(name).post(address, {"assign": Role.BILLING_READER})
    assert (answer.status_code, answer.portal_error.code) == (403, "globalAdminOnBehalf")
    assert cast.actor("uma").roles == {Role.GLOBAL_ADMIN, Role.USER_ADMIN}


@pytest.mark.parametrize("target", ["paul", "bill", "helen"])
def test_a_user_management_admin_touches_no_role_of_an_admin(cast: Cast, browser_of: BrowserOf, target: str) -> None:
    assign_role(cast.sam, Role.USER_MANAGEMENT_ADMIN, actor=cast.actor("paul"))
    assign_role(cast.helen, Role.USER_MANAGEMENT_ADMIN, actor=cast.actor("paul"))
    person = cast.people[target]
    held = roles_now(person)
    with pytest.raises(NotAllowed) as refusal:
        assign_role(person, Role.SALES_AGENT, actor=cast.actor("sam"))
    assert refusal.value.code == "targetHoldsRoles"
    address = f"/organisations/{cast.fanyun.pk}/users/{person.pk}/roles/"
    assert 'name="assign"' not in browser_of("sam").get(address).content.decode()
    answer = browser_of("sam").post(address, {"assign": Role.SALES_AGENT})
    assert (answer.status_code, answer.portal_error.code) == (403, "targetHoldsRoles")
    assert roles_now(person) == held


def test_a_user_management_admin_gives_agents_roles(cast: Cast) -> None:
    assign_role(cast.sam, Role.USER_MANAGEMENT_ADMIN, actor=cast.actor("paul"))
    assign_role(cast.anna, Role.SALES_AGENT, actor=cast.actor("sam"))
    assert cast.actor("anna").roles == {Role.ADMIN_AGENT, Role.SALES_AGENT}


def test_a_customer_cannot_change_a_subscription_and_reads_why(cast: Cast) -> None:
    decision = can(cast.actor("alice"), Permission.SUBSCRIPTION_CHANGE_QUANTITY, cast.huaxin)
    assert (bool(decision), decision.code) == (False, "partnerOnly")


def test_each_button_tells_ears_which_role_it_is_about(cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of("alice").get(f"/organisations/{cast.huaxin.pk}/users/{cast.uma.pk}/roles/").content.decode()
    unseen = '<span class="visually-hidden"> {}</span>'
    assert f"Take away{unseen.format('User admin')}" in page
    assert f"Give{unseen.format('Global admin')}" in page
