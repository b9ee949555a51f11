"""A message to 21Vianet is part of the change that it tells about."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from portal.database import transaction_as
from portal.outbox import cancel, enqueue
from portal.outbox.marking import bury
from portal.outbox.models import OutboundMessage, State
from portal.vianet.envelope import MAX_BODY_BYTES, Malformed, fingerprint, parse
from tests.outbox.messages import FANYUN, comment, commit, escalation, message
from tests.threads import at_once


@pytest.mark.django_db
def test_an_escalation_is_stored_with_its_bytes_and_their_fingerprint() -> None:
    told = escalation()
    (row,) = commit(told)
    body = bytes(row.envelope)
    event = parse(body)
    assert (row.state, row.order_seq, row.attempts) == (State.PENDING, 1, 0)
    assert row.sha256 == fingerprint(body)
    assert (event.id, event.type, event.subject) == (
        str(row.pk),
        "support.request.escalated.v1",
        str(told.subject_id),
    )
    assert (event.order_key, event.order_seq) == (str(told.order_key), 1)
    assert event.data == told.data
    assert row.give_up_at - row.created_at == timedelta(hours=72)


@pytest.mark.django_db
def test_a_verb_that_fails_leaves_no_message() -> None:
    with pytest.raises(ZeroDivisionError), transaction_as(home=FANYUN):
        enqueue(escalation())
        _ = 1 / 0
    assert OutboundMessage.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_message_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="belongs to the transaction"):
        enqueue(escalation())
    assert OutboundMessage.objects.count() == 0


@pytest.mark.django_db
def test_the_same_message_twice_is_one_message() -> None:
    told = escalation()
    first, second = commit(told, told)
    assert first.pk == second.pk
    assert OutboundMessage.objects.count() == 1


@pytest.mark.django_db
def test_what_breaks_the_contract_is_refused_and_nothing_is_stored() -> None:
    told = escalation()
    wrong = {**told.data, "severity": "catastrophic"}
    with pytest.raises(Malformed, match=r"support\.request\.escalated\.v1: severity: "):
        commit(escalation(data=wrong))
    with pytest.raises(Malformed, match="passport"):
        commit(escalation(data={**told.data, "passport": "E1234"}))
    with pytest.raises(Malformed, match="knows no message type"):
        commit(escalation(version=9))
    assert OutboundMessage.objects.count() == 0


@pytest.mark.django_db
def test_what_is_said_about_one_request_is_numbered_in_order_and_another_request_is_not_touched() -> None:
    about = escalation()
    commit(about)
    commit(comment(about), comment(about))
    (other,) = commit(escalation())
    numbers = OutboundMessage.objects.filter(order_key=about.order_key).order_by("created_at")
    assert list(numbers.values_list("order_seq", flat=True)) == [1, 2, 3]
    assert other.order_seq == 1


@pytest.mark.django_db
def test_what_follows_a_parked_message_is_held() -> None:
    about = escalation()
    (first,) = commit(about)
    with transaction_as(system="test"):
        assert bury(first.pk, first.order_key, "unreadable")
    (second,) = commit(comment(about))
    assert second.state == State.HELD


@pytest.mark.django_db
def test_what_nobody_touched_can_be_taken_back() -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    with transaction_as(home=FANYUN):
        assert cancel(about.subject_id) is True
    assert {message(first.pk).state, message(second.pk).state} == {State.CANCELLED}


@pytest.mark.django_db
def test_what_a_worker_may_have_sent_cannot_be_taken_back() -> None:
    about = escalation()
    (row,) = commit(about)
    OutboundMessage.objects.filter(pk=row.pk).update(attempts=1)
    with transaction_as(home=FANYUN):
        assert cancel(about.subject_id) is False
        assert cancel(uuid4()) is False
    assert message(row.pk).state == State.PENDING


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "LOST"},
        {"state": State.ACKED, "acked_at": None},
        {"state": State.LEASED, "lease_token": None},
        {"order_seq": 0},
        {"envelope": b"x" * (MAX_BODY_BYTES + 1)},
    ],
)
def test_the_database_refuses_what_cannot_be(wrong: dict[str, object]) -> None:
    (row,) = commit(escalation())
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboundMessage.objects.filter(pk=row.pk).update(**wrong)
    OutboundMessage.objects.filter(pk=row.pk).update(envelope=b"x" * MAX_BODY_BYTES)


@pytest.mark.django_db(transaction=True)
def test_eight_people_who_write_about_one_request_at_once_get_eight_numbers() -> None:
    about = escalation()

    def write() -> None:
        with transaction_as(home=FANYUN):
            enqueue(comment(about))

    at_once(*[write] * 8)
    numbers = OutboundMessage.objects.filter(order_key=about.order_key).order_by("order_seq")
    assert list(numbers.values_list("order_seq", flat=True)) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert OutboundMessage.objects.filter(created_at__gt=datetime.now(UTC)).count() == 0
