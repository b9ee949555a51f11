"""What 21Vianet sends is stored; what nobody may apply is never applied and never stops the others."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.outbox.consumer import take
from portal.outbox.contracts import Inbound
from portal.outbox.delivering import deliver_due
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, Outcome, State
from portal.vianet import contracts
from portal.vianet.envelope import parse
from portal.vianet.transports import Parcel
from tests.outbox.conftest import arrived
from tests.outbox.messages import (
    acknowledged,
    commit,
    escalation,
    from_vianet,
    message,
    receipt,
    signed,
)

pytestmark = pytest.mark.django_db


def outcomes() -> dict[str, int]:
    """Outcome -> how often such messages arrived."""
    return dict(InboundMessage.objects.values_list("outcome", "seen"))


def test_a_receipt_settles_the_message() -> None:
    (row,) = commit(escalation())
    deliver_due()
    take([receipt(row.pk, operator_ref="CN20261122-000123")])
    assert message(row.pk).state == State.ACKED
    assert outcomes() == {Outcome.APPLIED: 1}


def test_a_case_number_reaches_its_handler_and_settles_the_message_too(heard: list[Inbound]) -> None:
    about = escalation()
    (row,) = commit(about)
    deliver_due()
    arrived()
    parcel = acknowledged(about.subject_id)
    take([parcel])
    (told,) = heard
    assert (told.subject_id, told.operator_seq) == (about.subject_id, 1)
    assert told.data["case_number"] == "CN20261122-000123"
    assert (message(row.pk).state, message(row.pk).operator_ref) == (State.ACKED, "CN20261122-000123")
    (confirmation,) = arrived()
    assert parse(confirmation.body).data == {"message_id": parcel.id}


def test_a_message_that_comes_again_is_counted_confirmed_and_not_applied_again(heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    parcel = acknowledged(about.subject_id)
    take([parcel, parcel])
    take([parcel])
    assert len(heard) == 1
    assert outcomes() == {Outcome.APPLIED: 3}
    assert {parse(one.body).data["message_id"] for one in arrived()} == {parcel.id}


def test_repetitions_are_counted_each_for_itself_in_one_go() -> None:
    told = [escalation() for _ in range(3)]
    commit(*told)
    one, two, three = (acknowledged(about.subject_id) for about in told)
    store([one, two])
    with CaptureQueriesContext(connection) as queries:
        store([one, one, two, three, three])
    assert dict(InboundMessage.objects.values_list("pk", "seen")) == {one.id: 3, two.id: 2, three.id: 2}
    assert sum(query["sql"].startswith("UPDATE") for query in queries) == 1


def test_an_unsigned_message_cannot_take_the_place_of_the_rightful_one(heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    rightful = acknowledged(about.subject_id)
    unsigned = Parcel(rightful.id, rightful.body, {})
    forged = signed(rightful.id, rightful.body, key="a guess")
    take([unsigned, forged, forged])
    assert heard == []
    assert outcomes() == {Outcome.UNSIGNED: 3}
    take([rightful])
    assert len(heard) == 1
    assert [parse(one.body).data["message_id"] for one in arrived()] == [rightful.id]
    assert InboundMessage.objects.filter(pk=rightful.id, outcome=Outcome.APPLIED).exists()


def test_a_message_signed_ten_minutes_ago_waits_for_its_repetition(heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    fresh = acknowledged(about.subject_id)
    old = signed(fresh.id, fresh.body, moment=datetime.now(UTC) - timedelta(minutes=10))
    take([old])
    assert (heard, arrived(), outcomes()) == ([], [], {Outcome.STALE: 1})
    take([fresh])
    assert len(heard) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"specversion": "0.3"}',
        b"[" * 40_000,
        b'{"specversion":"1.0","id":"x","source":"/21vianet","type":"vianet.unheard.of.v1","subject":"s",'
        b'"time":"2026-11-22T00:00:00Z","data":{}}',
        b'{"specversion":"1.0","id":"x","source":"/21vianet","type":"vianet.escalation.acknowledged.v1",'
        b'"subject":"s","time":"2026-11-22T00:00:00Z","data":{"escalation_id":"\\ud800"}}',
        b"x" * 70_000,
    ],
)
def test_what_cannot_be_understood_is_kept_counted_and_never_applied(body: bytes, heard: list[Inbound]) -> None:
    take([signed("x", body)])
    take([signed("x", body), Parcel("x", body, {"webhook-signature": "v1,x\0"})])
    assert heard == []
    assert outcomes() == {Outcome.MALFORMED: 2, Outcome.UNSIGNED: 1}
    assert {parse(one.body).data["message_id"] for one in arrived()} == {"x"}


def test_values_outside_the_contract_are_refused_with_their_names() -> None:
    about = escalation()
    commit(about)
    wrong = {"escalation_id": str(about.subject_id), "operator_seq": 0, "case_number": "CN20261122-000123"}
    take([from_vianet(contracts.ACKNOWLEDGED, wrong)])
    nul = {"escalation_id": str(about.subject_id), "operator_seq": 1, "text": "a\0b", "language": "en"}
    take([from_vianet(contracts.ANSWERED, nul)])
    reasons = InboundMessage.objects.order_by("received_at").values_list("outcome", "reason")
    assert [outcome for outcome, _ in reasons] == [Outcome.MALFORMED, Outcome.MALFORMED]
    assert "operator_seq" in reasons[0][1]
    assert "text" in reasons[1][1]


def test_what_is_about_nothing_that_we_sent_is_parked(heard: list[Inbound]) -> None:
    take([receipt(uuid4()), acknowledged(uuid4())])
    assert heard == []
    assert set(InboundMessage.objects.values_list("outcome", flat=True)) == {Outcome.PARKED}


def test_storing_and_handling_are_two_steps(heard: list[Inbound], settings: LazySettings) -> None:
    about = escalation()
    commit(about)
    parcel = acknowledged(about.subject_id)
    assert store([parcel]) == [parcel.id]
    assert heard == []
    assert outcomes() == {Outcome.RECEIVED: 1}
    assert store([Parcel("", b"?", {})]) == []
