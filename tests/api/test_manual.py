"""The manual and the OpenAPI document of the whole API, for people and programs that are known."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from portal.api.views import description
from subscriptions.models import Status
from tests.fences.matrix.rest import ROWS

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


def test_the_document_is_valid_complete_and_made_without_a_warning(
    rest_of: Callable[..., Client], capsys: pytest.CaptureFixture[str]
) -> None:
    GENERATOR_STATS.reset()
    description.cache_clear()
    document = rest_of("anna").get("/v1.0/openapi.json").json()
    assert "arning" not in capsys.readouterr().err
    validate_schema(document)
    described = {re.sub(r"{\w+}", "{}", path): sorted(methods) for path, methods in document["paths"].items()}
    assert described == methods_of_the_matrix()
    operations = [method["operationId"] for methods in document["paths"].values() for method in methods.values()]
    assert len(set(operations)) == len(operations)


def test_it_is_made_once_for_all_who_speak_a_language(
    rest_of: Callable[..., Client],
) -> None:
    description.cache_clear()
    seen = [rest_of(name).get("/v1.0/openapi.json").content for name in ("anna", "alice")]
    assert seen[0] == seen[1]
    assert description.cache_info().misses == 1


def methods_of_the_matrix() -> dict[str, list[str]]:
    """Every resource in the table that is written by hand, and the methods that it has."""
    found: dict[str, set[str]] = {}
    for row in ROWS:
        path = re.sub(r"<[^>]+>", "{}", f"/{row.pattern}")
        found.setdefault(path, set()).update(name for name in ("get", "post", "patch") if getattr(row, name))
    return {path: sorted(methods) for path, methods in found.items()}


def test_what_is_changed_by_its_tag_shows_it(rest_of: Callable[..., Client]) -> None:
    document = rest_of("anna").get("/v1.0/openapi.json").json()
    path = "/v1.0/customers/{customer_id}/subscriptions/{subscription_id}"
    reference = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    row = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert "@odata.etag" in row["required"]
    assert row["properties"]["status"]["enum"] == list(Status.values)
