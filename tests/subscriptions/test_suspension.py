"""Suspending, reactivating, and what ends with a relationship."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.demo.cast import Cast
from portal.errors import NotAllowed, RuleBroken, StaleVersion
from subscriptions.actions import reactivate, suspend
from subscriptions.models import MAY_BECOME, OWNED, Offer, Status, Subscription
from subscriptions.rules import TOO_LATE, refusal_by_state
from tenants.actions.organisations import end_relationship
from tenants.actor import Actor, acting_as
from tenants.models import ResellerRelationship, Standing, Tenant
from tests.subscriptions.conftest import Buy, assign_seats

Browser = Callable[[str], Client]


def suspended(cast: Cast, subscription: Subscription, who: str = "anna") -> Subscription:
    actor = cast.actor(who)
    with acting_as(actor, cast.huaxin):
        return suspend(subscription, actor=actor, version=subscription.version, reason="non_payment")


def test_suspending_starts_the_countdown(cast: Cast, seats: Subscription) -> None:
    found = suspended(cast, seats)
    assert (found.status, found.suspension_reason, found.version) == ("suspended", "non_payment", 2)
    assert found.data_deleted_at is not None
    assert found.suspended_at is not None
    assert found.data_deleted_at - found.suspended_at == timedelta(days=60)


def test_a_suspended_partner_may_suspend_but_not_reactivate(cast: Cast, seats: Subscription) -> None:
    Tenant.objects.filter(pk=cast.fanyun.pk).update(standing=Standing.SUSPENDED)
    cast.anna.tenant.refresh_from_db()
    found = suspended(cast, seats)
    with acting_as(cast.actor("anna"), cast.huaxin), pytest.raises(NotAllowed) as refusal:
        reactivate(found, actor=cast.actor("anna"), version=2)
    assert refusal.value.code == "partnerSuspended"


def test_nothing_is_suspended_twice(cast: Cast, seats: Subscription) -> None:
    found = suspended(cast, seats)
    with pytest.raises(RuleBroken) as refusal:
        suspended(cast, found)
    assert (refusal.value.code, str(refusal.value)) == (
        "subscriptionNotActive",
        "This subscription is already suspended.",
    )


def test_only_the_suspended_is_reactivated(cast: Cast, seats: Subscription) -> None:
    with acting_as(cast.actor("anna"), cast.huaxin), pytest.raises(RuleBroken) as refusal:
        reactivate(seats, actor=cast.actor("anna"), version=1)
    assert refusal.value.code == "subscriptionNotSuspended"


def test_after_sixty_days_nothing_comes_back(cast: Cast, seats: Subscription) -> None:
    found = suspended(cast, seats)
    with acting_as(Actor.system("lifecycle")):
        Subscription.objects.filter(pk=found.pk).update(suspended_at=timezone.now() - timedelta(days=60))
    with acting_as(cast.actor("anna"), cast.huaxin), pytest.raises(RuleBroken) as refusal:
        reactivate(found, actor=cast.actor("anna"), version=2)
    assert refusal.value.code == "suspensionExpired"
    found.refresh_from_db()
    assert refusal_by_state("change_quantity", found) == TOO_LATE


def test_suspending_needs_the_version_that_was_seen(cast: Cast, seats: Subscription) -> None:
    with acting_as(cast.actor("anna"), cast.huaxin), pytest.raises(StaleVersion):
        suspend(seats, actor=cast.actor("anna"), version=7)


def test_time_suspends_as_a_machine(cast: Cast, seats: Subscription) -> None:
    lifecycle = Actor.system("lifecycle")
    with acting_as(lifecycle):
        assert suspend(seats, actor=lifecycle, version=1).status == Status.SUSPENDED


def test_every_status_says_what_it_may_become() -> None:
    assert set(MAY_BECOME) == set(Status)
    assert MAY_BECOME[Status.DELETED] == frozenset()
    with pytest.raises(RuleBroken) as refusal:
        Subscription(status=Status.DELETED).become(Status.ACTIVE)
    assert refusal.value.code == "subscriptionStatus"
    assert str(refusal.value) == "A subscription with the status Deleted cannot change to the status Active."


def test_a_relationship_does_not_end_over_a_running_subscription(cast: Cast, seats: Subscription) -> None:
    paul, tie = cast.actor("paul"), ResellerRelationship.objects.get(partner=cast.fanyun, customer=cast.huaxin)
    with acting_as(paul, cast.huaxin), pytest.raises(RuleBroken) as refusal:
        end_relationship(tie, actor=paul)
    assert refusal.value.code == "subscriptionsActive"
    suspended(cast, seats)
    with acting_as(paul, cast.huaxin):
        end_relationship(tie, actor=paul)
    seats.refresh_from_db()
    assert (seats.partner_id, seats.reach_partner_id) == (cast.fanyun.pk, None)
    assert not Subscription.objects.visible_to(cast.actor("sam")).exists()
    assert Subscription.objects.visible_to(cast.actor("alice")).get() == seats


def test_what_a_customer_owns_decides_which_services_concern_it(
    cast: Cast, seats: Subscription, sites: Offer, buy: Buy
) -> None:
    buy(sites, by="boris", for_="lotus")
    assert Subscription.objects.services_of(cast.huaxin.pk) == {"exchange", "sharepoint", "teams"}
    assert Subscription.objects.services_of(cast.lotus.pk) == {"sharepoint"}
    assert Subscription.objects.services_of(cast.jade.pk) == frozenset()
    assert Status.PENDING not in OWNED


@pytest.mark.parametrize(
    ("assigned", "lost", "back"),
    [
        (0, "No seat is assigned, so nobody loses the services.", "No seat is assigned yet."),
        (1, "The person on 1 assigned seat cannot use", "The person on 1 assigned seat can work again"),
        (3, "The people on 3 assigned seats cannot use", "The people on 3 assigned seats can work again"),
    ],
)
def test_whom_a_suspension_touches_is_told_by_assigned_seats(
    cast: Cast, seats: Subscription, browser_of: Browser, assigned: int, lost: str, back: str
) -> None:
    assign_seats(seats, cast, assigned)
    anna, there = browser_of("anna"), seats.get_absolute_url()
    page = anna.get(f"{there}suspend/").content.decode()
    assert lost in page
    assert "Problem:" not in page, "what will follow is no fault"
    suspended(cast, seats)
    assert back in anna.get(f"{there}reactivate/").content.decode()
