"""Several workers at once, as real threads on real connections: nothing twice, nothing out of order, nothing left."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import UUID

import pytest

from portal.database import transaction_as
from portal.outbox import cancel, delivering, handlers, let_go, marking, sending
from portal.outbox.claiming import claim
from portal.outbox.consumer import take
from portal.outbox.contracts import Contract, Inbound
from portal.outbox.delivering import deliver_due
from portal.outbox.handling import handle, handle_due
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, OutboundMessage, Outcome, State
from portal.vianet import contracts
from portal.vianet.simulator import Simulator
from portal.vianet.transports import Temporary
from tests.books import rows
from tests.outbox.conftest import arrived, at_work
from tests.outbox.messages import (
    FANYUN,
    HUAXIN,
    acknowledged,
    answered,
    comment,
    commit,
    escalation,
    let_time_pass,
    message,
    resolved,
)
from tests.threads import at_once, meanwhile, running
from tests.waiting import wait_until, wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def test_workers_that_claim_at_once_share_the_work_and_no_message() -> None:
    commit(*[escalation() for _ in range(40)])
    claimed: list[object] = []
    for leases in at_once(*[lambda: claim("worker", 25)] * 4):
        claimed.extend(lease.message_id for lease in leases)
    assert len(claimed) == len(set(claimed))
    while leases := claim("worker", 25):
        claimed.extend(lease.message_id for lease in leases)
    assert len(set(claimed)) == len(claimed) == 40


def test_two_dispatchers_send_everything_once() -> None:
    commit(*[escalation() for _ in range(60)])
    at_once(deliver_due, deliver_due)
    while deliver_due():
        pass
    assert Counter(parcel.id for parcel in arrived()).most_common(1)[0][1] == 1
    assert OutboundMessage.objects.filter(state=State.PUBLISHED, attempts=1).count() == 60


def test_what_is_said_about_a_request_arrives_in_order_whoever_sends_it(vianet: Callable[..., Simulator]) -> None:
    told = []
    for _ in range(5):
        about = escalation()
        told += [about, *[comment(about) for _ in range(4)]]
    commit(*told)
    simulator = vianet()

    def dispatch(stop: Event) -> None:
        while not stop.wait(0.01):
            deliver_due()

    with at_work(simulator), running(dispatch, dispatch):
        wait_until(all_received, "every receipt", 30)
        books = rows(simulator.desk, "inbox")
    assert OutboundMessage.objects.filter(state=State.ACKED).count() == 25
    in_order_of_arrival: dict[str, list[int]] = {}
    for row in books:
        in_order_of_arrival.setdefault(row["order_key"], []).append(row["order_seq"])
    assert list(in_order_of_arrival.values()) == [[1, 2, 3, 4, 5]] * 5


def all_received() -> bool:
    with transaction_as(system="test"):
        return not OutboundMessage.objects.exclude(state=State.ACKED).exists()


def test_one_message_of_21vianet_is_applied_once_by_many_consumers(heard: list[Inbound]) -> None:
    told = [escalation() for _ in range(10)]
    commit(*told)
    store([acknowledged(about.subject_id) for about in told])
    at_once(*[handle_due] * 4)
    handle_due()
    assert Counter(one.subject_id for one in heard) == Counter(about.subject_id for about in told)
    assert InboundMessage.objects.filter(outcome=Outcome.APPLIED).count() == 10


@pytest.mark.postgres
def test_an_answer_that_fails_in_one_handler_is_not_overtaken_by_another(
    heard: list[Inbound], monkeypatch: pytest.MonkeyPatch
) -> None:
    about, begun, somebody_waits = escalation(), Event(), Event()
    commit(about)
    take([acknowledged(about.subject_id, 1)])

    def fail_late(_told: Inbound) -> None:
        begun.set()
        somebody_waits.wait(30)
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(handlers._handlers, contracts.ANSWERED, fail_late)
    store([answered(about.subject_id, 2), resolved(about.subject_id, 3)])
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    InboundMessage.objects.filter(operator_seq__gt=1).update(received_at=long_ago, due_at=long_ago)
    second, third = InboundMessage.objects.filter(operator_seq__gt=1).order_by("operator_seq")
    fails = meanwhile(lambda: handle(second.pk))
    assert begun.wait(20)
    follows = meanwhile(lambda: handle(third.pk))
    wait_until_somebody_waits()
    somebody_waits.set()
    assert (fails.result(30), follows.result(30)) == (True, True)
    outcomes = InboundMessage.objects.order_by("operator_seq").values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.APPLIED, Outcome.RECEIVED, Outcome.RECEIVED]
    monkeypatch.setitem(handlers._handlers, contracts.ANSWERED, heard.append)
    InboundMessage.objects.filter(outcome=Outcome.RECEIVED).update(due_at=long_ago)
    at_once(handle_due, handle_due)
    handle_due()
    assert [told.operator_seq for told in heard] == [1, 2, 3]


def test_the_same_message_delivered_to_many_consumers_is_stored_once(heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    parcel = acknowledged(about.subject_id)
    at_once(*[lambda: take([parcel])] * 4)
    handle_due()
    assert len(heard) == 1
    assert InboundMessage.objects.count() == 1


def test_parking_and_writing_about_the_same_request_at_once_leaves_nothing_that_could_overtake() -> None:
    for _ in range(10):
        about = escalation()
        (first,) = commit(about)

        def bury(pk: UUID = first.pk, order_key: UUID = first.order_key) -> None:
            with transaction_as(system="test"):
                marking.bury(pk, order_key, "unreadable")

        def write(about: Contract = about) -> None:
            commit(comment(about))

        at_once(bury, write)
        following = OutboundMessage.objects.filter(order_key=first.order_key).exclude(pk=first.pk)
        assert list(following.values_list("state", flat=True)) == [State.HELD]


@pytest.mark.postgres
def test_a_receipt_that_meets_the_parking_of_its_message_lets_the_others_go() -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    deliver_due()

    def receive() -> None:
        with transaction_as(system="test"):
            marking.acknowledge(first.pk)

    with transaction_as(system="test"):
        assert marking.bury(first.pk, first.order_key, "a dozen refusals")
        receipt = meanwhile(receive)
        wait_until_somebody_waits()
    receipt.result(30)
    assert [message(row.pk).state for row in (first, second)] == [State.ACKED, State.PENDING]


def test_parking_and_receipt_at_once_hold_nothing_for_ever() -> None:
    for _ in range(10):
        about = escalation()
        first, second = commit(about, comment(about))
        deliver_due()

        def bury(pk: UUID = first.pk, order_key: UUID = first.order_key) -> None:
            with transaction_as(system="test"):
                marking.bury(pk, order_key, "unreadable")

        def receive(pk: UUID = first.pk) -> None:
            with transaction_as(system="test"):
                marking.acknowledge(pk)

        at_once(bury, receive)
        assert [message(row.pk).state for row in (first, second)] == [State.ACKED, State.PENDING]


@pytest.mark.postgres
def test_who_changes_several_messages_locks_them_in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    written = iter([UUID(int=2), UUID(int=1)])
    monkeypatch.setattr(sending, "uuid4", lambda: next(written))
    commit(escalation(), escalation())
    leases = claim("worker", 2)
    with transaction_as(system="test"):
        OutboundMessage.objects.select_for_update().get(pk=UUID(int=1))
        marks = meanwhile(lambda: delivering._mark(leases, [None, Temporary("The queue is full.")]))
        goes = meanwhile(lambda: let_go(tenant_id=HUAXIN, partner_id=FANYUN))
        wait_until_somebody_waits(2)
        # Who waits for the first message holds no later one: two of that kind would be a deadlock.
        OutboundMessage.objects.select_for_update(nowait=True).get(pk=UUID(int=2))
    assert marks.result(30) == 1
    goes.result(30)
    assert set(OutboundMessage.objects.values_list("reach_partner_id", flat=True)) == {None}


def test_taking_back_and_sending_at_once_ends_in_one_of_the_two() -> None:
    for _ in range(5):
        about = escalation()
        (row,) = commit(about)

        def take_back(subject: UUID = about.subject_id) -> bool:
            with transaction_as(home=FANYUN):
                return cancel(subject)

        taken_back, _sent = at_once(take_back, deliver_due)
        assert message(row.pk).state == (State.CANCELLED if taken_back else State.PUBLISHED)
        let_time_pass(row.pk)
