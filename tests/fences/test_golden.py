"""The shape of every REST resource and of every message to and from 21Vianet, as it was agreed: a change is noticed.

`PORTAL_WRITE_GOLDEN=1 make fences ARGS=tests/fences/test_golden.py` writes the shapes anew, on purpose.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import subscriptions.api
from portal.vianet import contracts
from subscriptions.api import HIDDEN_NAMES
from tests.fences.matrix import rest
from tests.fences.matrix.asking import Asking
from tests.fences.matrix.rows import Row, everybody
from tests.fences.matrix.stage import Stage

GOLDEN = Path(__file__).parent / "golden"
# Resource -> the row that reads it, and as whom: one who sees every property.
RESOURCES: dict[str, tuple[str, str]] = {
    "me": ("v1.0/me", "CG"),
    "customers": (rest.CUSTOMERS, "GA"),
    "customer": (rest.ONE_CUSTOMER, "GA"),
    "subscriptions": (rest.SUBSCRIPTIONS, "GA"),
    "subscription": (rest.ONE_SUBSCRIPTION, "GA"),
    "subscription-as-customer": (rest.ONE_SUBSCRIPTION, "CL"),
    "supportRequests": (rest.REQUESTS, "GA"),
    "supportRequest": (rest.ONE_REQUEST, "GA"),
    "comments": (f"{rest.ONE_REQUEST}/comments", "GA"),
    "messages": (rest.MESSAGES, "CG"),
    "message": (f"{rest.MESSAGES}/<str:reference>", "CG"),
    "error": (f"{rest.SUBSCRIPTIONS}", "EU"),
}
PARTNERS_OWN = {"partnerNote", "partnerUnitCost", "retailUnitPrice"}


def shape(value: Any) -> Any:
    """Names and JSON types; of a list, what its members have together."""
    if isinstance(value, dict):
        return {name: shape(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        members = {json.dumps(shape(member), sort_keys=True) for member in value}
        return [json.loads(member) for member in sorted(members)]
    return {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}[type(value)]


def answer(stage: Stage, name: str) -> Any:
    """What the resource is answered with."""
    pattern, letter = RESOURCES[name]
    row: Row = next(row for row in rest.ROWS if row.pattern == pattern)
    return json.loads(Asking(stage).ask(row, stage.person(letter), "GET", stage.own, {}).content)


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((contracts.FOLDER / f"{name}.json").read_text("utf-8"))
    return schema


def binding(schema: dict[str, Any]) -> dict[str, Any]:
    """What both sides rely on: all but the words for people."""
    return {key: value for key, value in schema.items() if key not in {"title", "description"}}


def golden(name: str, value: Any) -> Any:
    """The shape in the file; written first where that was asked for."""
    path = GOLDEN / f"{name}.json"
    if os.environ.get("PORTAL_WRITE_GOLDEN"):
        path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", RESOURCES)
def test_a_resource_has_the_agreed_shape(stage: Stage, name: str) -> None:
    found = shape(answer(stage, name))
    assert found == golden(f"rest.{name}", found)


@pytest.mark.parametrize("name", contracts.known_types())
def test_a_message_has_the_agreed_schema(name: str) -> None:
    """Of a version that is in use nothing changes; what changes is a new version (docs/adr/0004)."""
    found = binding(schema_of(name))
    assert found == golden(f"wire.{name}", found)


def kept_in_vain(folder: Path) -> set[str]:
    """Shapes of what is gone."""
    wanted = {f"rest.{name}" for name in RESOURCES} | {f"wire.{name}" for name in contracts.known_types()}
    return {path.stem for path in folder.glob("*.json")} - wanted


def without_a_shape(rows: Iterable[Row]) -> set[str]:
    """Resources that somebody reads and nobody agreed on."""
    return {row.pattern for row in rows if row.get is not None} - {pattern for pattern, _letter in RESOURCES.values()}


def test_no_shape_is_kept_of_what_is_gone() -> None:
    assert kept_in_vain(GOLDEN) == set()


def test_every_resource_that_is_read_has_its_shape() -> None:
    assert without_a_shape(rest.ROWS) == set()


def test_it_bites_a_resource_without_a_shape_and_a_shape_without_its_resource(tmp_path: Path) -> None:
    planted = Row(pattern="v1.0/planted", address="/v1.0/planted", get=everybody(200))
    assert without_a_shape([*rest.ROWS, planted]) == {"v1.0/planted"}
    for name in ("rest.me", "rest.gone"):
        (tmp_path / f"{name}.json").touch()
    assert kept_in_vain(tmp_path) == {"rest.gone"}


def test_it_bites_a_property_that_changes_its_name_or_type(stage: Stage) -> None:
    row = answer(stage, "subscription")
    agreed = json.loads((GOLDEN / "rest.subscription.json").read_text())
    assert shape(row) == agreed
    assert shape({**row, "quantity": "25"}) != agreed
    assert shape({name: value for name, value in row.items() if name != "quantity"}) != agreed
    assert shape({**row, "partnerMargin": 12}) != agreed


@pytest.mark.parametrize("name", contracts.known_types())
def test_it_bites_a_message_that_changes_under_its_version(name: str) -> None:
    schema, agreed = schema_of(name), golden(f"wire.{name}", binding(schema_of(name)))
    properties = schema["properties"]
    first = next(iter(properties))
    assert binding({**schema, "description": "Other words."}) == agreed
    assert binding({**schema, "properties": {**properties, first: {"type": "array"}}}) != agreed
    assert binding({**schema, "properties": {**properties, "margin": {"type": "number"}}}) != agreed
    assert binding({**schema, "required": []}) != agreed


def test_a_customer_never_reads_the_partners_fields() -> None:
    customers = json.loads((GOLDEN / "rest.subscription-as-customer.json").read_text())
    partners = json.loads((GOLDEN / "rest.subscription.json").read_text())
    assert set(partners) - set(customers) == PARTNERS_OWN


def test_it_bites_a_customer_who_reads_the_partners_fields(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions.api, "hidden_fields_for", lambda actor, row: list(HIDDEN_NAMES))
    found = shape(answer(stage, "subscription-as-customer"))
    agreed = json.loads((GOLDEN / "rest.subscription-as-customer.json").read_text())
    assert set(found) - set(agreed) == PARTNERS_OWN
