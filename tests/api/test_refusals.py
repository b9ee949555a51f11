"""The error body is Graph's, to the letter, whatever went wrong."""

import re

import pytest
from django.test import Client, RequestFactory
from rest_framework import exceptions

from portal.api.errors import as_portal_error, problem_headers, problem_type

pytestmark = [pytest.mark.urls("tests.api.site"), pytest.mark.django_db]


def test_the_body_is_exactly_what_clients_read(client: Client) -> None:
    response = client.patch(
        "/v1.0/orders/1", {"quantity": 0}, content_type="application/json", headers={"client-request-id": "run-1"}
    )
    body = response.json()
    request_id = response["request-id"]
    date = body["error"]["innerError"].pop("date")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date)
    assert body == {
        "type": "http://127.0.0.1:8000/errors/invalidInput",
        "title": "Some values are not valid",
        "status": 422,
        "detail": "Some values are not valid",
        "instance": f"urn:uuid:{request_id}",
        "error": {
            "code": "invalidInput",
            "message": "Some values are not valid",
            "details": [{"target": "quantity", "message": "Ensure this value is greater than or equal to 1."}],
            "innerError": {"request-id": request_id, "client-request-id": "run-1"},
        },
    }


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/problem+json", "application/problem+json"),
        ("application/json, application/problem+json", "application/json"),
        ("application/json;q=0.5, application/problem+json;q=0.9", "application/problem+json"),
        ("application/problem+json;q=nonsense, */*", "application/json"),
    ],
)
def test_problem_json_only_for_who_prefers_it(accept: str, media: str) -> None:
    assert problem_type(RequestFactory().get("/", headers={"Accept": accept})) == media


def test_a_problem_is_sent_as_the_caller_prefers(client: Client) -> None:
    response = client.get("/v1.0/orders?x=1", headers={"Accept": "application/problem+json, application/json;q=0.5"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("query", "answer"), [("", (200, "application/json")), ("?x=1", (400, "application/problem+json"))]
)
def test_who_accepts_problems_alone_reads_successes_as_json(
    client: Client, query: str, answer: tuple[int, str]
) -> None:
    response = client.get(f"/v1.0/orders{query}", headers={"Accept": "application/problem+json"})
    assert (response.status_code, response["Content-Type"]) == answer


def test_a_view_that_names_nobody_lets_nobody_in(client: Client) -> None:
    response = client.get("/v1.0/closed")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "accessDenied")


def test_a_wrong_method_names_the_right_ones(client: Client) -> None:
    response = client.delete("/v1.0/orders")
    assert (response.status_code, response.json()["error"]["code"]) == (405, "methodNotAllowed")
    assert {"GET", "POST"} <= set(response["Allow"].split(", "))


def test_only_json_is_served(client: Client) -> None:
    response = client.get("/v1.0/orders", headers={"Accept": "text/html"})
    assert (response.status_code, response.json()["error"]["code"]) == (406, "notAcceptable")


def test_a_throttled_caller_learns_how_long_to_wait() -> None:
    error = as_portal_error(exceptions.Throttled(wait=2.4))
    assert error is not None
    assert (error.status, error.code, problem_headers(error)) == (429, "TooManyRequests", {"Retry-After": "3"})


def test_nested_values_are_named_by_their_path() -> None:
    error = as_portal_error(exceptions.ValidationError({"lines": [{}, {"quantity": ["Too small."]}], "name": ["No."]}))
    assert error is not None
    assert [detail["target"] for detail in error.details] == ["lines[1].quantity", "name"]


def test_a_defect_stays_a_defect() -> None:
    assert as_portal_error(ZeroDivisionError()) is None
