"""What a page says about a message on its way."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from portal.database import transaction_as
from portal.outbox import cancel, courses_of, delivery_of, marking, oldest_due_age, oldest_unacknowledged_age
from portal.outbox.claiming import claim
from portal.outbox.delivering import deliver_due
from portal.outbox.models import OutboundMessage
from tests.outbox.messages import FANYUN, comment, commit, escalation, let_time_pass

pytestmark = pytest.mark.django_db


def state_of(subject_id: object) -> str:
    delivery = delivery_of(subject_id)  # type: ignore[arg-type]  # the tests pass a UUID
    assert delivery is not None
    return delivery.state


def test_queued_sending_sent_delayed_and_acknowledged() -> None:
    about = escalation()
    (row,) = commit(about)
    assert state_of(about.subject_id) == "queued"
    (lease,) = claim("worker", 1)
    assert state_of(about.subject_id) == "sending"
    with transaction_as(system="test"):
        marking.mark_published([lease])
    assert state_of(about.subject_id) == "sent"
    let_time_pass(row.pk)
    assert state_of(about.subject_id) == "delayed"
    claim("worker", 1)
    assert state_of(about.subject_id) == "delayed"
    with transaction_as(system="test"):
        marking.acknowledge(row.pk, "CN20261122-000123")
    delivery = delivery_of(about.subject_id)
    assert delivery is not None
    assert (delivery.state, delivery.settled) == ("acknowledged", True)
    assert (str(delivery.label), delivery.tone) == ("Received by 21Vianet", "success")


def test_parked_and_cancelled() -> None:
    lost, withdrawn = escalation(), escalation()
    rows = commit(lost, withdrawn)
    with transaction_as(home=FANYUN):
        cancel(withdrawn.subject_id)
    with transaction_as(system="test"):
        marking.bury(rows[0].pk, rows[0].order_key, "unreadable")
    assert state_of(lost.subject_id) == "parked"
    assert state_of(withdrawn.subject_id) == "cancelled"


def test_the_oldest_unsettled_message_speaks_for_its_subject() -> None:
    about = escalation()
    first, _second = commit(about, comment(about))
    deliver_due()
    assert state_of(about.subject_id) == "sent"
    with transaction_as(system="test"):
        marking.acknowledge(first.pk)
    assert state_of(about.subject_id) == "queued"


def test_what_opened_the_matter_is_told_beside_what_speaks_for_it() -> None:
    about = escalation()
    first, _second = commit(about, comment(about))
    deliver_due()
    with transaction_as(system="test"):
        marking.acknowledge(first.pk)
    course = courses_of([about.subject_id])[about.subject_id]
    assert (course.opening.type, course.opening.state) == ("support.request.escalated", "acknowledged")
    assert (course.telling.type, course.telling.state) == ("support.request.commented", "queued")
    assert (course.opening.under_way, course.telling.under_way) == (False, True)


def test_a_message_given_up_speaks_for_its_subject_whatever_came_after() -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    with transaction_as(system="test"):
        marking.bury(first.pk, first.order_key, "unreadable")
        marking.discard(first.pk, "Wei: told them by telephone")
    deliver_due()
    with transaction_as(system="test"):
        marking.acknowledge(second.pk)
    delivery = delivery_of(about.subject_id)
    assert delivery is not None
    assert (delivery.state, delivery.settled, delivery.tone) == ("discarded", True, "danger")
    assert str(delivery.label) == "Given up: it will not be sent again"


def test_many_subjects_are_asked_in_one_go_and_an_unknown_one_has_no_delivery() -> None:
    told = [escalation() for _ in range(3)]
    commit(*told)
    found = courses_of([contract.subject_id for contract in told] + [uuid4()])
    assert set(found) == {contract.subject_id for contract in told}
    assert delivery_of(uuid4()) is None


def test_of_a_long_talk_one_message_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    about = escalation()
    first, *_others = commit(about, *(comment(about) for _ in range(9)))
    read, from_db = [], OutboundMessage.from_db

    def noted(*args: Any) -> OutboundMessage:
        read.append(args)
        return from_db(*args)

    monkeypatch.setattr(OutboundMessage, "from_db", noted)
    delivery = delivery_of(about.subject_id)
    assert delivery is not None
    assert (delivery.state, [row[2][0] for row in read]) == ("queued", [first.pk])


def test_the_age_of_the_oldest_overdue_message() -> None:
    assert oldest_due_age() == timedelta()
    (row,) = commit(escalation())
    let_time_pass(row.pk, seconds=90)
    assert timedelta(seconds=89) < oldest_due_age() < timedelta(seconds=100)
    OutboundMessage.objects.filter(pk=row.pk).update(due_at=datetime.now(UTC) + timedelta(minutes=5))
    assert oldest_due_age() == timedelta()


def test_what_waits_behind_a_message_on_its_way_is_not_overdue() -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    let_time_pass(second.pk, seconds=90)
    deliver_due()
    assert oldest_due_age() == timedelta()
    with transaction_as(system="test"):
        marking.acknowledge(first.pk)
    assert oldest_due_age() > timedelta(seconds=89)


def test_the_age_of_the_oldest_unacknowledged_message() -> None:
    assert oldest_unacknowledged_age() == timedelta()
    (row,) = commit(escalation())
    written = datetime.now(UTC) - timedelta(seconds=90)
    OutboundMessage.objects.filter(pk=row.pk).update(created_at=written, due_at=written + timedelta(minutes=9))
    assert timedelta(seconds=89) < oldest_unacknowledged_age() < timedelta(seconds=100)
    with transaction_as(system="test"):
        marking.acknowledge(row.pk)
    assert oldest_unacknowledged_age() == timedelta()
