"""The API describes itself as it is."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.api import site

pytestmark = pytest.mark.urls("tests.api.site")


@pytest.fixture
def document() -> Any:
    return SchemaGenerator(patterns=[entry for entry in site.urlpatterns if "orders" in str(entry.pattern)]).get_schema(
        request=None, public=True
    )


def test_it_is_valid_openapi(document: Any) -> None:
    validate_schema(document)
    assert document["openapi"] == "3.1.0"


def test_a_collection_offers_its_options_and_graphs_envelope(document: Any) -> None:
    listing = document["paths"]["/v1.0/orders"]["get"]
    options = {parameter["name"] for parameter in listing["parameters"]}
    assert options == {"$top", "$skiptoken", "$skip", "$filter", "$orderby", "$select", "$count"}
    envelope = listing["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(envelope["properties"]) == {"@odata.context", "@odata.count", "@odata.nextLink", "value"}
    assert listing["security"] == [{"bearer": []}]


def test_writes_say_what_they_need_and_how_they_refuse(document: Any) -> None:
    patch = document["paths"]["/v1.0/orders/{number}"]["patch"]
    headers = {parameter["name"]: parameter.get("required") for parameter in patch["parameters"]}
    assert headers["If-Match"] is True
    assert {"400", "401", "403", "404", "409", "412", "422", "428"} <= set(patch["responses"])
    problem = patch["responses"]["412"]["content"]["application/json"]["schema"]
    assert problem == {"$ref": "#/components/schemas/Problem"}
    created = document["paths"]["/v1.0/orders"]["post"]
    assert "201" in created["responses"]
    assert "requestBody" in created
    assert "Idempotency-Key" in {parameter["name"] for parameter in created["parameters"]}
