"""Walk B as a verb: who changes a quantity, and what stands in the way."""

import pytest

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed, RuleBroken, StaleVersion
from portal.mail.models import Letter
from subscriptions.actions import change_quantity, suspend
from subscriptions.models import Offer, Subscription
from tenants.actor import acting_as
from tenants.models import Standing, Tenant
from tests.subscriptions.conftest import Buy, assign_seats


def change(cast: Cast, who: str, subscription: Subscription, quantity: int, version: int | None = None) -> Subscription:
    actor = cast.actor(who)
    with acting_as(actor, cast.huaxin):
        return change_quantity(subscription, actor=actor, quantity=quantity, version=version or subscription.version)


def test_an_agent_changes_the_quantity_and_everybody_learns_of_it(cast: Cast, seats: Subscription) -> None:
    Letter.objects.all().delete()
    changed = change(cast, "anna", seats, 30)
    assert (changed.quantity, changed.version) == (30, 2)
    entry = AuditEntry.objects.get(deed="subscriptions.subscription.quantity_changed")
    assert (entry.tenant_id, entry.actor_name, entry.on_behalf_of_id) == (cast.huaxin.pk, "Anna An", cast.huaxin.pk)
    assert entry.data == {"before": {"quantity": 25}, "after": {"quantity": 30}}
    readers = set(Letter.objects.values_list("recipient_name", flat=True))
    assert readers == {"Alice Ai", "Uma Wu", "Sven Shen", "Lily Li"}


def test_the_same_number_changes_nothing(cast: Cast, seats: Subscription) -> None:
    assert change(cast, "sam", seats, 25).version == 1
    assert not AuditEntry.objects.filter(deed="subscriptions.subscription.quantity_changed").exists()


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("alice", "partnerOnly"),
        ("uma", "partnerOnly"),
        ("lily", "partnerOnly"),
        ("ed", "partnerOnly"),
        ("boris", "notPartnerOfRecord"),
        ("helen", "roleMissing"),
        ("bill", "roleMissing"),
        ("mallory", "partnerOnly"),
        ("olivia", "roleMissing"),
    ],
)
def test_nobody_but_the_partner_of_record_changes_it(cast: Cast, seats: Subscription, who: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        change(cast, who, seats, 30)
    assert refusal.value.code == code
    seats.refresh_from_db()
    assert seats.quantity == 25


def test_a_suspended_partner_changes_neither_up_nor_down(cast: Cast, seats: Subscription) -> None:
    Tenant.objects.filter(pk=cast.fanyun.pk).update(standing=Standing.SUSPENDED)
    cast.anna.tenant.refresh_from_db()
    for quantity in (20, 30):
        with pytest.raises(NotAllowed) as refusal:
            change(cast, "anna", seats, quantity)
        assert refusal.value.code == "partnerSuspended"


@pytest.mark.parametrize("quantity", [0, 301])
def test_an_offer_has_its_limits(cast: Cast, seats: Subscription, quantity: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        change(cast, "anna", seats, quantity)
    assert refusal.value.code == "quantityOutOfRange"
    assert str(refusal.value) == "This offer is sold from 1 to 300 seats."


def test_assigned_seats_are_never_taken_away(cast: Cast, seats: Subscription) -> None:
    assign_seats(seats, cast, 20)
    with pytest.raises(RuleBroken) as refusal:
        change(cast, "anna", seats, 19)
    assert refusal.value.code == "quantityBelowAssigned"
    assert "20 seats are assigned" in str(refusal.value)
    assert change(cast, "anna", seats, 20).quantity == 20


def test_a_suspended_subscription_keeps_its_quantity(cast: Cast, seats: Subscription) -> None:
    anna = cast.actor("anna")
    with acting_as(anna, cast.huaxin):
        suspend(seats, actor=anna, version=1)
    with pytest.raises(RuleBroken) as refusal:
        change(cast, "anna", seats, 30, version=2)
    assert refusal.value.code == "subscriptionNotActive"


def test_an_older_version_is_refused_and_the_present_one_shown(cast: Cast, seats: Subscription) -> None:
    change(cast, "sam", seats, 30)
    with pytest.raises(StaleVersion) as refusal:
        change(cast, "anna", seats, 28, version=1)
    assert (refusal.value.current.quantity, refusal.value.current.version) == (30, 2)


def test_another_customers_subscription_is_its_own_partners(cast: Cast, suite: Offer, buy: Buy) -> None:
    theirs = buy(suite, by="boris", for_="lotus")
    with pytest.raises(NotAllowed) as refusal:
        change(cast, "anna", theirs, 30)
    assert refusal.value.code == "notPartnerOfRecord"
