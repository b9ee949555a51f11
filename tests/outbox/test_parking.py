"""Refused messages are parked with what follows them, visibly, and can be sent again."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from random import Random
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import LazySettings

from portal.database import transaction_as
from portal.outbox import cancel, marking, oldest_unacknowledged_age, retry
from portal.outbox.claiming import claim
from portal.outbox.delivering import deliver_due
from portal.outbox.models import FINAL, MAY_BECOME, REPLY_MAY_BECOME, OutboundMessage, Outcome, State
from portal.outbox.retry import acknowledgement_time, backoff
from portal.outbox.tasks import sweep
from tests.outbox.conftest import arrived
from tests.outbox.messages import FANYUN, comment, commit, escalation, let_time_pass, message

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
    assert (message(parked[0].pk).attempts, message(parked[0].pk).publishes) == (2, 1)


def test_three_days_after_parking_a_replay_still_delivers_what_it_let_go(parked: list[OutboundMessage]) -> None:
    OutboundMessage.objects.update(give_up_at=datetime.now(UTC) - timedelta(hours=1))
    with transaction_as(system="test"):
        marking.replay(parked[0].pk)
    for row in parked:
        sweep()
        with transaction_as(system="test"):
            assert marking.acknowledge(row.pk)
    assert [message(row.pk).attempts for row in parked] == [2, 1, 1]


def test_a_replay_has_the_patience_of_a_new_message(monkeypatch: pytest.MonkeyPatch) -> None:
    about = escalation()
    (row,) = commit(about)
    for _ in range(5):
        let_time_pass(row.pk)
        deliver_due()
    four_days_ago = datetime.now(UTC) - timedelta(days=4)
    OutboundMessage.objects.update(created_at=four_days_ago, failures=9, refusals=9)
    with transaction_as(system="test"):
        marking.bury(row.pk, row.order_key, "unreadable")
        marking.replay(row.pk)
    assert oldest_unacknowledged_age() < timedelta(minutes=1)
    monkeypatch.setattr(marking, "backoff", lambda failures: timedelta(hours=failures))
    (lease,) = claim("worker", 1)
    with transaction_as(system="test"):
        marking.mark_failed({lease: "The broker is away."})
    assert message(row.pk).due_at - datetime.now(UTC) <= timedelta(hours=1)
    let_time_pass(row.pk)
    deliver_due()
    again = message(row.pk)
    assert (again.attempts, again.publishes, again.failures, again.refusals) == (7, 1, 0, 0)
    assert again.due_at - datetime.now(UTC) <= timedelta(seconds=37.5)
    with transaction_as(home=FANYUN):
        assert cancel(about.subject_id) is False


def test_what_was_published_before_it_was_parked_cannot_be_taken_back_after_a_replay(
    parked: list[OutboundMessage],
) -> None:
    with transaction_as(system="test"):
        marking.replay(parked[0].pk)
    with transaction_as(home=FANYUN):
        assert cancel(parked[0].subject_id) is False
    assert message(parked[0].pk).state == State.PENDING


def test_what_is_overdue_is_parked_with_what_follows_and_not_message_by_message() -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    deliver_due()
    let_time_pass(first.pk, seconds=60)
    let_time_pass(second.pk)
    OutboundMessage.objects.update(give_up_at=datetime.now(UTC))
    sweep()
    assert (message(first.pk).state, message(second.pk).state) == (State.DEAD, State.HELD)


def test_what_was_never_tried_is_not_parked_but_gets_its_three_days_from_its_turn_on() -> None:
    about = escalation()
    first, second, third = commit(about, comment(about), comment(about))
    deliver_due()
    with transaction_as(system="test"):
        marking.acknowledge(first.pk)
    OutboundMessage.objects.update(give_up_at=datetime.now(UTC) - timedelta(seconds=1))
    sweep()
    waits = message(second.pk)
    assert (waits.state, waits.last_error, message(third.pk).state) == (State.PENDING, "", State.PENDING)
    assert timedelta(hours=71) < waits.give_up_at - datetime.now(UTC) <= timedelta(hours=72)
    for row in (second, third):
        sweep()
        sweep()
        assert message(row.pk).state == State.PUBLISHED
        with transaction_as(system="test"):
            marking.acknowledge(row.pk)


def test_a_message_has_its_three_days_from_its_first_turn_on() -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    deliver_due()
    with transaction_as(system="test"):
        marking.acknowledge(first.pk)
    OutboundMessage.objects.update(give_up_at=datetime.now(UTC) + timedelta(minutes=10))
    sweep()
    waits = message(second.pk)
    assert (waits.state, waits.attempts) == (State.PUBLISHED, 1)
    assert timedelta(hours=71) < waits.give_up_at - datetime.now(UTC) <= timedelta(hours=72)


def test_a_refusal_of_an_old_copy_parks_no_replay(parked: list[OutboundMessage]) -> None:
    with transaction_as(system="test"):
        marking.replay(parked[0].pk)
    deliver_due()
    assert message(parked[0].pk).attempts == 2
    with transaction_as(system="test"):
        assert marking.refuse(parked[0].pk, retryable=False, reason="unreadable", attempt=1) is False
        assert message(parked[0].pk).state == State.PUBLISHED
        assert marking.refuse(parked[0].pk, retryable=False, reason="unreadable", attempt=2)
    assert message(parked[0].pk).state == State.DEAD


def test_giving_a_message_up_lets_the_others_go_and_never_sends_it(parked: list[OutboundMessage]) -> None:
    with transaction_as(system="test"):
        assert marking.discard(parked[0].pk, "Wei: the customer has left")
        assert marking.discard(parked[0].pk, "again") is False
        assert marking.discard(uuid4(), "unknown") is False
        assert marking.acknowledge(parked[0].pk) is False
    assert [message(row.pk).state for row in parked] == [State.DISCARDED, State.PENDING, State.PENDING]
    assert message(parked[0].pk).last_error == "Wei: the customer has left"
    arrived()
    assert deliver_due() == 1
    assert [parcel.id for parcel in arrived()] == [str(parked[1].pk)]


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
    assert {state for state, following in MAY_BECOME.items() if not following} == set(FINAL)
    assert State.LEASED in MAY_BECOME[State.PUBLISHED]
    assert set(MAY_BECOME) == set(State)


def test_every_outcome_says_what_it_may_become_and_a_forgery_becomes_nothing() -> None:
    assert set(REPLY_MAY_BECOME) == set(Outcome)
    assert REPLY_MAY_BECOME[Outcome.UNSIGNED] == REPLY_MAY_BECOME[Outcome.STALE] == frozenset()


def test_what_was_given_up_before_it_was_a_state_moves_to_it_and_back(parked: list[OutboundMessage]) -> None:
    migration = import_module("portal.outbox.migrations.0010_move_what_was_given_up")
    old = (State.CANCELLED, "Discarded: Wei: the customer has left")
    OutboundMessage.objects.filter(pk=parked[0].pk).update(state=old[0], last_error=old[1])
    OutboundMessage.objects.filter(pk=parked[1].pk).update(state=State.CANCELLED, last_error="")
    migration.move(apps, None)
    given_up, withdrawn = message(parked[0].pk), message(parked[1].pk)
    assert (given_up.state, given_up.last_error) == (State.DISCARDED, "Wei: the customer has left")
    assert withdrawn.state == State.CANCELLED
    migration.move_back(apps, None)
    given_up = message(parked[0].pk)
    assert (given_up.state, given_up.last_error) == old


class Always(Random):
    """Chance that has stopped."""

    def random(self) -> float:
        return 0.5


def test_pauses_double_and_have_a_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_random", Always())
    pauses = [backoff(failures).total_seconds() for failures in (0, 1, 2, 3, 9, 10, 60)]
    assert pauses == [0.25, 0.5, 1, 2, 128, 150, 150]


def test_the_deadline_for_a_receipt_doubles_up_to_eight_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_random", Always())
    times = [acknowledgement_time(publishes).total_seconds() for publishes in (0, 1, 2, 3, 4, 5, 9)]
    assert times == [33.75, 33.75, 67.5, 135, 270, 540, 540]


def test_pauses_and_deadlines_are_random() -> None:
    assert len({backoff(9) for _ in range(20)}) > 1
    assert len({acknowledgement_time(1) for _ in range(20)}) > 1
