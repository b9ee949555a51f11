"""The manual and the OpenAPI document of the whole API, for people and programs that are known."""

from collections.abc import Callable

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

pytestmark = pytest.mark.django_db


def test_a_visitor_reads_neither(client: Client) -> None:
    manual = client.get("/v1.0/docs")
    assert (manual.status_code, "/v1.0/docs" in manual["Location"]) == (302, True)
    document = client.get("/v1.0/openapi.json")
    assert (document.status_code, document.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_whoever_is_signed_in_reads_both(browser_of: Callable[[str], Client]) -> None:
    alice = browser_of("alice")
    manual = alice.get("/v1.0/docs").content.decode()
    assert "http://" not in manual
    assert "https://" not in manual
    assert "<style" not in manual
    assert alice.get("/v1.0/openapi.json").status_code == 200
    assert alice.post("/v1.0/docs").status_code == 405


def test_the_document_is_valid_and_knows_the_resources(rest_of: Callable[..., Client]) -> None:
    document = rest_of("anna").get("/v1.0/openapi.json").json()
    validate_schema(document)
    assert {"/v1.0/me", "/v1.0/customers", "/v1.0/supportRequests"} <= set(document["paths"])
