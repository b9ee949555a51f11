"""A right is lost while a click of its holder is on the way: what the loss rests on is locked, so one waits for the
other.
"""

from collections.abc import Callable
from typing import Any

import pytest

from portal.database import transaction_as
from portal.demo.cast import Cast
from portal.errors import PortalError
from tenants.access import Permission, require
from tenants.actions.organisations import found_organisation
from tenants.actions.people import block_user
from tenants.actions.roles import assign_role, remove_role
from tenants.actions.settings import change_setting
from tenants.actor import Actor, acting_as
from tenants.models import Kind, Role, ServiceSetting, Standing, Tenant
from tests.threads import meanwhile
from tests.waiting import wait_until_somebody_waits

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SETTING = "sharepoint.link_days"


def outcome(actor: Actor, act: Callable[[], Any]) -> str:
    """`done`, or the code of the refusal."""
    try:
        with acting_as(actor):
            act()
    except PortalError as refusal:
        return refusal.code
    return "done"


def uma_as_admin(cast: Cast) -> Actor:
    assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    return cast.actor("uma")


@pytest.mark.parametrize(
    ("take", "code"),
    [
        (lambda cast, alice: remove_role(cast.uma, Role.GLOBAL_ADMIN, actor=alice), "roleMissing"),
        (lambda cast, alice: block_user(cast.uma, actor=alice), "InvalidAuthenticationToken"),
    ],
    ids=["role", "block"],
)
def test_who_clicks_while_the_right_is_being_taken_away_changes_nothing(
    cast: Cast, take: Callable[[Cast, Actor], Any], code: str
) -> None:
    uma, alice = uma_as_admin(cast), cast.actor("alice")
    with acting_as(alice):
        take(cast, alice)
        clicking = meanwhile(lambda: outcome(uma, lambda: change_setting(cast.huaxin, SETTING, 7, actor=uma)))
        wait_until_somebody_waits()
    assert clicking.result(30) == code
    assert not ServiceSetting.objects.exists()


def test_who_orders_while_the_partner_is_being_suspended_changes_nothing(cast: Cast) -> None:
    anna = cast.actor("anna")
    with transaction_as(system="test"):
        Tenant.objects.filter(pk=cast.fanyun.pk).update(standing=Standing.SUSPENDED)
        founding = meanwhile(
            lambda: outcome(anna, lambda: found_organisation(Kind.CUSTOMER, "New", "new.example", actor=anna))
        )
        wait_until_somebody_waits()
    assert founding.result(30) == "partnerSuspended"
    assert not Tenant.objects.filter(domain="new.example").exists()


def test_who_takes_a_right_away_waits_for_the_click_that_rests_on_it(cast: Cast) -> None:
    uma, alice = uma_as_admin(cast), cast.actor("alice")
    with acting_as(uma):
        change_setting(cast.huaxin, SETTING, 7, actor=uma)
        taking = meanwhile(lambda: outcome(alice, lambda: remove_role(cast.uma, Role.GLOBAL_ADMIN, actor=alice)))
        wait_until_somebody_waits()
    assert taking.result(30) == "done"
    assert ServiceSetting.objects.get().value == 7


def test_two_clicks_of_one_person_do_not_wait_for_each_other(cast: Cast) -> None:
    alice = cast.actor("alice")
    with acting_as(alice):
        change_setting(cast.huaxin, SETTING, 7, actor=alice)
        asking = meanwhile(lambda: outcome(alice, lambda: require(alice, Permission.SETTING_CHANGE, cast.huaxin)))
        assert asking.result(30) == "done"
