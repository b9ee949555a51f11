"""Sent twice, done once: for programs by `Idempotency-Key`, for people by the form's hidden key."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from portal.api.idempotency import Reply, StillRunning, once, purge
from portal.api.models import IdempotencyKey
from portal.database import transaction_as
from tests.api.site import CALLER, Orders

pytestmark = [pytest.mark.urls("tests.api.site"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def acted() -> Iterator[list[dict[str, Any]]]:
    Orders.acted.clear()
    yield Orders.acted
    Orders.acted.clear()


def order(client: Client, quantity: int, key: str, header: str = "Idempotency-Key") -> Any:
    return client.post("/v1.0/orders", {"quantity": quantity}, content_type="application/json", headers={header: key})


@pytest.mark.parametrize("header", ["Idempotency-Key", "MS-RequestId"])
def test_the_same_attempt_gets_the_same_answer(client: Client, acted: list[Any], header: str) -> None:
    first, second = order(client, 5, "attempt-1", header), order(client, 5, "attempt-1", header)
    assert len(acted) == 1
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json()["number"] == first.json()["number"]
    assert second["Location"] == first["Location"]
    assert (second["Idempotency-Replayed"], "Idempotency-Replayed" in first) == ("true", False)


def test_another_content_under_the_same_key_is_422(client: Client, acted: list[Any]) -> None:
    order(client, 5, "k")
    response = order(client, 6, "k")
    assert (response.status_code, response.json()["error"]["code"]) == (422, "idempotencyKeyReused")
    assert len(acted) == 1


def test_a_number_of_any_size_may_be_sent_under_a_key(client: Client, acted: list[Any]) -> None:
    body = {"quantity": 5, "size@odata.count": 2**64}
    answers = [
        client.post("/v1.0/orders", body, content_type="application/json", headers={"Idempotency-Key": "k"})
        for _attempt in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(acted) == 1


def test_another_key_is_another_order(client: Client, acted: list[Any]) -> None:
    order(client, 5, "k1"), order(client, 5, "k2")
    client.post("/v1.0/orders", {"quantity": 5}, content_type="application/json")
    assert len(acted) == 3


def test_a_refused_attempt_may_be_made_again(client: Client, acted: list[Any]) -> None:
    assert [order(client, 13, "k").status_code for _ in range(2)] == [409, 409]
    assert len(acted) == 2
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("key", ["two words", "x" * 256, "\u00e9"])
def test_an_unfit_key_is_400(client: Client, key: str) -> None:
    response = order(client, 5, key)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalidIdempotencyKey")


def test_after_a_day_the_key_is_free_again(client: Client, acted: list[Any]) -> None:
    order(client, 5, "k")
    kept = IdempotencyKey.objects.get()
    IdempotencyKey.objects.update(created_at=kept.created_at - timedelta(hours=25))
    order(client, 6, "k")
    assert len(acted) == 2


def test_old_answers_are_purged_and_young_ones_kept(client: Client) -> None:
    order(client, 5, "old")
    IdempotencyKey.objects.update(created_at=IdempotencyKey.objects.get().created_at - timedelta(hours=25))
    order(client, 5, "young")
    assert purge() == 1
    assert IdempotencyKey.objects.get().key == "young"


def test_a_double_click_lands_where_the_first_click_did(client: Client, acted: list[Any]) -> None:
    sent = {"form_key": str(uuid4()), "title": "No mail"}
    answers = [client.post("/order/", sent) for _ in range(2)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(303, "/thanks/")] * 2
    assert len(acted) == 1


def test_a_page_that_was_shown_once_is_not_shown_again(client: Client, acted: list[Any]) -> None:
    sent = {"form_key": str(uuid4()), "page": "yes"}
    assert client.post("/order/", sent).content == b"a page"
    again = client.post("/order/", sent)
    assert again.status_code == 409
    assert "formAlreadySent" in again.content.decode()
    assert b"a page" not in bytes(IdempotencyKey.objects.get().body)


def test_a_form_without_a_key_acts_each_time(client: Client, acted: list[Any]) -> None:
    client.post("/order/", {"title": "a"}), client.post("/order/", {"title": "a"})
    assert len(acted) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_second_attempt_is_told_that_the_first_still_runs() -> None:
    def attempt(act: Callable[[], HttpResponse]) -> HttpResponse | Reply:
        with transaction_as(system="test"):
            return once(
                caller_id=CALLER, route="POST /x", key="k", payload=b"", act=act, body_of=lambda answer: answer.content
            )

    def again() -> HttpResponse:
        raise AssertionError("It acted twice.")

    def second() -> HttpResponse | Reply:
        try:
            return attempt(again)
        finally:
            connection.close()

    def first() -> HttpResponse:
        with ThreadPoolExecutor() as threads, pytest.raises(StillRunning):
            threads.submit(second).result()
        return HttpResponse(b"done")

    answer = attempt(first)
    assert isinstance(answer, HttpResponse)
    assert attempt(again) == Reply(200, b"done")
    assert (StillRunning.status, StillRunning.code) == (409, "idempotencyKeyInUse")
