"""What every answer carries, and what every log line says."""

import json
import logging
from uuid import UUID

import pytest
from django.test import Client

from portal.logs import configure_logging, without_secrets

pytestmark = [pytest.mark.urls("tests.plumbing.site"), pytest.mark.django_db]


def test_every_answer_names_its_request(client: Client) -> None:
    first, second = client.get("/toasts/"), client.get("/nowhere/")
    assert UUID(first["request-id"]) != UUID(second["request-id"])
    assert "client-request-id" not in first


@pytest.mark.parametrize("header", ["client-request-id", "MS-CorrelationId"])
def test_the_callers_own_id_is_echoed(client: Client, header: str) -> None:
    assert client.get("/toasts/", headers={header: "run-42"})["client-request-id"] == "run-42"


@pytest.mark.parametrize("value", ["two words", "x" * 129, "line\nbreak", "<script>"])
def test_an_unfit_id_is_dropped(client: Client, value: str) -> None:
    assert "client-request-id" not in client.get("/toasts/", headers={"client-request-id": value})


def test_pages_rest_in_no_cache_and_forbid_what_they_do_not_use(client: Client) -> None:
    response = client.get("/toasts/")
    assert response["Cache-Control"] == "no-store"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_the_log_speaks_of_the_same_request(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        response = client.get("/toasts/", headers={"client-request-id": "run-42"})
    lines = [record.msg for record in caplog.records if record.name.startswith("django_structlog")]
    assert [line["event"] for line in lines if isinstance(line, dict)] == ["request_started", "request_finished"]
    assert {line["request_id"] for line in lines} == {response["request-id"]}
    assert {line["client_request_id"] for line in lines} == {"run-42"}


def test_one_time_keys_and_queries_stay_out_of_the_log() -> None:
    event = {"event": "request_started", "request": "GET /account/password/reset/key/NA-c4xk2/?next=/x"}
    assert without_secrets(None, "info", event)["request"] == "GET /account/password/reset/key/.../?..."


def test_production_writes_one_json_object_per_line() -> None:
    formatter = configure_logging("INFO", json=True)["formatters"]["structured"]
    made = formatter["()"](processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"])
    record = logging.LogRecord("portal", logging.WARNING, __file__, 1, "disk %s", ("full",), None)
    line = json.loads(made.format(record))
    assert (line["event"], line["level"], line["logger"]) == ("disk full", "warning", "portal")
