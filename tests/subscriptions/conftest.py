"""What the tests of this room stand on: an offer or two, and Huaxin's subscriptions, bought by Fanyun's people."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.demo.cast import Cast
from subscriptions.actions import create_subscription, publish_offer
from subscriptions.models import Offer, Subscription
from tenants.actor import acting_as
from tenants.services import Service

Buy = Callable[..., Subscription]


@pytest.fixture
def suite(cast: Cast) -> Offer:
    """Several services, 1 to 300 seats, with prices."""
    return _publish(
        cast,
        "O365-E3",
        "Office 365 E3",
        [Service.EXCHANGE, Service.SHAREPOINT, Service.TEAMS],
        chinese_name="Office 365 企业版 E3",
        maximum_quantity=300,
        unit_price=240_000,
        unit_cost=204_000,
    )


@pytest.fixture
def sites(cast: Cast) -> Offer:
    """One service: the one that Huaxin granted to Beichen."""
    return _publish(cast, "SPO-P1", "SharePoint Online (Plan 1)", [Service.SHAREPOINT])


@pytest.fixture
def plenty(cast: Cast) -> Offer:
    """One service, by the ten thousands."""
    return _publish(cast, "EXO-P1", "Exchange Online (Plan 1)", [Service.EXCHANGE], maximum_quantity=20_000)


def _publish(cast: Cast, sku: str, name: str, services: list[Service], **fields: Any) -> Offer:
    olivia = cast.actor("olivia")
    with acting_as(olivia):
        return publish_offer(cast.vianet, actor=olivia, sku=sku, name=name, services=services, **fields)


@pytest.fixture
def buy(cast: Cast) -> Buy:
    """`buy(offer, quantity=25)`: Anna buys it for Huaxin; `by` and `for_` name others."""

    def purchase(
        offer: Offer, quantity: int = 25, by: str = "anna", for_: str = "huaxin", **fields: Any
    ) -> Subscription:
        actor, customer = cast.actor(by), cast.organisations[for_]
        with acting_as(actor, customer):
            return create_subscription(customer, offer, actor=actor, quantity=quantity, **fields)

    return purchase


@pytest.fixture
def seats(suite: Offer, buy: Buy) -> Subscription:
    """Huaxin's 25 seats of the suite."""
    return buy(suite, partner_note="pays late")


def assign_seats(subscription: Subscription, cast: Cast, count: int) -> None:
    """Give seats to people, past the verb that a later room brings."""
    with acting_as(cast.actor("anna"), cast.huaxin):
        Subscription.objects.filter(pk=subscription.pk).update(assigned_seats=count)
