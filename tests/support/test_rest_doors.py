"""Who gets what answer at which address of `/v1.0/supportRequests`."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.outbox.models import OutboundMessage, State
from support import actions
from support.models import Escalation, SupportRequest
from tests.support.conftest import Story

Programs = Callable[..., Client]
PATH = "/v1.0/supportRequests"
STEPS = ("escalate", "withdraw", "resolve", "close", "reopen")


@pytest.mark.parametrize(
    ("person", "status"),
    [
        *((name, 200) for name in ("alice", "sven", "helen", "anna", "paul")),
        *((name, 403) for name in ("uma", "lily", "rosa", "pia", "ed", "sam", "bill")),
        *((name, 404) for name in ("boris", "mallory", "jun", "olivia", "peng")),
    ],
)
def test_who_reads_one(asked: SupportRequest, rest_of: Programs, person: str, status: int) -> None:
    for path in (f"{PATH}/{asked.reference}", f"{PATH}/{asked.reference}/comments"):
        assert rest_of(person).get(path).status_code == status


def test_who_lists(asked: SupportRequest, rest_of: Programs) -> None:
    for person, seen in (("alice", 1), ("helen", 1), ("uma", 0), ("boris", 0), ("mallory", 0)):
        answer = rest_of(person).get(PATH)
        assert (answer.status_code, len(answer.json()["value"])) == (200, seen)
    for person in ("rosa", "ed", "sam", "bill", "olivia"):
        assert rest_of(person).get(PATH).status_code == 403


@pytest.mark.parametrize("step", STEPS)
def test_steps_of_strangers_visitors_and_the_wrong_side(asked: SupportRequest, rest_of: Programs, step: str) -> None:
    url = f"{PATH}/{asked.reference}/{step}"
    wrong_side = "alice" if step in {"escalate", "withdraw", "resolve"} else "helen"
    for person, status in (("mallory", 404), ("boris", 404), ("ed", 403), ("sam", 403), (wrong_side, 403)):
        assert rest_of(person).post(url, {}, content_type="application/json").status_code == status
    assert Client().post(url, {}, content_type="application/json").status_code == 401
    assert rest_of("helen").get(url).status_code == 405
    assert rest_of("mallory").get(url).status_code == 404


def test_visitors_and_other_methods(asked: SupportRequest, rest_of: Programs) -> None:
    url = f"{PATH}/{asked.reference}"
    assert {Client().get(path).status_code for path in (PATH, url, f"{url}/comments")} == {401}
    assert {rest_of("alice").patch(path).status_code for path in (PATH, url, f"{url}/comments")} == {405}
    assert rest_of("alice").delete(url).status_code == 405
    assert rest_of("alice").get(f"{PATH}/SR-2026-999999").status_code == 404


def test_a_token_reaches_no_further_than_its_scopes(asked: SupportRequest, rest_of: Programs) -> None:
    reading = rest_of("helen", scopes=("support.request:read",))
    assert reading.get(f"{PATH}/{asked.reference}").status_code == 200
    body = {"reason": "training", "stepsTried": "All."}
    refused = reading.post(f"{PATH}/{asked.reference}/escalate", body, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scopeMissing")


def test_a_token_that_may_not_read_the_answer_is_refused_before_anything_is_done(
    asked: SupportRequest, rest_of: Programs
) -> None:
    escalating = rest_of("helen", scopes=("support.request:escalate",))
    body = {"reason": "training", "stepsTried": "All."}
    refused = escalating.post(f"{PATH}/{asked.reference}/escalate", body, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scopeMissing")
    raising = rest_of("alice", scopes=("support.request:raise",))
    body = {"title": "Mail", "description": "Bounces.", "severity": "moderate", "service": "Exchange Online"}
    refused = raising.post(PATH, body, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "scopeMissing")
    assert (OutboundMessage.objects.count(), SupportRequest.objects.count()) == (0, 1)


def handed_over(client: Client, reference: str) -> dict[str, object]:
    """What one request and the list say about its escalation: the same."""
    one = client.get(f"{PATH}/{reference}").json()["escalation"]
    (row,) = client.get(PATH).json()["value"]
    assert row["escalation"] == one
    return {name: one[name] for name in ("state", "reason", "stepsTried", "sentDateTime")}


def test_a_token_without_the_right_reads_no_delivery(escalated: Escalation, rest_of: Programs) -> None:
    OutboundMessage.objects.update(state=State.PUBLISHED, attempts=1, first_published_at=timezone.now())
    reference = escalated.support_request.reference
    nothing = {"state": "queued", "reason": None, "stepsTried": None, "sentDateTime": None}
    assert handed_over(rest_of("helen", scopes=("support.request:read",)), reference) == nothing
    assert handed_over(rest_of("alice"), reference) == nothing
    scopes = ("support.request:read", "support.request:read_delivery")
    told = handed_over(rest_of("helen", scopes=scopes), reference)
    assert (told["state"], told["reason"], told["stepsTried"]) == ("sent", "training", escalated.steps_tried)
    assert told["sentDateTime"] is not None


def test_the_open_escalation_matters_whatever_the_clocks_say(
    story: Story, escalated: Escalation, rest_of: Programs
) -> None:
    story.do("helen", actions.withdraw_escalation, escalated.support_request)
    again = story.escalate(escalated.support_request)
    Escalation.objects.filter(pk=again.pk).update(created_at=escalated.created_at - timedelta(seconds=1))
    told = rest_of("helen").get(f"{PATH}/{escalated.support_request.reference}").json()
    assert (told["escalation"]["id"], told["escalation"]["state"]) == (str(again.pk), "queued")
    assert "withdraw" in told["allowedActions"]


def test_the_list_costs_the_same_for_many(story: Story, rest_of: Programs) -> None:
    helen = rest_of("helen")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert helen.get(PATH).status_code == 200
        return len([query for query in seen.captured_queries if query["sql"].startswith("SELECT ")])

    story.escalate(story.ask())
    cost()
    few = cost()
    for _time in range(8):
        story.escalate(story.ask())
    assert cost() == few <= 12
