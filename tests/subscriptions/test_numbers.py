"""Seats in words: thousands are separated, and one seat is not *1 seats*, wherever a number is told."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import RuleBroken
from portal.mail.models import Letter
from portal.mail.rendering import render
from subscriptions.models import Offer
from tenants import deeds
from tenants.actions.organisations import end_relationship
from tenants.actor import acting_as
from tenants.models import ResellerRelationship
from tests.subscriptions.conftest import Buy, assign_seats
from tests.subscriptions.test_forms import send

Browser = Callable[[str], Client]


@pytest.mark.parametrize(
    ("before", "after", "said", "history", "subject"),
    [
        (25, 12_000, "now has 12,000 seats.", "From 25 to 12,000 seats.", ": 12,000 seats instead of 25"),
        (12_000, 1, "now has 1 seat.", "From 12,000 to 1 seat.", ": 1 seat instead of 12,000"),
    ],
)
def test_a_change_is_told_in_words(
    browser_of: Browser, plenty: Offer, buy: Buy, before: int, after: int, said: str, history: str, subject: str
) -> None:
    seats, anna = buy(plenty, quantity=before), browser_of("anna")
    page = anna.get(send(anna, seats, "quantity", quantity=after)["Location"]).content.decode()
    assert said in page
    assert history in page
    letter = Letter.objects.get(template="subscription_quantity_changed", recipient_name="Alice Ai")
    assert render(letter).subject.endswith(subject)


def test_the_limits_are_told_in_words(browser_of: Browser, cast: Cast, plenty: Offer, buy: Buy) -> None:
    seats, anna = buy(plenty, quantity=15_000), browser_of("anna")
    assign_seats(seats, cast, 12_000)
    page = send(anna, seats, "quantity", quantity=11_999).content.decode()
    assert "From 12,000 to 20,000." in page
    assert "12,000 seats are assigned to people. Choose at least 12,000, or ask the customer" in page
    assert "sold from 1 to 20,000 seats." in send(anna, seats, "quantity", quantity=20_001).content.decode()


def test_the_audit_log_tells_codes_and_numbers_in_words(
    browser_of: Browser, cast: Cast, plenty: Offer, buy: Buy
) -> None:
    seats, anna = buy(plenty, quantity=12_000), browser_of("anna")
    send(anna, seats, "suspend", reason="non_payment")
    bought, suspended = AuditEntry.objects.filter(target_id=str(seats.pk)).order_by("at", "id")
    assert deeds.sentence(bought) == "Bought Exchange Online (Plan 1) (number of seats: 12,000)"
    assert deeds.changes(suspended) == [
        ("Status", "Active", "Suspended"),
        ("Reason", "", "The customer has not paid"),
    ]


def test_a_reason_that_nobody_gave_is_not_recorded(rest_of: Browser, plenty: Offer, buy: Buy) -> None:
    seats, anna = buy(plenty), rest_of("anna")
    address = f"/v1.0/customers/{seats.tenant_id}/subscriptions/{seats.pk}"
    body, headers = {"status": "suspended"}, {"If-Match": 'W/"1"'}
    assert anna.patch(address, body, content_type="application/json", headers=headers).status_code == 200
    entry = AuditEntry.objects.get(deed="subscriptions.subscription.suspended")
    assert deeds.changes(entry) == [("Status", "Active", "Suspended")]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 subscription of this customer is still active. Suspend it first."),
        (2, "2 subscriptions of this customer are still active. Suspend them first."),
    ],
)
def test_a_relationship_that_cannot_end_names_how_many_stand_in_the_way(
    cast: Cast, plenty: Offer, buy: Buy, count: int, words: str
) -> None:
    for _number in range(count):
        buy(plenty)
    paul, tie = cast.actor("paul"), ResellerRelationship.objects.get(partner=cast.fanyun, customer=cast.huaxin)
    with acting_as(paul, cast.huaxin), pytest.raises(RuleBroken) as refusal:
        end_relationship(tie, actor=paul)
    assert str(refusal.value) == words
