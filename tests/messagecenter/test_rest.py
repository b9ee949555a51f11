"""`/v1.0/admin/serviceAnnouncement/messages` speaks Microsoft Graph."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from messagecenter.api import MessageRow
from messagecenter.models import Post, PostView
from messagecenter.vocabulary import Severity, Tag
from portal.demo.cast import Cast
from tenants.permissions import Permission
from tenants.services import Service
from tests.messagecenter.conftest import Publish
from tests.messagecenter.queries import counted

Rest = Callable[..., Client]
BASE = "/v1.0/admin/serviceAnnouncement/messages"
GOLDEN = Path(__file__).parent / "golden_message.json"
CANARY = "Canary-4711"


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["value"]]


def mark(client: Client, action: str, *references: str) -> Any:
    return client.post(f"{BASE}/{action}", {"messageIds": list(references)}, "application/json")


def test_a_message_is_spelled_as_graph_spells_it(publish: Publish, rest_of: Rest) -> None:
    moments = [datetime(2026, 1, day, 8, 30, tzinfo=UTC) for day in (1, 2, 3)]
    post = publish(
        "Quarantine changes",
        '<p>Read <a href="https://ok.example/">this</a>.</p>',
        chinese=("隔离更改", "<p>请阅读。</p>"),
        services=[Service.EXCHANGE, Service.TEAMS],
        tags=frozenset({Tag.ADMIN_IMPACT, Tag.UPDATED_MESSAGE}),
        severity=Severity.HIGH,
        is_major_change=True,
        start_at=moments[0],
    )
    Post.objects.update(reference="MC123456", action_required_by=moments[1], last_modified_at=moments[2])
    answer = rest_of("rosa").get(f"{BASE}/MC123456")
    assert post.version == 1
    assert answer.json() == json.loads(GOLDEN.read_text())
    assert list(answer.json()) == list(json.loads(GOLDEN.read_text()))
    assert answer.headers["Content-Type"].startswith("application/json")


def test_the_list_is_graphs_envelope_in_the_callers_language(owners: Cast, post: Post, rest_of: Rest) -> None:
    body = rest_of("lily").get(BASE).json()
    assert body["@odata.context"].endswith("/v1.0/$metadata#admin/serviceAnnouncement/messages")
    assert [(row["id"], row["title"]) for row in body["value"]] == [(post.reference, "隔离更改")]
    assert rest_of("rosa").get(f"{BASE}/{post.reference}").json()["title"] == "Quarantine changes"


def test_pages_filters_orders_and_selection(publish: Publish, rest_of: Rest) -> None:
    mail = publish("Mail moves")
    talk = publish("Talk moves", services=[Service.TEAMS], severity=Severity.CRITICAL)
    rosa = rest_of("rosa")
    first = rosa.get(f"{BASE}?$top=1&$count=true").json()
    assert ([row["id"] for row in first["value"]], first["@odata.count"]) == ([talk.reference], 2)
    assert ids(rosa.get(first["@odata.nextLink"].removeprefix("http://127.0.0.1:8000"))) == [mail.reference]
    filters = {
        "services/any(s:s eq 'Teams')": [talk],
        "services/any(s:s ne 'Teams')": [mail],
        "services/any(s:s eq 'Intune')": [],
        "services/any(s:s in ('Intune','Exchange Online'))": [mail],
        "severity eq 'critical'": [talk],
        "contains(title,'mail')": [mail],
        "viewPoint/isRead eq false": [talk, mail],
        f"id eq '{mail.reference}'": [mail],
    }
    for text, posts in filters.items():
        assert set(ids(rosa.get(BASE, {"$filter": text}))) == {post.reference for post in posts}, text
    assert ids(rosa.get(f"{BASE}?$orderby=lastModifiedDateTime")) == [mail.reference, talk.reference]
    assert rosa.get(f"{BASE}?$select=id,title").json()["value"][0].keys() == {"id", "title"}


def test_a_body_is_fetched_only_for_who_wants_it(post: Post, rest_of: Rest) -> None:
    rosa, found = rest_of("rosa"), {}
    for query in ("", "?$select=id,title&$orderby=startDateTime", "?$select=body"):
        with counted() as statements:
            found[query] = rosa.get(BASE + query).json()["value"][0]
        assert any('."body"' in sql for sql in statements) == ("body" in found[query])
    whole, titles, bodies = found.values()
    assert titles == {"id": post.reference, "title": whole["title"]}
    assert bodies == {"body": whole["body"]}
    assert list(whole) == list(MessageRow().fields)


@pytest.mark.parametrize(
    "query", ["$filter=body eq 'x'", "$filter=services/any(s:s eq 'Nonsense')", "$orderby=title", "$x=1"]
)
def test_unknown_options_are_400(owners: Cast, rest_of: Rest, query: str) -> None:
    assert rest_of("rosa").get(f"{BASE}?{query}").status_code == 400


def test_marks_follow_the_caller_alone(owners: Cast, post: Post, rest_of: Rest) -> None:
    rosa, alice = rest_of("rosa"), rest_of("alice")
    answer = mark(rosa, "markRead", post.reference)
    assert answer.status_code == 200
    assert answer.json() == {"@odata.context": "http://127.0.0.1:8000/v1.0/$metadata#Edm.Boolean", "value": True}
    mark(rosa, "favorite", post.reference)
    mark(rosa, "archive", post.reference)
    assert rosa.get(f"{BASE}/{post.reference}").json()["viewPoint"] == {
        "isRead": True,
        "isArchived": True,
        "isFavorited": True,
    }
    for action in ("markUnread", "unfavorite", "unarchive"):
        assert mark(rosa, action, post.reference).status_code == 200
    assert set(rosa.get(f"{BASE}/{post.reference}").json()["viewPoint"].values()) == {False}
    assert set(alice.get(f"{BASE}/{post.reference}").json()["viewPoint"].values()) == {False}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"messageIds": ["MC999999"]}, 404),
        ({"messageIds": []}, 422),
        ({"messageIds": ["x" * 17]}, 422),
        ({"messageIds": "MC100001"}, 422),
        ({}, 422),
        ([], 422),
        ({"messageIds": ["MC100001"], "who": "me"}, 400),
    ],
)
def test_wrong_bodies(owners: Cast, rest_of: Rest, body: Any, status: int) -> None:
    answer = rest_of("rosa").post(f"{BASE}/markRead", body, "application/json")
    assert (answer.status_code, "error" in answer.json()) == (status, True)


def test_privacy_posts_never_leave(owners: Cast, publish: Publish, rest_of: Rest) -> None:
    private = publish(CANARY, f"<p>{CANARY}</p>", tags=frozenset({Tag.DATA_PRIVACY}))
    assert ids(rest_of("pia").get(BASE)) == [private.reference]
    callers = [rest_of("rosa"), rest_of("anna", customer=owners.huaxin), rest_of("pia", (Permission.MESSAGE_READ,))]
    for client in callers:
        for query in (
            "",
            "?$count=true",
            f"?$filter=contains(title,'{CANARY}')",
            f"?$filter=id eq '{private.reference}'",
        ):
            answer = client.get(BASE + query)
            assert ids(answer) == []
            assert CANARY not in answer.content.decode()
            assert answer.json().get("@odata.count", 0) == 0
        assert client.get(f"{BASE}/{private.reference}").status_code == 404
    assert mark(callers[0], "markRead", private.reference).status_code == 404
    assert not PostView.objects.exists()


def test_a_partners_token_names_the_customer(owners: Cast, post: Post, rest_of: Rest) -> None:
    assert ids(rest_of("anna", customer=owners.huaxin).get(BASE)) == [post.reference]
    assert rest_of("anna").get(BASE).status_code == 403
    assert rest_of("anna", customer=owners.jade).get(BASE).status_code == 403
    assert rest_of("anna", customer=owners.lotus).get(BASE).status_code == 404
    assert rest_of("boris", customer=owners.huaxin).get(BASE).status_code == 403
    assert rest_of("rosa", customer=owners.lotus).get(BASE).status_code == 404


def test_outside_ones_reach_comes_before_the_right(owners: Cast, post: Post, rest_of: Rest) -> None:
    assert rest_of("ed", customer=owners.lotus).get(BASE).status_code == 404
    assert mark(rest_of("ed", customer=owners.lotus), "markRead", post.reference).status_code == 404
    assert rest_of("ed", customer=owners.huaxin).get(BASE).status_code == 403


def test_who_may_not_is_told_in_the_order_of_the_house(owners: Cast, post: Post, rest_of: Rest) -> None:
    assert ids(rest_of("mallory").get(BASE)) == []
    assert rest_of("mallory").get(f"{BASE}/{post.reference}").status_code == 404
    for name in ("ed", "sam", "peng"):
        assert rest_of(name).get(BASE).status_code == 403
        assert mark(rest_of(name), "markRead", post.reference).status_code == 403
    assert mark(rest_of("rosa", (Permission.MESSAGE_READ,)), "markRead", post.reference).status_code == 403
    assert Client().get(BASE).status_code == 401
    assert rest_of("rosa").post(BASE).status_code == 405
    assert rest_of("rosa").get(f"{BASE}/markRead").status_code == 405
