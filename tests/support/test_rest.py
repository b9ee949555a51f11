"""`/v1.0/supportRequests`: the same verbs, for programs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.mail.models import Letter
from portal.outbox.models import OutboundMessage
from support.models import Comment, Escalation, SupportRequest
from tests.support.conftest import Story, fresh

Programs = Callable[..., Client]
PATH = "/v1.0/supportRequests"
BODY = {
    "title": "Mail bounces",
    "description": "Since this morning.",
    "severity": "moderate",
    "service": "Exchange Online",
}


def post(client: Client, url: str, body: Any, **headers: str) -> Any:
    return client.post(url, body, content_type="application/json", headers=headers)


def test_the_partner_that_is_chosen_is_named_in_the_book_and_in_letters(cast: Cast, rest_of: Programs) -> None:
    assert post(rest_of("alice"), PATH, BODY | {"partnerId": str(cast.fanyun.pk)}).status_code == 201
    assert AuditEntry.objects.get(deed="support.request.raised").data["after"]["partner"] == "Fanyun Cloud"
    (named,) = set(Letter.objects.filter(template="support_request_raised").values_list("context__partner", flat=True))
    assert named == "Fanyun Cloud"


def test_a_customer_raises_and_reads_it(cast: Cast, rest_of: Programs) -> None:
    answer = post(rest_of("alice"), PATH, BODY)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"{PATH}/{made['id']}")
    assert (made["status"], made["service"], made["escalation"], made["assignee"]) == (
        "open",
        "Exchange Online",
        None,
        None,
    )
    assert made["customer"] == {"id": str(cast.huaxin.pk), "displayName": "Huaxin Manufacturing"}
    assert made["partner"]["displayName"] == "Fanyun Cloud"
    assert made["allowedActions"] == ["comment", "close"]
    refused = {row["action"]: row["code"] for row in made["deniedActions"]}
    assert refused == {
        "note": "roleMissing",
        "escalate": "roleMissing",
        "withdraw": "roleMissing",
        "resolve": "roleMissing",
        "reopen": "requestNotEnded",
    }
    again = rest_of("helen").get(f"{PATH}/{made['id']}").json()
    assert again["allowedActions"] == ["comment", "note", "escalate", "resolve"]


def test_the_same_key_makes_one_request(rest_of: Programs) -> None:
    alice = rest_of("alice")
    first, second = (post(alice, PATH, BODY, **{"Idempotency-Key": "k-1"}) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    other = post(alice, PATH, BODY | {"title": "Other"}, **{"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotencyKeyReused")
    assert SupportRequest.objects.count() == 1


def test_a_partner_names_the_customer(cast: Cast, rest_of: Programs) -> None:
    helen = rest_of("helen")
    made = post(helen, PATH, BODY | {"customerId": str(cast.huaxin.pk)})
    assert (made.status_code, made.json()["requester"]["displayName"]) == (201, "Helen He")
    nobody = post(helen, PATH, BODY)
    assert (nobody.status_code, nobody.json()["error"]["details"][0]["target"]) == (422, "customerId")
    assert post(helen, PATH, BODY | {"customerId": str(cast.lotus.pk)}).status_code == 404
    assert post(helen, PATH, BODY | {"customerId": str(cast.fanyun.pk)}).status_code == 404
    revoked = post(helen, PATH, BODY | {"customerId": str(cast.jade.pk)})
    assert (revoked.status_code, revoked.json()["error"]["code"]) == (403, "delegatedAdminMissing")


@pytest.mark.parametrize(
    ("change", "status", "target"),
    [
        ({"title": ""}, 422, "title"),
        ({"severity": "urgent"}, 422, "severity"),
        ({"service": "Word"}, 422, "service"),
        ({"service": "exchange"}, 422, "service"),
        ({"description": "x" * 10_001}, 422, "description"),
        ({"status": "closed"}, 400, "status"),
        ({"tenant_id": "x"}, 400, "tenant_id"),
    ],
)
def test_wrong_bodies(rest_of: Programs, change: dict[str, str], status: int, target: str) -> None:
    answer = post(rest_of("alice"), PATH, BODY | change)
    assert (answer.status_code, answer.json()["error"]["details"][0]["target"]) == (status, target)
    assert not SupportRequest.objects.exists()


def test_comments_of_both_kinds(asked: SupportRequest, rest_of: Programs) -> None:
    url = f"{PATH}/{asked.reference}/comments"
    public = post(rest_of("helen"), url, {"content": "We look."})
    internal = post(rest_of("helen"), url, {"content": "They owe us.", "visibility": "internal"})
    assert (public.status_code, internal.status_code) == (201, 201)
    assert (public.json()["visibility"], public.json()["authorSide"]) == ("public", "partner")
    assert [line["content"] for line in rest_of("alice").get(url).json()["value"]] == ["We look."]
    assert [line["content"] for line in rest_of("anna").get(url).json()["value"]] == ["We look.", "They owe us."]
    mine = post(rest_of("alice"), url, {"content": "x", "visibility": "internal"})
    assert (mine.status_code, mine.json()["error"]["code"]) == (403, "roleMissing")
    assert post(rest_of("alice"), url, {"content": " "}).status_code == 422
    assert post(rest_of("alice"), url, {"content": "x", "author": "y"}).status_code == 400
    assert Comment.objects.count() == 2


def test_escalating_answers_202_and_never_waits(asked: SupportRequest, rest_of: Programs) -> None:
    url = f"{PATH}/{asked.reference}/escalate"
    answer = post(rest_of("helen"), url, {"reason": "documentation", "stepsTried": "All."})
    told = answer.json()
    assert (answer.status_code, told["status"]) == (202, "escalated")
    assert (told["escalation"]["state"], told["escalation"]["reason"]) == ("queued", "documentation")
    assert OutboundMessage.objects.count() == 1
    second = post(rest_of("anna"), url, {"reason": "training", "stepsTried": "All."})
    assert (second.status_code, second.json()["error"]["code"]) == (409, "alreadyEscalated")
    seen = rest_of("alice").get(f"{PATH}/{asked.reference}").json()["escalation"]
    assert (seen["state"], seen["reason"], seen["stepsTried"], seen["caseNumber"]) == ("queued", None, None, None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reason": "boredom", "stepsTried": "x"}, 422),
        ({"reason": "training"}, 422),
        ({"reason": "training", "stepsTried": "x", "state": "resolved"}, 400),
    ],
)
def test_wrong_escalations(asked: SupportRequest, rest_of: Programs, body: dict[str, str], status: int) -> None:
    assert post(rest_of("helen"), f"{PATH}/{asked.reference}/escalate", body).status_code == status
    assert not Escalation.objects.exists()


def test_the_other_steps(asked: SupportRequest, rest_of: Programs) -> None:
    url, helen, alice = f"{PATH}/{asked.reference}", rest_of("helen"), rest_of("alice")
    post(helen, f"{url}/escalate", {"reason": "training", "stepsTried": "All."})
    assert post(helen, f"{url}/withdraw", {}).json()["escalation"]["state"] == "withdrawn"
    assert post(helen, f"{url}/resolve", {"content": "Solved."}).json()["status"] == "resolved"
    assert post(alice, f"{url}/reopen", {}).json()["status"] == "waitingForPartner"
    assert post(alice, f"{url}/close", {}).json()["status"] == "closed"
    assert post(helen, f"{url}/resolve", {}).json()["error"]["code"] == "requestEnded"
    assert fresh(asked).status == "closed"


def test_lists_are_filtered_paged_and_counted(story: Story, asked: SupportRequest, rest_of: Programs) -> None:
    story.escalate(asked)
    others = {story.ask().reference for _time in range(3)}
    helen = rest_of("helen")
    found = helen.get(PATH, {"$filter": "status eq 'escalated'", "$count": "true"}).json()
    assert (found["@odata.count"], [row["id"] for row in found["value"]]) == (1, [asked.reference])
    first = helen.get(PATH, {"$top": 2, "$orderby": "createdDateTime desc"}).json()
    following = first["@odata.nextLink"].partition(PATH)[2]
    second = helen.get(PATH + following).json()
    assert "@odata.nextLink" not in second
    assert {row["id"] for row in first["value"] + second["value"]} == others | {asked.reference}
    assert helen.get(PATH, {"$filter": "assignee eq 'x'"}).status_code == 400
