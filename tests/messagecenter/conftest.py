"""What the tests of this room stand on: what the customers own, and a publisher who writes about it."""

from collections.abc import Callable
from typing import Any

import pytest

from messagecenter.actions import publish_post
from messagecenter.drafts import Draft, Wording
from messagecenter.models import Post
from messagecenter.vocabulary import Category, Language
from portal.demo.cast import Cast
from subscriptions.actions import create_subscription, publish_offer
from tenants.actor import acting_as
from tenants.services import Service

Publish = Callable[..., Post]
OWNED = {
    "exchange": ("anna", "huaxin", [Service.EXCHANGE, Service.TEAMS]),
    "sharepoint": ("boris", "lotus", [Service.SHAREPOINT]),
    "teams": ("anna", "jade", [Service.TEAMS]),
}


@pytest.fixture
def owners(cast: Cast) -> Cast:
    """Huaxin owns Exchange and Teams, Lotus owns SharePoint, Jade owns Teams; nobody owns Intune."""
    olivia = cast.actor("olivia")
    for sku, (buyer, customer, services) in OWNED.items():
        with acting_as(olivia):
            offer = publish_offer(cast.vianet, actor=olivia, sku=sku, name=sku, services=services)
        actor, tenant = cast.actor(buyer), cast.organisations[customer]
        with acting_as(actor, tenant):
            create_subscription(tenant, offer, actor=actor, quantity=5)
    return cast


def a_draft(title: str = "Quarantine changes", body: str = "<p>Read this.</p>", **fields: Any) -> Draft:
    """A draft about Exchange in English; `chinese` is a pair of title and body."""
    wordings = {Language.ENGLISH: Wording(title, body)}
    if chinese := fields.pop("chinese", None):
        wordings[Language.CHINESE] = Wording(*chinese)
    services = frozenset(fields.pop("services", [Service.EXCHANGE]))
    return Draft(category=Category.PLAN_FOR_CHANGE, services=services, wordings=wordings, **fields)


@pytest.fixture
def publish(owners: Cast) -> Publish:
    """`publish("Title", "<p>..</p>", services=[...], tags=frozenset({...}))`: Peng publishes it."""

    def write(*words: str, **fields: Any) -> Post:
        peng = owners.actor("peng")
        with acting_as(peng):
            return publish_post(a_draft(*words, **fields), actor=peng)

    return write


@pytest.fixture
def post(publish: Publish) -> Post:
    """About Exchange, in both languages."""
    return publish(chinese=("隔离更改", "<p>请阅读。</p>"))
