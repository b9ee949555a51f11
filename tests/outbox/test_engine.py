"""The doorbell, the tasks and their identity."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

import pytest
from celery import shared_task
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from portal.celery import app
from portal.database import current_identity, transaction_as
from portal.outbox import bell, enqueue, ring, wire
from portal.outbox.consumer import take
from portal.outbox.models import OutboundMessage, State
from portal.outbox.tasks import deliver, sweep
from portal.vianet.transports import Parcel, Temporary
from tests.outbox.messages import FANYUN, acknowledged, commit, escalation, message
from tests.silence import BEARABLE, cost_of_silence, fastest


@pytest.fixture
def nobody_answers(settings: LazySettings) -> Iterator[None]:
    """Celery's broker refuses every connection."""
    settings.CELERY_BROKER_URL = "amqp://guest:guest@127.0.0.1:1//"
    bell._publisher.cache_clear()
    yield
    bell._publisher.cache_clear()


@pytest.mark.usefixtures("nobody_answers")
def test_a_bell_that_nobody_hears_costs_no_error_and_no_time() -> None:
    assert fastest(ring) < BEARABLE


@pytest.mark.parametrize("scheme", ["amqp", "redis"])
def test_a_broker_that_takes_calls_and_says_nothing_costs_little_time(settings: LazySettings, scheme: str) -> None:
    assert cost_of_silence(settings, scheme, ring) < BEARABLE


@pytest.mark.usefixtures("nobody_answers")
@pytest.mark.django_db(transaction=True)
def test_with_the_broker_away_the_message_is_stored_and_the_sweep_sends_it() -> None:
    with transaction_as(home=FANYUN):
        pk = enqueue(escalation())
    assert message(pk).state == State.PENDING
    sweep()
    assert message(pk).state == State.PUBLISHED


@pytest.mark.django_db(transaction=True)
def test_the_network_is_never_inside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[bool] = []
    memory = wire.transport()
    truly_publish = memory.publish

    def publish(queue: str, parcels: Sequence[Parcel], until: float) -> list[Temporary | None]:
        inside.append(connection.in_atomic_block)
        return truly_publish(queue, parcels, until)

    monkeypatch.setattr(memory, "publish", publish)
    about = escalation()
    commit(about)
    deliver()
    take([acknowledged(about.subject_id)])
    assert inside == [False, False]


def test_a_task_that_does_not_say_as_whom_it_acts_does_not_run() -> None:
    @shared_task(name=f"test.{uuid4()}")
    def nameless() -> None:
        raise AssertionError("It ran.")

    with pytest.raises(ImproperlyConfigured, match="as which machine it acts"):
        nameless()


def test_a_task_acts_as_the_machine_that_it_names() -> None:
    @shared_task(name=f"test.{uuid4()}", system="lifecycle")
    def named() -> str:
        return current_identity().system

    assert named() == "lifecycle"


def test_every_task_of_the_portal_names_its_machine_and_the_schedule_knows_only_such() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith(("celery.", "test."))}
    assert {name for name, task in ours.items() if not task.system} == set()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(ours)


@pytest.mark.django_db
def test_the_task_sends_and_the_sweep_parks_what_is_overdue_instead_of_sending_it_again() -> None:
    first, second = commit(escalation(), escalation())
    deliver()
    assert {message(first.pk).state, message(second.pk).state} == {State.PUBLISHED}
    OutboundMessage.objects.filter(pk=first.pk).update(due_at=first.created_at, give_up_at=first.created_at)
    sweep()
    assert (message(first.pk).state, message(second.pk).state) == (State.DEAD, State.PUBLISHED)
    assert message(first.pk).publishes == 1
