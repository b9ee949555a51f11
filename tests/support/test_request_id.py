"""One id runs through the answer, the log, the audit log and the task that the commit starts."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery.signals import before_task_publish
from django.test import Client

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from support.models import SupportRequest
from tests.support.conftest import Story

ESCALATION = {"reason": "training", "tried": "Message trace, connector check."}


@pytest.fixture
def published() -> Iterator[list[dict[str, Any]]]:
    """What each task that is published carries for the worker's log."""
    carried: list[dict[str, Any]] = []

    def look(headers: dict[str, Any] | None = None, **_kwargs: object) -> None:
        carried.append((headers or {})["__django_structlog__"])

    before_task_publish.connect(look)
    yield carried
    before_task_publish.disconnect(look)


@pytest.mark.django_db(transaction=True)
def test_the_task_that_a_commit_starts_knows_the_request(
    asked: SupportRequest, rest_of: Callable[..., Client], published: list[dict[str, Any]]
) -> None:
    address = f"/v1.0/supportRequests/{asked.reference}/escalate"
    answer = rest_of("helen").post(
        address, {"reason": "training", "stepsTried": "Message trace."}, content_type="application/json"
    )
    assert answer.status_code == 202
    assert [task["request_id"] for task in published] == [answer["request-id"]]


def test_a_refused_write_names_its_request(story: Story, cast: Cast, browser_of: Callable[[str], Client]) -> None:
    asked = story.ask()
    answer = browser_of("alice").post(f"/requests/{asked.reference}/escalate/", ESCALATION)
    assert answer.status_code == 403
    entry = AuditEntry.objects.get(outcome="refused")
    assert entry.request_id == answer["request-id"] != ""


def test_the_log_names_the_bearer_of_a_token(
    cast: Cast, rest_of: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        assert rest_of("helen").get("/v1.0/me").status_code == 200
    (finished,) = [
        record.msg
        for record in caplog.records
        if isinstance(record.msg, dict) and record.msg["event"] == "request_finished"
    ]
    assert finished["user_id"] == str(cast.helen.pk)
