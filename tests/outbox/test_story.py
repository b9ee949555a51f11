"""The whole way in one process, as in the demo: engine, consumer and a 21Vianet that behaves well, or as badly as
it can.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from threading import Event

import pytest
import structlog
from celery import shared_task
from django.conf import LazySettings

from portal.celery import Engine
from portal.database import transaction_as
from portal.outbox import bell
from portal.outbox.contracts import Inbound
from portal.outbox.models import InboundMessage, OutboundMessage, Outcome, State
from portal.outbox.tasks import sweep
from portal.vianet.simulator import Simulator
from tests.books import rows
from tests.outbox.conftest import at_work
from tests.outbox.messages import comment, commit, escalation
from tests.threads import running
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Celery's worker and beat in this process."""
    bell._publisher.cache_clear()
    made = Engine()
    made.start()
    yield made
    made.stop()
    bell._publisher.cache_clear()


def test_from_commit_to_case_number(engine: Engine, vianet: Callable[..., Simulator], heard: list[Inbound]) -> None:
    with at_work(vianet(latency=0.3)):
        commit(escalation())
        wait_until(lambda: heard, "21Vianet to answer", 10)
    assert engine.alive()
    (told,) = heard
    assert "case_number" in told.data


carried: list[dict[str, object]] = []


@shared_task(name="test.look", system="test")
def look() -> None:
    """Notes what a log line of this task would carry."""
    carried.append(structlog.contextvars.get_contextvars())


def test_the_id_of_the_request_travels_with_the_task_that_it_starts(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "DELIVER", "test.look")
    carried.clear()
    with structlog.contextvars.bound_contextvars(request_id="0f8fad5b"):
        bell.ring()
    wait_until(lambda: carried, "the task to run", 10)
    assert carried[0]["request_id"] == "0f8fad5b"


@pytest.fixture
def quick(settings: LazySettings) -> None:
    """Deadlines and pauses that fit into a test."""
    settings.OUTBOX_ACK_SECONDS = 0.3
    settings.OUTBOX_RETRY_SECONDS = 0.02
    settings.OUTBOX_RETRY_CAP_SECONDS = 0.2
    settings.OUTBOX_GAP_SECONDS = 30
    settings.OUTBOX_MAX_REFUSALS = 50


@pytest.mark.usefixtures("quick")
def test_a_badly_behaved_21vianet_still_applies_everything_once_and_in_order(
    vianet: Callable[..., Simulator], heard: list[Inbound]
) -> None:
    simulator = vianet(
        duplicate=0.3,
        disorder=0.5,
        silence=0.2,
        bad_signature=0.3,
        refuse=0.2,
        answer_after=0.01,
        resolve_after=0.02,
        patience=0.2,
    )
    told = [escalation() for _ in range(4)]
    commit(*[message for about in told for message in (about, comment(about))])
    with at_work(simulator), running(keep_sweeping):
        wait_until(lambda: everything_settled(heard), "everything to be settled", 40)
        applied = [(row["order_key"], row["order_seq"]) for row in rows(simulator.desk, "inbox")]
    assert sorted(applied) == sorted((str(about.order_key), number) for about in told for number in (1, 2))
    assert Counter((one.subject_id, one.operator_seq) for one in heard).most_common(1)[0][1] == 1
    for about in told:
        numbers = [one.operator_seq for one in heard if one.subject_id == about.subject_id]
        assert numbers == [1, 2, 3]


def keep_sweeping(stop: Event) -> None:
    while not stop.wait(0.02):
        sweep()


def everything_settled(heard: list[Inbound]) -> bool:
    with transaction_as(system="test"):
        open_messages = OutboundMessage.objects.exclude(state=State.ACKED).exists()
        waiting = InboundMessage.objects.filter(outcome=Outcome.RECEIVED).exists()
    return len(heard) == 12 and not open_messages and not waiting
