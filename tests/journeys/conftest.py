"""What the walks start from: the cast, what it owns, a line to 21Vianet, and windows for people."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client
from playwright.sync_api import BrowserContext, expect

from portal.demo import script
from portal.demo.cast import Cast
from portal.outbox import wire
from portal.outbox.breaker import breaker
from portal.outbox.consumer import consume_replies
from portal.vianet.simulator import Knobs, Simulator
from portal.vianet.transports import connect
from subscriptions.actions import create_subscription, publish_offer
from subscriptions.models import Offer, Subscription
from tenants.actor import acting_as
from tests.journeys.pages import DESK, PATIENCE, Person
from tests.threads import running

CASE_NUMBER = re.compile(r"CN\d{8}-\d{6}")
Enter = Callable[..., Person]


@pytest.fixture
def owned(cast: Cast, transactional_db: None) -> dict[str, Subscription]:
    """What the partners have sold, by SKU and customer: `owned["O365_E3", "huaxin"]`."""
    olivia, bought = cast.actor("olivia"), {}
    with acting_as(olivia):
        for offer in script.OFFERS:
            publish_offer(cast.vianet, actor=olivia, **offer)
    for agent, customer, sku, seats in script.SUBSCRIPTIONS:
        actor, organisation = cast.actor(agent), cast.organisations[customer]
        with acting_as(actor, organisation):
            offer = Offer.objects.get(sku=sku)
            bought[sku, customer] = create_subscription(organisation, offer, actor=actor, quantity=seats)
    return bought


@pytest.fixture
def enter(
    cast: Cast,
    live_server: Any,
    new_context: Callable[..., BrowserContext],
    browser_of: Callable[[str], Client],
) -> Iterator[Enter]:
    """`enter("alice")`: Alice in a window of her own, on her home page; `signed_in=False` leaves her before the door.

    The walks that are about signing in do it by the form; the others come with a session. Further words are the browser
    context's options. At the end every window must have been quiet.
    """
    expect.set_options(timeout=PATIENCE)
    entered: list[Person] = []

    def come_in(name: str, *, signed_in: bool = True, **options: Any) -> Person:
        upn = cast.people[name].upn if name in cast.people else name
        context = new_context(**{"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce", **options})
        person = Person(upn, context, live_server.url)
        entered.append(person)
        if signed_in:
            session = browser_of(name).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
            person.goes_to("/")
        return person

    yield come_in
    for person in entered:
        person.leaves()


@pytest.fixture
def line(settings: LazySettings) -> Iterator[Callable[[str, str], None]]:
    """The way to 21Vianet: queues of this test's own in memory; `line(url, prefix)` lays another one."""

    def lay(url: str, prefix: str) -> None:
        settings.VIANET_QUEUE_URL, settings.VIANET_QUEUE_PREFIX = url, prefix
        wire.transport.cache_clear()
        breaker.record(worked=True)

    lay("memory://", f"test-{uuid4()}")
    yield lay
    wire.transport().close()
    wire.transport.cache_clear()
    breaker.record(worked=True)


@pytest.fixture
def vianet(line: object, settings: LazySettings, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """21Vianet at work in a thread, and the portal's own consumer beside it, as in the demo."""
    simulator = Simulator(
        connect(settings.VIANET_QUEUE_URL, settings.VIANET_QUEUE_PREFIX),
        str(tmp_path / "vianet.sqlite3"),
        verify_keys=[settings.VIANET_SIGNING_KEY],
        signing_key=settings.VIANET_VERIFY_KEYS[0],
        knobs=Knobs(latency=0.0),
    )
    with running(simulator.run, consume_replies):
        yield SimpleNamespace(knobs=simulator.knobs)
