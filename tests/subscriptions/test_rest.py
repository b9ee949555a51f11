"""Walk B over REST: the partner of record changes one thing at a time, everybody else is told why not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from portal.audit.models import AuditEntry
from subscriptions.models import Offer, Subscription
from tests.subscriptions.conftest import Buy

Rest = Callable[..., Client]
FIRST = 'W/"1"'


def below(subscription: Subscription) -> str:
    return f"/v1.0/customers/{subscription.tenant_id}/subscriptions/{subscription.pk}"


def patch(client: Client, subscription: Subscription, body: Any, match: str | None = FIRST) -> HttpResponse:
    headers = {"If-Match": match} if match else {}
    content = body if isinstance(body, str) else json.dumps(body)
    return client.patch(below(subscription), content, content_type="application/json", headers=headers)


def refused(response: HttpResponse) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def test_a_partner_reads_what_it_may_do(rest_of: Rest, seats: Subscription) -> None:
    response = rest_of("anna").get(below(seats))
    body = response.json()
    assert response["ETag"] == body["@odata.etag"] == FIRST
    assert body["id"] == str(seats.pk)
    assert (body["offerName"], body["friendlyName"]) == ("Office 365 E3", None)
    assert (body["quantity"], body["status"], body["autoRenewEnabled"]) == (25, "active", True)
    assert (body["effectiveStartDate"], body["commitmentEndDate"]) == (
        seats.term_start.isoformat(),
        seats.term_end.isoformat(),
    )
    assert body["partnerId"] == str(seats.partner_id)
    assert body["allowedActions"] == ["changeQuantity", "suspend", "rename"]
    assert body["deniedActions"] == [
        {
            "action": "reactivate",
            "code": "subscriptionNotSuspended",
            "reason": "Only a suspended subscription can be reactivated.",
        }
    ]


def test_a_customer_reads_that_it_may_do_nothing(rest_of: Rest, seats: Subscription) -> None:
    body = rest_of("alice").get(below(seats)).json()
    assert body["allowedActions"] == []
    assert {denied["code"] for denied in body["deniedActions"]} == {"partnerOnly"}


@pytest.mark.parametrize(
    ("who", "fields"),
    [
        ("anna", {"retailUnitPrice", "partnerUnitCost", "partnerNote"}),
        ("alice", {"retailUnitPrice"}),
        ("sam", set()),
        ("uma", set()),
    ],
)
def test_money_is_there_only_for_those_in_the_table(
    rest_of: Rest, seats: Subscription, who: str, fields: set[str]
) -> None:
    hidden = {"retailUnitPrice", "partnerUnitCost", "partnerNote"}
    assert rest_of(who).get(below(seats)).json().keys() & hidden == fields
    listed = rest_of(who).get(below(seats).rpartition("/")[0]).json()
    assert listed["value"][0].keys() & hidden == fields


def test_a_list_is_paged_and_filtered(rest_of: Rest, suite: Offer, buy: Buy) -> None:
    bought = [buy(suite, quantity=number) for number in range(1, 6)]
    anna, address = rest_of("anna"), f"/v1.0/customers/{bought[0].tenant_id}/subscriptions"
    quantities, following = [], f"{address}?$top=2"
    while following:
        body = anna.get(following.replace("http://127.0.0.1:8000", "")).json()
        quantities += [row["quantity"] for row in body["value"]]
        following = body.get("@odata.nextLink", "")
    assert quantities == [5, 4, 3, 2, 1]
    found = anna.get(f"{address}?$filter=quantity gt 3 and status eq 'active'&$count=true").json()
    assert found["@odata.count"] == 2
    assert refused(anna.get(f"{address}?$filter=partnerUnitCost gt 3")) == (400, "invalidFilter")


def test_an_agent_changes_the_quantity(rest_of: Rest, seats: Subscription) -> None:
    response = patch(rest_of("anna"), seats, {"quantity": 30, "@odata.type": "#subscription"})
    assert response.status_code == 200
    assert (response.json()["quantity"], response["ETag"]) == (30, 'W/"2"')


def test_an_agent_suspends_reactivates_and_renames(rest_of: Rest, seats: Subscription) -> None:
    anna = rest_of("anna")
    body = patch(anna, seats, {"status": "suspended", "suspensionReasons": ["nonPayment"]}).json()
    assert (body["status"], body["suspensionReasons"]) == ("suspended", ["nonPayment"])
    assert body["dataDeletionDateTime"].endswith("Z")
    assert body["allowedActions"] == ["reactivate", "rename"]
    body = patch(anna, seats, {"status": "active"}, 'W/"2"').json()
    assert (body["status"], body["suspensionReasons"], body["dataDeletionDateTime"]) == ("active", [], None)
    body = patch(anna, seats, {"friendlyName": "Plant"}, 'W/"3"').json()
    assert body["friendlyName"] == "Plant"
    address = below(seats).rpartition("/")[0]
    for wanted, found in (("eq 'Plant'", 1), ("eq null", 0), ("ne null", 1)):
        assert len(anna.get(f"{address}?$filter=friendlyName {wanted}").json()["value"]) == found
    assert patch(anna, seats, {"friendlyName": None}, 'W/"4"').json()["friendlyName"] is None
    for wanted, found in (("eq 'Plant'", 0), ("eq null", 1), ("ne null", 0)):
        assert len(anna.get(f"{address}?$filter=friendlyName {wanted}").json()["value"]) == found


def test_what_is_not_set_is_null_and_never_an_empty_text(rest_of: Rest, sites: Offer, buy: Buy) -> None:
    body = rest_of("anna").get(below(buy(sites))).json()
    empty = {"friendlyName", "partnerNote", "retailUnitPrice", "partnerUnitCost", "dataDeletionDateTime"}
    assert {name for name, value in body.items() if value is None} == empty
    assert "" not in [value for value in body.values() if isinstance(value, str)]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("alice", (403, "partnerOnly")),
        ("lily", (403, "partnerOnly")),
        ("ed", (403, "partnerOnly")),
        ("boris", (403, "notPartnerOfRecord")),
        ("helen", (403, "roleMissing")),
        ("mallory", (404, "itemNotFound")),
        ("jun", (404, "itemNotFound")),
        ("olivia", (404, "itemNotFound")),
    ],
)
@pytest.mark.parametrize("body", [{"quantity": 30}, {"status": "suspended"}, {"nonsense": 1}, {}])
def test_nobody_else_changes_anything(
    rest_of: Rest, seats: Subscription, who: str, code: tuple[int, str], body: dict[str, object]
) -> None:
    assert refused(patch(rest_of(who), seats, body, None)) == code
    seats.refresh_from_db()
    assert (seats.quantity, seats.status) == (25, "active")


def test_the_refusal_says_why_and_is_remembered(rest_of: Rest, seats: Subscription) -> None:
    message = patch(rest_of("alice"), seats, {"quantity": 30}).json()["error"]["message"]
    assert message == "Only your partner can change subscriptions. Ask your partner for the change."
    assert AuditEntry.objects.filter(deed="portal.write.refused", target_id=str(seats.pk)).count() == 1


@pytest.mark.parametrize("method", ["put", "post", "delete"])
@pytest.mark.parametrize(
    ("who", "status"), [("anna", 405), ("alice", 405), ("boris", 405), ("mallory", 404), ("", 401)]
)
def test_other_methods_do_not_exist(rest_of: Rest, seats: Subscription, method: str, who: str, status: int) -> None:
    client = rest_of(who) if who else Client()
    for address in (below(seats), below(seats).rpartition("/")[0]):
        assert getattr(client, method)(address, "{}", content_type="application/json").status_code == status


def test_an_answer_shows_nothing_that_the_token_was_not_issued_for(rest_of: Rest, seats: Subscription) -> None:
    renaming = rest_of("anna", scopes=("subscriptions.subscription:rename",))
    assert refused(patch(renaming, seats, {"friendlyName": None})) == (403, "scopeMissing")
