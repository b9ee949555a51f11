"""While the broker is away, one probe at a time asks whether it is back."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.outbox import marking, wire
from portal.outbox.breaker import Breaker, breaker
from portal.outbox.claiming import claim
from portal.outbox.delivering import deliver_due
from portal.outbox.models import OutboundMessage, State
from tests.outbox.messages import commit, escalation, let_time_pass


@pytest.fixture(autouse=True)
def _quick(settings: LazySettings) -> None:
    settings.OUTBOX_BREAKER_ERRORS = 3
    settings.OUTBOX_BREAKER_SECONDS = 60


def test_after_some_errors_in_a_row_there_are_only_probes(settings: LazySettings) -> None:
    one = Breaker()
    for _ in range(3):
        assert one.allowance(100) == 100
        one.record(worked=False)
    assert one.allowance(100) == 0
    settings.OUTBOX_BREAKER_SECONDS = 0
    one.record(worked=False)
    assert one.allowance(100) == 1
    one.record(worked=True)
    assert one.allowance(100) == 100


@pytest.mark.django_db
def test_who_may_send_nothing_asks_the_database_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert claim("worker", 0) == []
    assert len(queries) == 0


def test_a_success_in_between_starts_the_count_anew() -> None:
    one = Breaker()
    for worked in (False, False, True, False, False):
        one.record(worked=worked)
    assert one.allowance(100) == 100


@pytest.mark.django_db
def test_an_outage_does_not_wear_the_messages_out(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "backoff", lambda _failures: timedelta(hours=1))
    commit(*[escalation() for _ in range(4)])
    settings.VIANET_QUEUE_URL, memory = "amqp://guest:guest@127.0.0.1:1//", settings.VIANET_QUEUE_URL
    wire.transport.cache_clear()
    for _ in range(6):
        let_time_pass()
        deliver_due()
    assert set(OutboundMessage.objects.values_list("attempts", "state")) == {(3, State.PENDING)}
    settings.VIANET_QUEUE_URL = memory
    wire.transport.cache_clear()
    breaker.record(worked=True)
    let_time_pass()
    assert deliver_due() == 4
