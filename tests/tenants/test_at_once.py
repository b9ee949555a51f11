"""Two people act at the same moment: one global admin always stays, one of two first choices wins."""

from collections.abc import Callable

import pytest
from psycopg2.errors import LockNotAvailable
from psycopg2.extensions import connection as PostgresConnection

from portal.database import transaction_as
from portal.demo import cast as demo_cast
from portal.demo.cast import Cast
from portal.errors import PortalError
from tenants.access import Permission, can
from tenants.actions.organisations import end_relationship, grant_delegated_admin, revoke_delegated_admin
from tenants.actions.people import block_user, delete_user
from tenants.actions.roles import assign_role, remove_role
from tenants.actions.settings import change_setting
from tenants.actor import Actor, acting_as
from tenants.models import DelegatedAdmin, ResellerRelationship, Role, ServiceSetting, Tenant, User
from tenants.services import Service
from tests.threads import at_once, meanwhile
from tests.waiting import wait_until_somebody_waits

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def take_top_role(user: User, actor: Actor) -> None:
    remove_role(user, Role.GLOBAL_ADMIN, actor=actor)


def block(user: User, actor: Actor) -> None:
    block_user(user, actor=actor)


def delete(user: User, actor: Actor) -> None:
    delete_user(user, actor=actor)


@pytest.fixture
def two_admins() -> Cast:
    cast = demo_cast.load() if demo_cast.is_present() else demo_cast.build()
    with acting_as(cast.actor("alice")):
        assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    return cast


def acting(actor: Actor, act: Callable[[], object]) -> Callable[[], str]:
    """The act in a transaction of its own; it answers what became of it: `done`, or its refusal's code."""

    def run() -> str:
        try:
            with acting_as(actor):
                act()
        except PortalError as refusal:
            return refusal.code
        return "done"

    return run


@pytest.mark.parametrize(
    ("verb", "refusal"),
    [(take_top_role, "roleMissing"), (block, "InvalidAuthenticationToken"), (delete, "InvalidAuthenticationToken")],
)
def test_two_global_admins_turn_on_each_other_and_one_stays(
    two_admins: Cast, verb: Callable[[User, Actor], None], refusal: str
) -> None:
    """Neither waits for the other for ever; who comes second acts no more."""
    cast, alice, uma = two_admins, two_admins.actor("alice"), two_admins.actor("uma")
    outcomes = at_once(acting(alice, lambda: verb(cast.uma, alice)), acting(uma, lambda: verb(cast.alice, uma)))
    assert sorted(outcomes, key=len) == ["done", refusal]
    staying = User.objects.for_system("test").filter(
        tenant=cast.huaxin, role_assignments__role=Role.GLOBAL_ADMIN, is_active=True, deleted_at=None
    )
    assert staying.count() == 1


def test_of_two_first_choices_of_a_setting_one_wins(two_admins: Cast) -> None:
    cast, alice, uma = two_admins, two_admins.actor("alice"), two_admins.actor("uma")
    outcomes = at_once(
        acting(alice, lambda: change_setting(cast.huaxin, "sharepoint.link_days", 7, actor=alice)),
        acting(uma, lambda: change_setting(cast.huaxin, "sharepoint.link_days", 90, actor=uma)),
    )
    assert sorted(outcomes) == ["done", "resourceModified"]
    assert ServiceSetting.objects.get().version == 1


def test_who_administers_a_customer_stops_nobody_who_writes_to_it(
    two_admins: Cast, as_app_role: PostgresConnection
) -> None:
    """What a foreign key asks for is granted beside the lock; a second lock is not."""
    asks = "select 1 from tenants_tenant where id = %s for {} nowait"
    with transaction_as(system="test"):
        Tenant.objects.locked(two_admins.huaxin.pk)
        with as_app_role.cursor() as cursor:
            cursor.execute(asks.format("key share"), [str(two_admins.huaxin.pk)])
            with pytest.raises(LockNotAvailable):
                cursor.execute(asks.format("no key update"), [str(two_admins.huaxin.pk)])


def test_a_grant_that_is_just_being_made_survives_the_end_of_the_other(two_admins: Cast) -> None:
    cast, alice = two_admins, two_admins.actor("alice")
    old = DelegatedAdmin.objects.in_force().get(partner=cast.beichen, customer=cast.huaxin)
    with acting_as(alice):
        grant_delegated_admin(cast.huaxin, cast.beichen, actor=alice, service=Service.TEAMS)
        ending = meanwhile(acting(cast.actor("uma"), lambda: revoke(old, cast.actor("uma"))))
        wait_until_somebody_waits()
    assert ending.result(30) == "done"
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert can(cast.actor("boris"), Permission.SETTING_READ, ServiceSetting(tenant=cast.huaxin, service=Service.TEAMS))


def test_a_grant_that_is_just_being_made_survives_the_end_of_the_relationship(two_admins: Cast) -> None:
    cast, jun, anna = two_admins, two_admins.actor("jun"), two_admins.actor("anna")
    living = ResellerRelationship.objects.get(partner=cast.fanyun, customer=cast.jade, ended_at=None)
    with acting_as(jun):
        grant_delegated_admin(cast.jade, cast.fanyun, actor=jun)
        ending = meanwhile(acting(anna, lambda: end_relationship(living, actor=anna)))
        wait_until_somebody_waits()
    assert ending.result(30) == "done"
    assert can(cast.actor("anna"), Permission.CUSTOMER_READ, cast.jade)


def test_a_grant_that_waits_for_the_end_of_the_relationship_lets_the_partner_see_the_customer(two_admins: Cast) -> None:
    cast, jun, anna = two_admins, two_admins.actor("jun"), two_admins.actor("anna")
    living = ResellerRelationship.objects.get(partner=cast.fanyun, customer=cast.jade, ended_at=None)
    with acting_as(anna):
        end_relationship(living, actor=anna)
        granting = meanwhile(acting(jun, lambda: grant_delegated_admin(cast.jade, cast.fanyun, actor=jun)))
        wait_until_somebody_waits()
    assert granting.result(30) == "done"
    assert can(cast.actor("anna"), Permission.CUSTOMER_READ, cast.jade)


def revoke(grant: DelegatedAdmin, actor: Actor) -> None:
    revoke_delegated_admin(grant, actor=actor)
