"""The simulated 21Vianet: a good receiver, and a bad one in every way that its knobs offer."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from portal.vianet import contracts, desk
from portal.vianet.envelope import BadSignature, Event, headers_for, open_sealed, parse
from portal.vianet.simulator import Knobs, Simulator
from portal.vianet.transports import TO_PORTAL, TO_VIANET, Parcel, Transport, connect
from tests.books import rows
from tests.outbox.conftest import LooksTwice
from tests.outbox.messages import escalation_data
from tests.threads import running
from tests.waiting import wait_until

PORTAL, VIANET = "the portal's key", "21Vianet's key"


@pytest.fixture
def wire() -> Transport:
    return connect("memory://", f"test-{uuid4()}")


@pytest.fixture
def simulate(wire: Transport, tmp_path: Path) -> Iterator[Callable[..., Simulator]]:
    made: list[Simulator] = []

    def make(**knobs: float) -> Simulator:
        settings = replace(Knobs(latency=0, patience=0.2), **knobs)
        path = str(tmp_path / "vianet.sqlite3")
        made.append(Simulator(wire, path, verify_keys=[PORTAL], signing_key=VIANET, knobs=settings))
        return made[-1]

    yield make
    for simulator in made:
        simulator.desk.close()


def escalated(number: int = 1, order_key: str = "", escalation_id: UUID | None = None) -> Event:
    subject = escalation_id or uuid4()
    return Event(
        id=str(uuid4()),
        source="/partner-portal",
        type="support.request.escalated.v1",
        subject=str(subject),
        time=datetime.now(UTC),
        data=escalation_data(subject),
        order_key=order_key or str(uuid4()),
        order_seq=number,
    )


def sealed(event: Event, *, key: str = PORTAL, moment: datetime | None = None) -> Parcel:
    body = event.to_bytes()
    headers = headers_for(event.id, body, key=key, moment=moment or datetime.now(UTC), attempt=1)
    return Parcel(event.id, body, headers)


def said(wire: Transport, wanted: int = 0) -> list[Parcel]:
    """What 21Vianet has put into its queue, once it is as much as wanted."""
    taken: list[Parcel] = []

    def enough() -> bool:
        wire.consume(TO_PORTAL, taken.extend, LooksTwice())
        return len(taken) >= wanted

    wait_until(enough, f"{wanted} messages")
    return taken


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set 21Vianet's clock forward."""

    def forward(seconds: float) -> None:
        monkeypatch.setattr(desk, "time", lambda: time.time() + seconds)

    return forward


def read(parcel: Parcel) -> Event:
    moment = datetime.now(UTC)
    return contracts.check(open_sealed(parcel.headers, parcel.body, keys=[VIANET], moment=moment, tolerance=300))


def read_body(body: bytes) -> Event:
    return contracts.check(parse(body))


def test_an_escalation_is_receipted_and_gets_a_case_number(simulate: Callable[..., Simulator], wire: Transport) -> None:
    simulator, told = simulate(answer_after=0), escalated()
    simulator.take([sealed(told)])
    (receipt,) = said(wire)
    number = simulator.desk.case_number(told.subject)
    assert read(receipt).data == {"message_id": told.id, "outcome": "accepted", "operator_ref": number}
    assert number == f"CN{(datetime.now(UTC) + timedelta(hours=8)):%Y%m%d}-000001"
    with running(simulator._speak):
        first, second = map(read, said(wire, 2)[:2])
    assert (first.type, first.data["case_number"]) == (contracts.ACKNOWLEDGED, number)
    assert (second.type, second.data["operator_seq"]) == (contracts.ANSWERED, 2)
    assert "?" in second.data["text"], "it passes the turn to the partner, who must have something to answer"
    assert first.data["in_reply_to"] == told.id


def test_a_duplicate_is_receipted_again_and_applied_once(simulate: Callable[..., Simulator], wire: Transport) -> None:
    simulator, told = simulate(), escalated()
    simulator.take([sealed(told), sealed(told)])
    simulator.take([sealed(told)])
    assert [read(parcel).id for parcel in said(wire)] == [f"accepted:{told.id}"] * 3
    assert [row["arrivals"] for row in rows(simulator.desk, "inbox")] == [3]
    assert len(rows(simulator.desk, "cases")) == len(rows(simulator.desk, "replies")) == 1


def test_what_is_not_confirmed_is_said_again_until_it_is(
    simulate: Callable[..., Simulator], wire: Transport, later: Callable[[float], None]
) -> None:
    simulator, told = simulate(), escalated()
    simulator.take([sealed(told)])
    said(wire)
    with running(simulator._speak):
        first, second = said(wire, 2)[:2]
    (reply,) = rows(simulator.desk, "replies")
    assert first.id == second.id == reply["id"]
    later(3600)
    assert [one.id for one in simulator.desk.due_replies(1)] == [reply["id"]]
    confirmation = replace(told, type=contracts.PORTAL_RECEIPT, data={"message_id": reply["id"]}, id="receipt:1")
    simulator.take([sealed(confirmation)])
    later(7200)
    assert simulator.desk.due_replies(1) == []


