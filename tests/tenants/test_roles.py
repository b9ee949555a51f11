"""Roles: who gives which, and that the last global admin stays."""

import pytest

from portal.demo.cast import Cast
from portal.errors import NotAllowed
from tenants.access import Permission, can
from tenants.actions.people import block_user, delete_user, reset_password
from tenants.actions.roles import assign_role, group_name, remove_role
from tenants.models import Role


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
    assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    remove_role(cast.alice, Role.GLOBAL_ADMIN, actor=cast.actor("uma"))
    with pytest.raises(NotAllowed) as refusal:
        remove_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("uma"))
    assert refusal.value.code == "ownRole"


def test_a_customer_cannot_change_a_subscription_and_reads_why(cast: Cast) -> None:
    decision = can(cast.actor("alice"), Permission.SUBSCRIPTION_CHANGE_QUANTITY, cast.huaxin)
    assert (bool(decision), decision.code) == (False, "partnerOnly")
