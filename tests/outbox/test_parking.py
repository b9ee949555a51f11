"""Refused messages are parked with what follows them, visibly, and can be sent again."""

from datetime import timedelta

import pytest
from django.conf import LazySettings

from portal.database import transaction_as
from portal.outbox import marking
from portal.outbox.delivering import deliver_due
from portal.outbox.models import MAY_BECOME, OutboundMessage, State
from portal.outbox.retry import acknowledgement_time, backoff
from tests.outbox.messages import comment, commit, escalation, let_time_pass, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def parked() -> list[OutboundMessage]:
    """Three messages about one request; 21Vianet refused the first for good."""
    about = escalation()
    rows = commit(about, comment(about), comment(about))
    deliver_due()
    with transaction_as(system="test"):
        assert marking.refuse(rows[0].pk, retryable=False, reason="unreadable")
    return [message(row.pk) for row in rows]


def test_a_message_refused_for_good_is_parked_with_what_follows(parked: list[OutboundMessage]) -> None:
    assert [row.state for row in parked] == [State.DEAD, State.HELD, State.HELD]
    assert parked[0].last_error == "21Vianet refused it: unreadable"
    let_time_pass()
    assert deliver_due() == 0


def test_sending_it_again_lets_the_others_go_in_their_order(parked: list[OutboundMessage]) -> None:
    with transaction_as(system="test"):
        assert marking.replay(parked[0].pk)
        assert marking.replay(parked[0].pk) is False
    for row in parked:
        assert deliver_due() == 1
        assert message(row.pk).state == State.PUBLISHED
        with transaction_as(system="test"):
            marking.acknowledge(row.pk)
    assert message(parked[0].pk).publishes == 2


def test_a_receipt_that_comes_after_parking_settles_it_and_lets_the_others_go(parked: list[OutboundMessage]) -> None:
    with transaction_as(system="test"):
        assert marking.acknowledge(parked[0].pk)
    assert [message(row.pk).state for row in parked] == [State.ACKED, State.PENDING, State.PENDING]


def test_only_what_stands_before_the_next_parked_message_is_let_go(parked: list[OutboundMessage]) -> None:
    OutboundMessage.objects.filter(pk=parked[1].pk).update(state=State.DEAD)
    with transaction_as(system="test"):
        marking.replay(parked[0].pk)
    assert [message(row.pk).state for row in parked] == [State.PENDING, State.DEAD, State.HELD]


def test_a_message_refused_for_now_is_tried_a_dozen_times(settings: LazySettings) -> None:
    (row,) = commit(escalation())
    for refusal in range(1, 12):
        let_time_pass(row.pk)
        assert deliver_due() == 1
        with transaction_as(system="test"):
            assert marking.refuse(row.pk, retryable=True, reason="busy")
        waits = message(row.pk)
        assert (waits.state, waits.refusals) == (State.PENDING, refusal)
        assert waits.last_error == "21Vianet asks to try again: busy"
    let_time_pass(row.pk)
    deliver_due()
    with transaction_as(system="test"):
        assert marking.refuse(row.pk, retryable=True, reason="busy")
    assert message(row.pk).state == State.DEAD


def test_a_refusal_of_what_was_received_changes_nothing() -> None:
    (row,) = commit(escalation())
    deliver_due()
    with transaction_as(system="test"):
        marking.acknowledge(row.pk)
        assert marking.refuse(row.pk, retryable=False, reason="late") is False
        assert marking.refuse(row.pk, retryable=True, reason="late") is False
    assert message(row.pk).state == State.ACKED


def test_final_states_lead_nowhere_and_published_is_not_final() -> None:
    assert MAY_BECOME[State.ACKED] == MAY_BECOME[State.CANCELLED] == frozenset()
    assert State.LEASED in MAY_BECOME[State.PUBLISHED]
    assert set(MAY_BECOME) == set(State)


def test_pauses_grow_stay_random_and_have_a_ceiling() -> None:
    assert all(backoff(3) <= timedelta(seconds=4) for _ in range(50))
    assert all(backoff(60) <= timedelta(seconds=300) for _ in range(50))
    assert len({backoff(9) for _ in range(20)}) > 1


def test_the_deadline_for_a_receipt_doubles_up_to_eight_minutes() -> None:
    for publishes, seconds in [(1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (9, 480)]:
        time = acknowledgement_time(publishes)
        assert timedelta(seconds=seconds) <= time <= timedelta(seconds=seconds * 1.25)
