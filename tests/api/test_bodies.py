"""What programs send: understood exactly, or refused with the name of what is wrong."""

from importlib import import_module
from typing import Any

import pytest
from django.test import Client
from rest_framework import serializers

from portal.api.input import StrictSerializer

pytestmark = [pytest.mark.urls("tests.api.site"), pytest.mark.django_db]


@pytest.fixture
def api() -> Client:
    return Client(raise_request_exception=False)


def post(api: Client, body: Any, **headers: str) -> Any:
    return api.post("/v1.0/orders", body, content_type="application/json", headers=headers)


NOT_JSON = "The body is not valid JSON."
TOO_DEEP = "The body is nested too deeply."


@pytest.mark.parametrize(
    ("body", "message", "where"),
    [
        (b"{", NOT_JSON, ["It cannot be read from line 1, column 2 on."]),
        (b'{\n  "quantity": 1,,}', NOT_JSON, ["It cannot be read from line 2, column 17 on."]),
        (b'{"quantity": NaN}', NOT_JSON, ["NaN is not JSON."]),
        (b'{"quantity": 1, "quantity": 2}', NOT_JSON, ["A name occurs twice in one object."]),
        (b"\xff\xfe", NOT_JSON, ["It holds something that is no text in UTF-8."]),
        (b'{"friendlyName": "\\ud800"}', NOT_JSON, ["It holds something that is no text in UTF-8."]),
        (b'{"quantity": ' + b"9" * 5000 + b"}", NOT_JSON, ["It holds a number with too many digits."]),
        (b"[" * 2000, TOO_DEEP, []),
        (b"[" * 40 + b"]" * 40, TOO_DEEP, []),
        (b"[1]", "The body must be a JSON object.", []),
        (b'"text"', "The body must be a JSON object.", []),
    ],
    ids=["cut", "cut below", "nan", "twice", "not utf-8", "half", "digits", "too deep to read", "deep", "list", "text"],
)
def test_what_cannot_be_understood_is_400_and_says_why(
    api: Client, body: bytes, message: str, where: list[str]
) -> None:
    response = post(api, body)
    error = response.json()["error"]
    assert (response.status_code, error["code"], error["message"]) == (400, "badRequest", message)
    assert [detail["message"] for detail in error["details"]] == where


def test_a_body_that_is_too_large_is_refused(api: Client) -> None:
    response = post(api, b'{"friendlyName": "' + b"x" * 1_048_600 + b'"}')
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bodyTooLarge")


def test_an_unknown_property_is_400_and_named(api: Client) -> None:
    response = post(api, {"quantity": 1, "isAdmin": True})
    assert response.status_code == 400
    assert [detail["target"] for detail in response.json()["error"]["details"]] == ["isAdmin"]


def test_what_graphs_sdks_add_is_ignored(api: Client) -> None:
    body = {"quantity": 1, "@odata.type": "#microsoft.graph.order", "customer@odata.bind": "x"}
    assert post(api, body).status_code == 201


def test_wrong_values_are_422_and_named_as_on_the_wire(api: Client) -> None:
    response = post(api, {"quantity": 0, "friendlyName": "x" * 21})
    assert (response.status_code, response.json()["error"]["code"]) == (422, "invalidInput")
    assert [detail["target"] for detail in response.json()["error"]["details"]] == ["quantity", "friendlyName"]


@pytest.mark.parametrize("value", [5, 2**64, 1.5, True, {}, []])
def test_text_is_text(api: Client, value: Any) -> None:
    response = post(api, {"quantity": 1, "friendlyName": value})
    assert response.status_code == 422
    assert [detail["target"] for detail in response.json()["error"]["details"]] == ["friendlyName"]


def loose(shape: type[StrictSerializer]) -> list[str]:
    """The shape's fields that would take a number for text, or a text for a number."""
    fields = [(name, getattr(entry, "child", entry)) for name, entry in shape().fields.items()]
    return [name for name, entry in fields if type(entry) in {serializers.CharField, serializers.IntegerField}]


def test_no_shape_takes_a_number_for_text() -> None:
    class Loose(StrictSerializer):
        names = serializers.ListField(child=serializers.CharField())

    import_module("portal.urls")
    shapes = {shape.__name__: loose(shape) for shape in StrictSerializer.__subclasses__()}
    assert shapes.pop("Loose") == ["names"]
    assert {"MarkShape", "RaiseBody", "SubscriptionChange"} <= set(shapes)
    assert {name: fields for name, fields in shapes.items() if fields} == {}


def test_a_missing_value_is_422(api: Client) -> None:
    assert [detail["target"] for detail in post(api, {}).json()["error"]["details"]] == ["quantity"]
    assert api.post("/v1.0/orders", content_type="application/json", data=b"").status_code == 422


def test_a_body_that_is_not_json_is_415(api: Client) -> None:
    response = api.post("/v1.0/orders", "quantity=1", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupportedMediaType")


def test_a_patch_that_names_nothing_is_400(api: Client) -> None:
    assert patch(api, {}).status_code == 400
    assert patch(api, {"@odata.type": "#x"}).status_code == 400


def patch(api: Client, body: Any, **headers: str) -> Any:
    return api.patch("/v1.0/orders/1", body, content_type="application/json", headers=headers)


def test_two_verbs_in_one_patch_are_400(api: Client) -> None:
    response = patch(api, {"quantity": 2, "friendlyName": "East"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "severalChanges")


@pytest.mark.parametrize("tag", ['W/"7"', '"7"', 'W/"3", W/"7"'])
def test_the_present_version_may_be_changed(api: Client, tag: str) -> None:
    response = patch(api, {"quantity": 2}, **{"If-Match": tag})
    assert response.json() == {"verb": "change_quantity", "@odata.etag": 'W/"7"'}


@pytest.mark.parametrize(("tag", "status"), [("", 428), ("*", 428), ('W/"6"', 412), ("7", 412), ("nonsense", 412)])
def test_another_version_or_none_is_refused(api: Client, tag: str, status: int) -> None:
    assert patch(api, {"quantity": 2}, **{"If-Match": tag}).status_code == status


def test_a_wrong_value_is_told_before_a_missing_version(api: Client) -> None:
    assert patch(api, {"quantity": 0}).status_code == 422
