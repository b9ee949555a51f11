"""From PENDING to ACKED, and every way in between."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from portal.database import transaction_as
from portal.outbox import delivering, marking, wire
from portal.outbox.claiming import claim
from portal.outbox.delivering import deliver_due
from portal.outbox.models import OutboundMessage, State
from portal.vianet.envelope import ATTEMPT_HEADER, open_sealed
from portal.vianet.transports import Parcel, Temporary
from tests.outbox.conftest import TO_VIANET, arrived
from tests.outbox.messages import comment, commit, escalation, let_time_pass, message

pytestmark = pytest.mark.django_db


def test_a_due_message_is_sent_signed_and_waits_for_its_receipt(settings: LazySettings) -> None:
    (row,) = commit(escalation())
    assert deliver_due() == 1
    (parcel,) = arrived()
    event = open_sealed(
        parcel.headers,
        parcel.body,
        keys=[settings.VIANET_SIGNING_KEY],
        moment=datetime.now(UTC),
        tolerance=300,
    )
    sent = message(row.pk)
    assert event.id == str(row.pk)
    assert (sent.state, sent.attempts, sent.publishes, sent.lease_token) == (State.PUBLISHED, 1, 1, None)
    assert sent.first_published_at is not None
    waits = sent.due_at - sent.first_published_at
    assert timedelta(seconds=30) <= waits <= timedelta(seconds=37.6)
    assert deliver_due() == 0


def test_without_a_receipt_the_same_bytes_are_sent_again(settings: LazySettings) -> None:
    (row,) = commit(escalation())
    deliver_due()
    let_time_pass(row.pk)
    assert deliver_due() == 1
    first, second = arrived()
    assert first.body == second.body
    assert [first.headers[ATTEMPT_HEADER], second.headers[ATTEMPT_HEADER]] == ["1", "2"]
    sent = message(row.pk)
    assert (sent.state, sent.attempts, sent.publishes) == (State.PUBLISHED, 2, 2)
    waits = sent.due_at - datetime.now(UTC)
    assert timedelta(seconds=59) <= waits <= timedelta(seconds=75)


def test_what_comes_second_waits_until_the_first_is_received() -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    assert deliver_due() == 1
    assert message(second.pk).state == State.PENDING
    with transaction_as(system="test"):
        assert marking.acknowledge(first.pk, "CN20261122-000123")
    assert deliver_due() == 1
    assert (message(first.pk).operator_ref, message(second.pk).state) == ("CN20261122-000123", State.PUBLISHED)


def test_a_receipt_may_arrive_before_the_worker_has_written_that_it_sent() -> None:
    (row,) = commit(escalation())
    (lease,) = claim("worker", 10)
    with transaction_as(system="test"):
        assert marking.acknowledge(row.pk)
        assert marking.mark_published([lease]) == 0
        assert marking.acknowledge(row.pk) is False
    received = message(row.pk)
    assert (received.state, received.publishes) == (State.ACKED, 0)
    assert received.acked_at is not None


def test_a_worker_whose_lease_has_ended_changes_nothing() -> None:
    (row,) = commit(escalation())
    (late,) = claim("late worker", 10)
    let_time_pass(row.pk)
    (second,) = claim("second worker", 10)
    with transaction_as(system="test"):
        assert marking.mark_published([late]) == 0
        assert marking.mark_failed({late: "too late"}) == 0
    held = message(row.pk)
    assert (held.state, held.lease_owner, held.lease_token, held.attempts) == (
        State.LEASED,
        "second worker",
        second.token,
        2,
    )


def test_a_lease_that_lasts_is_not_taken_away() -> None:
    commit(escalation())
    assert len(claim("worker", 10)) == 1
    assert claim("second worker", 10) == []


def test_while_the_broker_is_away_a_message_waits_longer_and_longer(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VIANET_QUEUE_URL = "amqp://guest:guest@127.0.0.1:1//"
    wire.transport.cache_clear()
    monkeypatch.setattr(marking, "backoff", lambda failures: timedelta(hours=failures))
    (row,) = commit(escalation())
    for attempt in (1, 2, 3):
        let_time_pass(row.pk)
        begun = datetime.now(UTC)
        assert deliver_due() == 0
        waits = message(row.pk)
        assert (waits.state, waits.attempts, waits.publishes) == (State.PENDING, attempt, 0)
        assert "refused" in waits.last_error
        assert timedelta(hours=attempt) <= waits.due_at - begun < timedelta(hours=attempt, minutes=1)


def test_what_was_sent_together_is_not_sent_again_together() -> None:
    rows = commit(*[escalation() for _ in range(10)])
    assert deliver_due() == 10
    sent = [message(row.pk) for row in rows]
    waits = [row.due_at - row.first_published_at for row in sent if row.first_published_at]
    assert len(set(waits)) == 10
    assert timedelta(seconds=30) <= min(waits) < max(waits) <= timedelta(seconds=37.5)


def test_what_failed_together_is_not_tried_again_together_and_each_keeps_its_own_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commit(*[escalation() for _ in range(3)])
    monkeypatch.setattr(delivering, "transport", Fussy)
    assert deliver_due() == 1
    failed = OutboundMessage.objects.filter(state=State.PENDING).order_by("last_error")
    assert list(failed.values_list("last_error", flat=True)) == ["The queue is full.", "The queue is gone."]
    assert len(set(failed.values_list("due_at", flat=True))) == 2


class Fussy:
    """A broker that takes the second message of three, and has another reason for each of the others."""

    def publish(self, _queue: str, _parcels: object, until: float) -> list[Temporary | None]:
        return [Temporary("The queue is full."), None, Temporary("The queue is gone.")]


class Slow:
    """A broker that confirms two messages, and then the time is over."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def publish(self, _queue: str, parcels: Sequence[Parcel], until: float) -> list[Temporary | None]:
        self.taken += [parcel.id for parcel in parcels[:2]]
        return [None] * len(parcels[:2])


