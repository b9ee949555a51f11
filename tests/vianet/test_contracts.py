"""The contract, fixed as golden files: what was once agreed stays readable, byte by byte."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from portal.vianet import contracts
from portal.vianet.envelope import Malformed, parse
from tests.outbox.messages import FANYUN, escalation_data

GOLDEN = Path(__file__).parent / "golden"
FROM_PORTAL = [name for name in contracts.known_types() if name.startswith(("support.", "portal."))]


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes().rstrip(b"\n")


def test_every_type_has_its_golden_message_and_its_place_in_the_document() -> None:
    names = contracts.known_types()
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == names
    text = (Path(__file__).parents[2] / "docs" / "queue.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in text] == []


@pytest.mark.parametrize("name", contracts.known_types())
def test_the_golden_message_is_still_understood_and_still_written_the_same(name: str) -> None:
    event = contracts.check(parse(golden(name)))
    assert event.type == name
    assert event.to_bytes() == golden(name)


@pytest.mark.parametrize("name", contracts.known_types())
def test_every_schema_is_a_schema_that_names_what_it_demands(name: str) -> None:
    schema = json.loads((contracts.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert set(schema["required"]) <= set(schema["properties"])
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("name", contracts.known_types())
def test_no_demanded_property_may_be_missing(name: str) -> None:
    event = parse(golden(name))
    schema = json.loads((contracts.FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    for missing in schema["required"]:
        data = {key: value for key, value in event.data.items() if key != missing}
        with pytest.raises(Malformed, match=missing):
            contracts.check(changed(name, data))


def changed(name: str, data: dict[str, Any]) -> Any:
    document = json.loads(golden(name))
    return parse(json.dumps(document | {"data": data}).encode())


@pytest.mark.parametrize("name", FROM_PORTAL)
def test_the_portal_says_nothing_that_is_not_agreed(name: str) -> None:
    with pytest.raises(Malformed, match="passport"):
        contracts.check(changed(name, {**parse(golden(name)).data, "passport": "E1"}))


def test_the_portal_hears_more_than_is_agreed() -> None:
    name = contracts.ACKNOWLEDGED
    assert contracts.check(changed(name, {**parse(golden(name)).data, "queue": "tier 2"}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("severity", "A"),
        ("reason", "laziness"),
        ("request_reference", "123"),
        ("escalation_id", "1"),
        ("title", ""),
        ("title", "x" * 301),
        ("description", "a\0b"),
        ("customer", {"id": str(FANYUN), "name": "x"}),
        ("contact", None),
    ],
)
def test_an_escalation_with_a_wrong_value_is_refused_by_name(field: str, value: object) -> None:
    wrong = {**escalation_data(FANYUN), field: value}
    with pytest.raises(Malformed, match=field):
        contracts.check(changed("support.request.escalated.v1", wrong))


def test_a_refusal_says_whether_trying_again_helps() -> None:
    with pytest.raises(Malformed, match="retryable"):
        contracts.check(changed(contracts.RECEIPT, {"message_id": str(FANYUN), "outcome": "refused"}))


def test_the_longest_escalation_in_chinese_fits_into_a_message() -> None:
    longest = escalation_data(FANYUN) | {
        "title": "云" * 300,
        "description": "云" * 10_000,
        "steps_tried": "云" * 5_000,
        "impact": "云" * 2_000,
    }
    event = changed("support.request.escalated.v1", escalation_data(FANYUN))
    document = json.loads(event.to_bytes()) | {"data": longest}
    body = json.dumps(document, ensure_ascii=False).encode()
    assert contracts.check(parse(body))
