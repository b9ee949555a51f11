"""Odd headers and odd bodies are refused or passed over; none is a defect of the portal."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.demo.cast import Cast

RestOf = Callable[[str], Client]

HALF = '"\\ud800"'  # the first half of a surrogate pair: JSON, and no text


@pytest.mark.parametrize(
    "body",
    [
        f"{{{HALF}: 1}}",
        f'{{"title": {HALF}}}',
        f'{{"severity": {HALF}, "title": "Mail", "description": "Down", "service": "Exchange Online"}}',
    ],
)
def test_half_a_character_is_no_text(cast: Cast, rest_of: RestOf, body: str) -> None:
    answer = rest_of("alice").post("/v1.0/supportRequests", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "badRequest")


@pytest.mark.parametrize("quality", ["\xb2", "1e400", "nan", "", "1.2.3", "-1"])
def test_a_weight_that_is_no_number_does_not_disturb_a_refusal(rest_of: RestOf, quality: str) -> None:
    answer = rest_of("anna").get(
        "/v1.0/nowhere", headers={"Accept": f"application/problem+json;q={quality}, */*;q=0.1"}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")


def test_a_page_size_of_thousands_of_digits_is_the_largest_page(rest_of: RestOf) -> None:
    answer = rest_of("anna").get("/v1.0/customers", headers={"Prefer": f"odata.maxpagesize={'9' * 5000}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("option", ["$skip", "$top"])
def test_zeros_in_front_do_not_smuggle_a_number_in(rest_of: RestOf, option: str) -> None:
    answer = rest_of("anna").get(f"/v1.0/customers?{option}=000000001{'9' * 30}")
    assert (answer.status_code, answer.json()["error"]["details"][0]["target"]) == (400, option)