def test_a_slow_broker_gets_every_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    commit(*[escalation() for _ in range(5)])
    slow = Slow()
    monkeypatch.setattr(delivering, "transport", lambda: slow)
    assert deliver_due() == 5
    assert sorted(slow.taken) == sorted(str(pk) for pk in OutboundMessage.objects.values_list("pk", flat=True))
    counted = set(OutboundMessage.objects.values_list("state", "attempts", "publishes", "failures"))
    assert counted == {(State.PUBLISHED, 1, 1, 0)}, "An attempt that nobody made is none."


def test_the_window_bounds_what_is_on_its_way(settings: LazySettings) -> None:
    settings.OUTBOX_WINDOW = 3
    commit(*[escalation() for _ in range(5)])
    assert deliver_due() == 3
    with transaction_as(system="test"):
        marking.acknowledge(OutboundMessage.objects.filter(state=State.PUBLISHED).values_list("pk", flat=True)[0])
    assert deliver_due() == 1
    assert len(arrived()) == 4


def test_a_full_window_that_is_overdue_is_sent_again_all_the_same(settings: LazySettings) -> None:
    settings.OUTBOX_WINDOW = 2
    commit(escalation(), escalation())
    deliver_due()
    let_time_pass()
    assert deliver_due() == 2


def test_bytes_that_were_changed_in_the_database_are_never_sent() -> None:
    (row,) = commit(escalation())
    OutboundMessage.objects.filter(pk=row.pk).update(envelope=b"{}")
    assert deliver_due() == 0
    assert arrived(TO_VIANET) == []
    parked = message(row.pk)
    assert (parked.state, parked.last_error) == (
        State.DEAD,
        "The stored message does not match its fingerprint.",
    )


def test_a_message_is_parked_after_three_days_without_a_receipt() -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    deliver_due()
    assert marking.bury_overdue() == 0
    let_time_pass(first.pk)
    OutboundMessage.objects.filter(pk=first.pk).update(give_up_at=datetime.now(UTC))
    assert marking.bury_overdue() == 1
    assert (message(first.pk).state, message(second.pk).state) == (State.DEAD, State.HELD)
    assert message(first.pk).last_error.startswith("Not acknowledged within 72 hours.")
