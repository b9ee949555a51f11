"""What REST refuses in a PATCH: unreadable, unknown, wrong, without or with an old version, against a rule."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.demo.cast import Cast
from subscriptions.models import Subscription
from tenants.models import Standing, Tenant
from tests.subscriptions.conftest import assign_seats
from tests.subscriptions.test_rest import below, patch, refused

Rest = Callable[..., Client]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("not json", (400, "badRequest")),
        ("[]", (400, "badRequest")),
        ("{}", (400, "badRequest")),
        ({"seats": 30}, (400, "badRequest")),
        ({"partnerId": "x"}, (400, "badRequest")),
        ({"quantity": 30, "friendlyName": "Plant"}, (400, "severalChanges")),
        ({"quantity": 30, "status": "suspended"}, (400, "severalChanges")),
        ({"status": "active", "suspensionReasons": ["fraud"]}, (400, "severalChanges")),
        ({"quantity": 30, "suspensionReasons": ["fraud"]}, (400, "severalChanges")),
        ({"quantity": "30"}, (422, "invalidInput")),
        ({"quantity": 30.0}, (422, "invalidInput")),
        ({"quantity": True}, (422, "invalidInput")),
        ({"quantity": 0}, (422, "invalidInput")),
        ({"quantity": None}, (422, "invalidInput")),
        ({"quantity": 2**40}, (422, "invalidInput")),
        ({"quantity": 301}, (422, "quantityOutOfRange")),
        ({"status": "deleted"}, (422, "invalidInput")),
        ({"status": ["active"]}, (422, "invalidInput")),
        ({"status": "suspended", "suspensionReasons": ["boredom"]}, (422, "invalidInput")),
        ({"friendlyName": "x" * 101}, (422, "invalidInput")),
    ],
)
def test_bad_bodies_are_refused_precisely(
    rest_of: Rest, seats: Subscription, body: object, code: tuple[int, str]
) -> None:
    assert refused(patch(rest_of("anna"), seats, body)) == code


def test_properties_of_two_verbs_are_named_as_they_were_sent(rest_of: Rest, seats: Subscription) -> None:
    answer = patch(rest_of("anna"), seats, {"quantity": 30, "friendlyName": "Plant"})
    assert [detail["target"] for detail in answer.json()["error"]["details"]] == ["friendlyName", "quantity"]


def test_a_reason_alone_suspends_nobody(rest_of: Rest, seats: Subscription) -> None:
    answer = patch(rest_of("anna"), seats, {"suspensionReasons": ["nonPayment"]})
    assert refused(answer) == (422, "invalidInput")
    assert [detail["target"] for detail in answer.json()["error"]["details"]] == ["status"]
    seats.refresh_from_db()
    assert (seats.status, seats.version) == ("active", 1)


@pytest.mark.parametrize("match", [None, 'W/"7"'])
def test_a_number_outside_the_offer_is_told_before_the_version(
    rest_of: Rest, seats: Subscription, match: str | None
) -> None:
    assert refused(patch(rest_of("anna"), seats, {"quantity": 301}, match)) == (422, "quantityOutOfRange")


def test_the_version_must_be_named_and_fresh(rest_of: Rest, seats: Subscription) -> None:
    anna = rest_of("anna")
    assert refused(patch(anna, seats, {"quantity": 30}, None)) == (428, "preconditionRequired")
    assert patch(anna, seats, {"quantity": 30}).status_code == 200
    assert refused(patch(anna, seats, {"quantity": 28})) == (412, "resourceModified")


def test_rules_of_the_state_are_conflicts(rest_of: Rest, cast: Cast, seats: Subscription) -> None:
    assign_seats(seats, cast, 20)
    assert refused(patch(rest_of("anna"), seats, {"quantity": 10})) == (409, "quantityBelowAssigned")
    assert refused(patch(rest_of("anna"), seats, {"status": "active"})) == (409, "subscriptionNotSuspended")


def test_a_suspended_partner_suspends_but_does_not_order(rest_of: Rest, cast: Cast, seats: Subscription) -> None:
    Tenant.objects.filter(pk=cast.fanyun.pk).update(standing=Standing.SUSPENDED)
    anna = rest_of("anna")
    assert refused(patch(anna, seats, {"quantity": "nonsense"})) == (403, "partnerSuspended")
    assert patch(anna, seats, {"status": "suspended"}).status_code == 200


def test_a_token_does_only_what_it_was_issued_for(rest_of: Rest, seats: Subscription) -> None:
    reader = rest_of("anna", ("subscriptions.subscription:read",))
    assert reader.get(below(seats)).status_code == 200
    assert refused(patch(reader, seats, {"quantity": 30})) == (403, "scopeMissing")
