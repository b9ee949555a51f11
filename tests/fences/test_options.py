"""Options that an address does not know are refused everywhere: on one thing and on what changes something too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import tenants.rest
from tests.fences.matrix import rest
from tests.fences.matrix.asking import patterns
from tests.fences.matrix.rest import ROWS
from tests.fences.matrix.rows import Row
from tests.fences.matrix.stage import Stage

Rest = Callable[..., Client]
# They read their options by rules of their own.
LISTS = {rest.CUSTOMERS, rest.SUBSCRIPTIONS, rest.REQUESTS, rest.MESSAGES, f"{rest.ONE_REQUEST}/comments"}


def filled(row: Row, stage: Stage) -> str:
    return row.address.format(**stage.own)


def refused(stage: Stage, row: Row, method: str) -> tuple[int, str, list[str]]:
    """What somebody who may is answered for an option that nobody knows."""
    cells = getattr(row, method)
    letter = next(letters.split()[0] for status, letters in cells.items() if status < 300)
    headers = {"Authorization": f"Bearer {stage.person(letter).token}"}
    body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
    answer = getattr(Client(), method)(f"{filled(row, stage)}?$expand=x", headers=headers, **body)
    error = answer.json().get("error", {"code": "", "details": []})
    return answer.status_code, error["code"], [detail["target"] for detail in error["details"]]


def asked() -> list[tuple[Row, str]]:
    """Every resource with every method that somebody may use there."""
    return [
        (row, method)
        for row in ROWS
        for method in ("get", "post", "patch")
        if any(status < 300 for status in getattr(row, method) or {})
    ]


def wrong(stage: Stage) -> dict[tuple[str, str], Any]:
    """Address and method -> the answer, where it is not the refusal of the one unknown option."""
    answers = {(row.pattern, method): refused(stage, row, method) for row, method in asked()}
    return {key: answer for key, answer in answers.items() if answer != (400, "badRequest", ["$expand"])}


@pytest.mark.django_db
def test_an_option_that_is_not_known_is_400_on_every_resource(stage: Stage) -> None:
    resources = {name for name in patterns() if name.startswith("v1.0/")} - {"v1.0/openapi.json", "v1.0/docs"}
    assert {row.pattern for row, _method in asked()} == resources
    assert wrong(stage) == {}


@pytest.mark.django_db
def test_it_bites_one_thing_that_overlooks_its_options(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenants.rest, "refuse_options", lambda request, known=(): None)
    single = {row.pattern for row, method in asked() if method == "get"} - LISTS
    assert set(wrong(stage)) == {(pattern, "get") for pattern in single}


@pytest.mark.django_db
@pytest.mark.parametrize("option", ["format=json", "$select=id", "$top=1"])
def test_one_thing_has_no_options_but_one_that_is_offered(rest_of: Rest, option: str) -> None:
    anna = rest_of("anna")
    customer = anna.get("/v1.0/customers").json()["value"][0]["id"]
    assert anna.get(f"/v1.0/customers/{customer}?{option}").status_code == 400
    assert anna.get(f"/v1.0/me?{option}").status_code == (200 if option == "$select=id" else 400)


@pytest.mark.django_db
def test_the_right_comes_before_the_options(rest_of: Rest) -> None:
    anna = rest_of("anna")
    customer = anna.get("/v1.0/customers").json()["value"][0]["id"]
    assert rest_of("bill").get(f"/v1.0/customers/{customer}?x=1").status_code == 403
    assert rest_of("bill").post("/v1.0/supportRequests?x=1", {}, content_type="application/json").status_code == 403
    assert anna.post(f"/v1.0/customers/{customer}?x=1", {}, content_type="application/json").status_code == 405
