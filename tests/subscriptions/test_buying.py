"""Buying and pricing as verbs: who may, and what stands in the way."""

from datetime import date, timedelta
from typing import Any

import pytest

from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed, RuleBroken
from subscriptions.actions import publish_offer, rename
from subscriptions.forms import QuantityForm
from subscriptions.models import Offer, Status, Subscription, Term
from tenants.actor import Actor, acting_as
from tenants.models import Standing, Tenant
from tenants.services import Service
from tests.subscriptions.conftest import Buy


def test_the_partner_who_buys_becomes_the_partner_of_record(cast: Cast, suite: Offer, buy: Buy) -> None:
    bought = buy(suite, quantity=300, by="sam")
    assert (bought.partner, bought.reach_partner, bought.status) == (cast.fanyun, cast.fanyun, Status.ACTIVE)
    assert (bought.unit_price, bought.unit_cost, bought.version) == (240_000, 204_000, 1)
    assert timedelta(days=364) <= bought.term_end - bought.term_start <= timedelta(days=365)


@pytest.mark.parametrize(
    ("who", "for_", "code"),
    [
        ("alice", "huaxin", "partnerOnly"),
        ("lily", "huaxin", "partnerOnly"),
        ("ed", "huaxin", "partnerOnly"),
        ("mallory", "huaxin", "partnerOnly"),
        ("helen", "huaxin", "roleMissing"),
        ("bill", "huaxin", "roleMissing"),
        ("olivia", "huaxin", "roleMissing"),
        ("boris", "huaxin", "relationshipMissing"),
        ("anna", "lotus", "relationshipMissing"),
    ],
)
def test_nobody_buys_but_who_sells_to_the_customer(
    cast: Cast, suite: Offer, buy: Buy, who: str, for_: str, code: str
) -> None:
    with pytest.raises(NotAllowed) as refusal:
        buy(suite, by=who, for_=for_)
    assert refusal.value.code == code
    assert not Subscription.objects.for_system("whether anything was bought").exists()


def test_a_suspended_partner_buys_nothing(cast: Cast, suite: Offer, buy: Buy) -> None:
    Tenant.objects.filter(pk=cast.fanyun.pk).update(standing=Standing.SUSPENDED)
    cast.anna.tenant.refresh_from_db()
    with pytest.raises(NotAllowed) as refusal:
        buy(suite)
    assert refusal.value.code == "partnerSuspended"


@pytest.mark.parametrize("quantity", [0, 301])
def test_an_offer_is_bought_within_its_limits(suite: Offer, buy: Buy, quantity: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        buy(suite, quantity=quantity)
    assert refusal.value.code == "quantityOutOfRange"
    assert [detail["target"] for detail in refusal.value.details] == ["quantity"]


def test_a_sales_agent_writes_no_partner_note(suite: Offer, buy: Buy) -> None:
    with pytest.raises(NotAllowed) as refusal:
        buy(suite, by="sam", partner_note="pays late")
    assert refusal.value.code == "partnerNote"


@pytest.mark.parametrize("who", ["paul", "anna", "boris", "alice", "peng"])
def test_only_the_operators_admins_publish_offers(cast: Cast, who: str) -> None:
    actor = cast.actor(who)
    with acting_as(actor), pytest.raises(NotAllowed) as refusal:
        publish_offer(cast.vianet, actor=actor, sku="X", name="X", services=[Service.EXCHANGE])
    assert refusal.value.code == "roleMissing"
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("term", "first", "last"),
    [
        (Term.MONTH, date(2026, 1, 31), date(2026, 2, 27)),
        (Term.YEAR, date(2028, 2, 29), date(2029, 2, 27)),
        (Term.THREE_YEARS, date(2026, 1, 1), date(2028, 12, 31)),
    ],
)
def test_a_term_ends_before_the_day_on_which_it_began(term: Term, first: date, last: date) -> None:
    assert Offer(term=term).last_day(first) == last


def test_a_deleted_subscription_has_no_nickname_to_change(cast: Cast, seats: Subscription) -> None:
    gone: dict[str, Any] = {"status": Status.DELETED, "suspended_at": None}
    with acting_as(Actor.system("lifecycle")):
        Subscription.objects.filter(pk=seats.pk).update(**gone)
    with acting_as(cast.actor("anna"), cast.huaxin), pytest.raises(RuleBroken) as refusal:
        rename(seats, actor=cast.actor("anna"), friendly_name="Plant", version=1)
    assert refusal.value.code == "subscriptionDeleted"


def test_a_form_with_the_present_number_says_so(seats: Subscription) -> None:
    form = QuantityForm(seats, {"quantity": 25, "version": 1})
    assert form.has_error("quantity", "unchanged")


def test_a_trial_does_not_renew(cast: Cast, buy: Buy) -> None:
    olivia = cast.actor("olivia")
    with acting_as(olivia):
        trial = publish_offer(
            cast.vianet, actor=olivia, sku="T", name="Trial", services=[Service.TEAMS], term=Term.MONTH, is_trial=True
        )
    assert buy(trial, auto_renew=True).auto_renew is False