def test_knob_latency_keeps_the_case_number_back(
    simulate: Callable[..., Simulator], wire: Transport, later: Callable[[float], None]
) -> None:
    simulator, told = simulate(latency=60), escalated()
    simulator.take([sealed(told)])
    assert [read(parcel).type for parcel in said(wire)] == [contracts.RECEIPT]
    assert simulator.desk.due_replies(1) == []
    later(61)
    assert [read_body(reply.body).type for reply in simulator.desk.due_replies(1)] == [contracts.ACKNOWLEDGED]


def test_what_comes_late_is_refused_and_a_gap_is_not(simulate: Callable[..., Simulator], wire: Transport) -> None:
    simulator, key = simulate(), str(uuid4())
    simulator.take([sealed(escalated(2, key)), sealed(escalated(5, key)), sealed(escalated(4, key))])
    outcomes = [read(parcel).data["outcome"] for parcel in said(wire)]
    assert outcomes == ["accepted", "accepted", "refused"]


def test_forged_stale_and_malformed_messages(simulate: Callable[..., Simulator], wire: Transport) -> None:
    simulator, told = simulate(), escalated()
    simulator.take([sealed(told, key="a guess"), Parcel(told.id, b"?", {})])
    assert said(wire) == []
    assert rows(simulator.desk, "dropped") == [{"reason": "bad signature", "messages": 2}]
    simulator.take([sealed(told, moment=datetime.now(UTC) - timedelta(minutes=10))])
    simulator.take([sealed(replace(told, data={"escalation_id": "1"}))])
    stale, malformed = [read(parcel).data for parcel in said(wire)]
    assert (stale["outcome"], stale["retryable"], stale["attempt"]) == ("refused", True, 1)
    assert (malformed["outcome"], malformed["retryable"]) == ("refused", False)
    assert rows(simulator.desk, "inbox") == []


def test_a_receipt_of_the_portal_that_lay_too_long_is_dropped_and_stops_nothing(
    simulate: Callable[..., Simulator], wire: Transport
) -> None:
    simulator, told = simulate(), escalated()
    ago = datetime.now(UTC) - timedelta(minutes=10)
    receipt = replace(told, id="receipt:1", type=contracts.PORTAL_RECEIPT, data={"message_id": str(uuid4())})
    simulator.take([sealed(receipt, moment=ago), sealed(replace(receipt, data={})), sealed(told)])
    assert [read(parcel).data["message_id"] for parcel in said(wire)] == [told.id]
    assert rows(simulator.desk, "dropped") == [{"reason": "not to be refused", "messages": 2}]


def test_a_header_that_is_no_text_stops_nothing(simulate: Callable[..., Simulator], wire: Transport) -> None:
    simulator, told = simulate(), escalated()
    parcel = sealed(told)
    simulator.take([Parcel(told.id, parcel.body, {**parcel.headers, "webhook-signature": "v1,\ud800"}), parcel])
    assert [read(parcel).data["message_id"] for parcel in said(wire)] == [told.id]


def test_knobs_refuse_and_silence(simulate: Callable[..., Simulator], wire: Transport) -> None:
    simulator, told = simulate(refuse=1), escalated()
    simulator.take([sealed(told)])
    simulator.knobs.refuse_for_good = 1
    simulator.take([sealed(told)])
    assert [read(parcel).data["retryable"] for parcel in said(wire)] == [True, False]
    simulator.knobs = Knobs(silence=1)
    simulator.take([sealed(told)])
    assert said(wire) == []
    assert rows(simulator.desk, "inbox") == []


def test_knobs_reject_duplicate_and_bad_signature(simulate: Callable[..., Simulator], wire: Transport) -> None:
    simulator, told = simulate(reject=1, duplicate=1), escalated()
    simulator.take([sealed(told)])
    assert len(said(wire)) == 2
    with running(simulator._speak):
        rejected = read(said(wire, 1)[0])
    assert (rejected.type, rejected.data["reason"]) == (contracts.REJECTED, "inappropriate")
    simulator.knobs = Knobs(bad_signature=1)
    simulator.take([sealed(told)])
    with pytest.raises(BadSignature):
        read(said(wire)[-1])


def test_knob_disorder_sends_a_batch_back_to_front(simulate: Callable[..., Simulator], wire: Transport) -> None:
    simulator, first, second = simulate(disorder=1), escalated(), escalated()
    simulator.take([sealed(first), sealed(second)])
    assert [read(parcel).data["message_id"] for parcel in said(wire)] == [second.id, first.id]


@pytest.mark.parametrize("half", ["due_replies", "note_arrival"])
def test_when_speaking_or_listening_fails_both_end_and_say_why(
    simulate: Callable[..., Simulator], wire: Transport, monkeypatch: pytest.MonkeyPatch, half: str
) -> None:
    def fail(*_details: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(desk.Desk, half, fail)
    wire.publish(TO_VIANET, [sealed(escalated())])
    stop = threading.Event()
    with pytest.raises(ZeroDivisionError, match="a bug"):
        simulate().run(stop)
    assert not stop.is_set(), "Whoever runs it hears of a failure, not of an end that somebody wished."


def test_the_simulator_knows_the_contract_and_nothing_else_of_the_portal() -> None:
    question = (
        "import sys, portal.vianet.simulator;"
        "ours = {'portal', 'tenants', 'subscriptions', 'support', 'messagecenter'};"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ours"
        " and name != 'portal' and not name.startswith('portal.vianet') or name in ('django.conf', 'django.db')))"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
