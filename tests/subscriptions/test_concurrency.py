"""Two people at once, with real threads and connections: one wins, the other is told."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from portal.audit.models import AuditEntry
from subscriptions.models import Offer, Subscription
from tests.subscriptions.conftest import Buy
from tests.threads import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 10


def patching(client: Client, subscription: Subscription, version: int, **body: object) -> Callable[[], int]:
    address = f"/v1.0/customers/{subscription.tenant_id}/subscriptions/{subscription.pk}"
    headers = {"If-Match": f'W/"{version}"'}
    return lambda: client.patch(address, json.dumps(body), content_type="application/json", headers=headers).status_code


def test_of_two_agents_exactly_one_changes_the_quantity(rest_of: Callable[..., Client], suite: Offer, buy: Buy) -> None:
    seats, anna, sam = buy(suite), rest_of("anna"), rest_of("sam")
    for number in range(1, ROUNDS + 1):
        answers = at_once(
            patching(anna, seats, number, quantity=100 + number), patching(sam, seats, number, quantity=200 + number)
        )
        assert sorted(answers) == [200, 412]
        seats.refresh_from_db()
        assert seats.version == number + 1
        assert seats.quantity in {100 + number, 200 + number}
        deeds = AuditEntry.objects.filter(deed="subscriptions.subscription.quantity_changed").order_by("at", "id")
        assert [deed.data["after"]["quantity"] for deed in deeds][number - 1 :] == [seats.quantity]


def test_suspending_and_changing_never_both_happen(rest_of: Callable[..., Client], suite: Offer, buy: Buy) -> None:
    anna, sam = rest_of("anna"), rest_of("sam")
    for _round in range(ROUNDS):
        seats = buy(suite)
        answers = at_once(patching(anna, seats, 1, quantity=30), patching(sam, seats, 1, status="suspended"))
        assert sorted(answers) == [200, 412]
        seats.refresh_from_db()
        assert (seats.quantity, seats.status) in {(30, "active"), (25, "suspended")}
        assert AuditEntry.objects.filter(target_id=str(seats.pk)).count() == 2  # bought, and the one change


def test_of_six_clients_one_wins_and_what_it_wrote_stands(
    rest_of: Callable[..., Client], suite: Offer, buy: Buy
) -> None:
    seats, clients = buy(suite), [rest_of(name) for name in ("anna", "sam", "paul") for _twice in range(2)]
    answers = at_once(*(patching(client, seats, 1, quantity=40 + place) for place, client in enumerate(clients)))
    assert sorted(answers) == [200, 412, 412, 412, 412, 412]
    seats.refresh_from_db()
    deed = AuditEntry.objects.get(deed="subscriptions.subscription.quantity_changed")
    assert (seats.quantity, seats.version) == (deed.data["after"]["quantity"], 2)
    assert seats.quantity in range(40, 46)
