"""Walks A to C over REST; walk A through memory, RabbitMQ and Redis, with 21Vianet in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client

from portal.demo.cast import Cast
from portal.outbox import tasks, wire
from portal.outbox.consumer import consume_replies
from portal.vianet.transports import TO_PORTAL, TO_VIANET
from subscriptions.models import Subscription
from tests.journeys.conftest import CASE_NUMBER
from tests.queues import remove
from tests.threads import running
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
Owned = dict[tuple[str, str], Subscription]
Rest = Callable[..., Client]
BROKERS = [pytest.param("amqp", marks=pytest.mark.rabbitmq), pytest.param("redis", marks=pytest.mark.redis)]
REQUESTS = "/v1.0/supportRequests"
QUESTION = {
    "title": "Mail to two customers comes back",
    "description": "Since this morning mail to two customers comes back with 5.7.1.",
    "severity": "moderate",
    "service": "Exchange Online",
}


@contextmanager
def vianet_as_a_process(settings: LazySettings, books: Path) -> Iterator[None]:
    """`python -m portal.vianet.simulator`, which has the queue's address and the keys, and nothing of Django."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")} | {
        "VIANET_QUEUE_URL": settings.VIANET_QUEUE_URL,
        "VIANET_QUEUE_PREFIX": settings.VIANET_QUEUE_PREFIX,
        "SIMULATOR_VERIFY_KEYS": settings.VIANET_SIGNING_KEY,
        "SIMULATOR_SIGNING_KEY": settings.VIANET_VERIFY_KEYS[0],
    }
    command = [sys.executable, "-m", "portal.vianet.simulator", "--database", str(books), "--latency", "0"]
    process = subprocess.Popen([*command, "--answer-after", "0.2"], env=environment)
    try:
        yield
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def walk_a(rest_of: Rest, deliver: Callable[[], Any]) -> None:
    """Alice asks, Helen answers and escalates, 21Vianet opens a case, both read its number."""
    alice, helen = rest_of("alice"), rest_of("helen")
    raised = alice.post(REQUESTS, QUESTION, "application/json")
    assert raised.status_code == 201
    here = f"{REQUESTS}/{raised.json()['id']}"
    assert (raised.json()["status"], raised.json()["partner"]["displayName"]) == ("open", "Fanyun Cloud")
    assert here in raised.headers["Location"]

    assert raised.json()["id"] in [row["id"] for row in helen.get(REQUESTS).json()["value"]]
    said = helen.post(f"{here}/comments", {"content": "We look into it."}, "application/json")
    note = helen.post(f"{here}/comments", {"content": "Odd.", "visibility": "internal"}, "application/json")
    assert (said.status_code, note.status_code) == (201, 201)
    assert [line["content"] for line in alice.get(f"{here}/comments").json()["value"]] == ["We look into it."]

    tried = {"reason": "supportTools", "stepsTried": "The trace ends at 21Vianet's edge."}
    assert alice.post(f"{here}/escalate", tried, "application/json").status_code == 403
    for stranger in ("boris", "mallory"):
        assert rest_of(stranger).post(f"{here}/escalate", tried, "application/json").status_code == 404
        assert rest_of(stranger).get(here).status_code == 404
    handed = helen.post(f"{here}/escalate", tried, "application/json")
    assert (handed.status_code, handed.json()["status"]) == (202, "escalated")
    assert handed.json()["escalation"]["state"] == "queued"
    assert helen.post(f"{here}/escalate", tried, "application/json").status_code == 409

    number = wait_until(lambda: (deliver(), helen.get(here).json()["escalation"].get("caseNumber"))[1])
    assert CASE_NUMBER.fullmatch(number)
    seen = alice.get(here).json()
    assert (seen["escalation"]["caseNumber"], seen["status"]) == (number, "escalated")
    assert "Odd." not in alice.get(f"{here}/comments").content.decode()


def test_walk_a_in_memory(rest_of: Rest, vianet: object) -> None:
    walk_a(rest_of, tasks.deliver)


@pytest.mark.parametrize("broker", BROKERS)
def test_walk_a_through_a_broker_to_21vianet_in_another_process(
    broker: str,
    rest_of: Rest,
    line: Callable[[str, str], None],
    queue_prefix: str,
    settings: LazySettings,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    line(request.getfixturevalue({"amqp": "rabbitmq_url", "redis": "redis_url"}[broker]), f"{queue_prefix}-{uuid4()}")
    try:
        with vianet_as_a_process(settings, tmp_path / "vianet.sqlite3"), running(consume_replies):
            walk_a(rest_of, tasks.deliver)
    finally:
        for queue in (TO_VIANET, TO_PORTAL):
            remove(wire.transport(), queue)


def test_walk_b(rest_of: Rest, owned: Owned) -> None:
    seats = owned["SPO_P1", "huaxin"]
    here = f"/v1.0/customers/{seats.tenant_id}/subscriptions/{seats.pk}"
    anna, alice = rest_of("anna"), rest_of("alice")
    etag = anna.get(here).headers["ETag"]
    changed = anna.patch(here, {"quantity": 30}, "application/json", headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["quantity"]) == (200, 30)
    late = anna.patch(here, {"quantity": 31}, "application/json", headers={"If-Match": etag})
    assert (late.status_code, late.json()["error"]["code"]) == (412, "resourceModified")

    seen = alice.get(here)
    assert (seen.json()["quantity"], seen.json()["allowedActions"]) == (30, [])
    assert {denied["code"] for denied in seen.json()["deniedActions"]} == {"partnerOnly"}
    for name, code in (("alice", "partnerOnly"), ("boris", "notPartnerOfRecord")):
        refused = rest_of(name).patch(
            here, {"quantity": 1}, "application/json", headers={"If-Match": seen.headers["ETag"]}
        )
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, code)
    for method in ("put", "post", "delete"):
        assert getattr(alice, method)(here, {"quantity": 1}, "application/json").status_code == 405
    for method in ("get", "patch", "put", "post", "delete"):
        assert getattr(rest_of("mallory"), method)(here).status_code == 404
    seats.refresh_from_db()
    assert seats.quantity == 30


def test_walk_c(rest_of: Rest, cast: Cast, owned: Owned, browser_of: Callable[[str], Client]) -> None:
    posts = "/v1.0/admin/serviceAnnouncement/messages"
    for title, tags in (("Old programs end", []), ("Processing record", ["dataPrivacy"])):
        form = {"title_en": title, "body_en": "<p>Read this.</p>", "services": "exchange", "tags": tags}
        sent = browser_of("qing").post(
            "/publishing/messages/new/", {**form, "category": "stayInformed", "severity": "normal"}
        )
        assert sent.status_code == 303
    rosa, pia = rest_of("rosa"), rest_of("pia")
    titles = {name: {row["title"] for row in rest_of(name).get(posts).json()["value"]} for name in ("rosa", "pia")}
    assert titles == {"rosa": {"Old programs end"}, "pia": {"Old programs end", "Processing record"}}
    assert rest_of("ed").get(posts).status_code == 403

    (row,) = rosa.get(posts).json()["value"]
    assert row["viewPoint"]["isRead"] is False
    assert rosa.post(f"{posts}/markRead", {"messageIds": [row["id"]]}, "application/json").json()["value"] is True
    assert rosa.get(posts).json()["value"][0]["viewPoint"]["isRead"] is True
    assert {row["viewPoint"]["isRead"] for row in pia.get(posts).json()["value"]} == {False}
