"""Messages of 21Vianet are applied once and in order; a handler's trouble stays its own."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import LazySettings
from structlog.testing import capture_logs

from portal.database import current_identity
from portal.errors import RuleBroken
from portal.outbox import UnknownSubject, handlers
from portal.outbox.consumer import take
from portal.outbox.contracts import Contract, Inbound
from portal.outbox.handling import handle, handle_due, retry
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, OutboundMessage, Outcome, State
from portal.vianet import contracts
from tests.outbox.messages import acknowledged, answered, commit, escalation, message, resolved

pytestmark = pytest.mark.django_db


@pytest.fixture
def about() -> Contract:
    """An escalation that is on its way."""
    told = escalation()
    commit(told)
    return told


def rows() -> list[tuple[int | None, str]]:
    """Number and outcome of what arrived."""
    return list(InboundMessage.objects.order_by("operator_seq", "received_at").values_list("operator_seq", "outcome"))


def patience_ends() -> None:
    """As if everything had arrived an hour ago."""
    moment = datetime.now(UTC) - timedelta(hours=1)
    InboundMessage.objects.update(received_at=moment, due_at=moment)


def test_the_handler_acts_as_21vianet(about: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    acted: list[str] = []
    monkeypatch.setitem(handlers._handlers, contracts.ACKNOWLEDGED, lambda _: acted.append(current_identity().system))
    take([acknowledged(about.subject_id)])
    assert acted == ["21vianet"]


def test_an_answer_that_overtook_the_case_number_waits_for_it(about: Contract, heard: list[Inbound]) -> None:
    take([answered(about.subject_id, 2)])
    assert (heard, rows()) == ([], [(2, Outcome.RECEIVED)])
    take([acknowledged(about.subject_id, 1)])
    assert [told.operator_seq for told in heard] == [1, 2]
    assert rows() == [(1, Outcome.APPLIED), (2, Outcome.APPLIED)]


def test_a_batch_that_arrives_back_to_front_is_applied_in_order(about: Contract, heard: list[Inbound]) -> None:
    take([answered(about.subject_id, 3), answered(about.subject_id, 2), acknowledged(about.subject_id, 1)])
    assert [told.operator_seq for told in heard] == [1, 2, 3]


def test_after_a_minute_an_answer_waits_no_longer(about: Contract, heard: list[Inbound]) -> None:
    take([answered(about.subject_id, 3)])
    patience_ends()
    handle_due()
    late = answered(about.subject_id, 2)
    take([late])
    assert [told.operator_seq for told in heard] == [3]
    assert rows() == [(2, Outcome.IGNORED), (3, Outcome.APPLIED)]
    assert retry(late.id)
    handle_due()
    assert [told.operator_seq for told in heard] == [3, 2]


class Broken:
    """A handler with a bug that somebody mends."""

    def __init__(self, heard: list[Inbound]) -> None:
        self.heard = heard
        self.mended = False

    def __call__(self, told: Inbound) -> None:
        if not self.mended:
            raise ZeroDivisionError("a bug")
        self.heard.append(told)


@pytest.fixture
def broken(heard: list[Inbound], monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Answers cannot be handled; everything else can."""
    handler = Broken(heard)
    monkeypatch.setitem(handlers._handlers, contracts.ANSWERED, handler)
    return handler


def test_an_answer_whose_handler_fails_is_not_overtaken(about: Contract, heard: list[Inbound], broken: Broken) -> None:
    take([acknowledged(about.subject_id, 1), answered(about.subject_id, 2), resolved(about.subject_id, 3)])
    patience_ends()
    handle_due()
    assert rows() == [(1, Outcome.APPLIED), (2, Outcome.RECEIVED), (3, Outcome.RECEIVED)]
    waits = InboundMessage.objects.get(operator_seq=3)
    assert waits.reason == "Waits for an earlier message about the same escalation."
    assert timedelta(seconds=50) < waits.due_at - datetime.now(UTC) <= timedelta(seconds=60)
    broken.mended = True
    patience_ends()
    handle_due()
    assert rows() == [(1, Outcome.APPLIED), (2, Outcome.APPLIED), (3, Outcome.APPLIED)]
    assert [told.operator_seq for told in heard] == [1, 2, 3]


def test_an_answer_in_a_long_backlog_is_not_overtaken(about: Contract, heard: list[Inbound]) -> None:
    store([acknowledged(about.subject_id, 1), answered(about.subject_id, 2), resolved(about.subject_id, 3)])
    patience_ends()
    handle(InboundMessage.objects.get(operator_seq=3).pk)
    assert heard == []
    handle_due()
    assert [told.operator_seq for told in heard] == [1, 2, 3]


def test_a_parked_answer_is_overtaken_aloud_after_a_minute_and_applied_when_a_person_asks(
    about: Contract, heard: list[Inbound], broken: Broken, settings: LazySettings
) -> None:
    settings.OUTBOX_HANDLER_ATTEMPTS = 1
    late = answered(about.subject_id, 2)
    take([acknowledged(about.subject_id, 1), late, resolved(about.subject_id, 3)])
    assert rows() == [(1, Outcome.APPLIED), (2, Outcome.PARKED), (3, Outcome.RECEIVED)]
    patience_ends()
    with capture_logs() as logs:
        handle_due()
    overtook = [line["after"] for line in logs if line["event"] == "inbox_overtook"]
    assert (overtook, rows()) == ([1], [(1, Outcome.APPLIED), (2, Outcome.PARKED), (3, Outcome.APPLIED)])
    broken.mended = True
    assert retry(late.id)
    handle_due()
    assert [told.operator_seq for told in heard] == [1, 3, 2]


def test_the_first_case_number_is_applied_however_late_and_only_once(about: Contract, heard: list[Inbound]) -> None:
    take([answered(about.subject_id, 2)])
    patience_ends()
    handle_due()
    take([acknowledged(about.subject_id, 1), acknowledged(about.subject_id, 1)])
    assert [told.operator_seq for told in heard] == [2, 1]
    assert rows() == [(1, Outcome.APPLIED), (1, Outcome.IGNORED), (2, Outcome.APPLIED)]


def test_two_messages_with_one_number_are_one_applied_and_one_ignored(about: Contract, heard: list[Inbound]) -> None:
    take([acknowledged(about.subject_id, 1), acknowledged(about.subject_id, 1, "CN20261122-000999")])
    assert [told.data["case_number"] for told in heard] == ["CN20261122-000123"]


def test_what_a_rule_refuses_is_refused_for_good_and_has_had_its_turn(
    about: Contract, heard: list[Inbound], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_told: Inbound) -> None:
        OutboundMessage.objects.update(operator_ref="half done")
        raise RuleBroken("The request is closed.", code="requestClosed")

    monkeypatch.setitem(handlers._handlers, contracts.ACKNOWLEDGED, refuse)
    take([acknowledged(about.subject_id, 1), answered(about.subject_id, 2)])
    assert rows() == [(1, Outcome.REFUSED), (2, Outcome.APPLIED)]
    assert InboundMessage.objects.get(operator_seq=1).reason == "requestClosed: The request is closed."
    assert OutboundMessage.objects.get().operator_ref == "CN20261122-000123"


def test_a_handlers_bug_is_tried_again_then_parked_and_stops_nobody(
    about: Contract, heard: list[Inbound], monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    settings.OUTBOX_HANDLER_ATTEMPTS = 3
    other = escalation()
    commit(other)

    def fail(told: Inbound) -> None:
        if told.subject_id == about.subject_id:
            raise ZeroDivisionError("a bug")
        heard.append(told)

    monkeypatch.setitem(handlers._handlers, contracts.ACKNOWLEDGED, fail)
    take([acknowledged(about.subject_id), acknowledged(other.subject_id)])
    assert [told.subject_id for told in heard] == [other.subject_id]
    for _ in range(3):
        patience_ends()
        handle_due()
    parked = InboundMessage.objects.get(subject_id=about.subject_id)
    assert (parked.outcome, parked.attempts) == (Outcome.PARKED, 2)
    assert "a bug" in parked.reason
    assert message(OutboundMessage.objects.get(subject_id=about.subject_id).pk).state == State.PENDING


def test_a_parked_message_is_handled_again_when_a_person_asks(
    about: Contract, heard: list[Inbound], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_told: Inbound) -> None:
        raise UnknownSubject("No such escalation.")

    handler = handlers.find(contracts.ACKNOWLEDGED)
    assert handler is not None
    monkeypatch.setitem(handlers._handlers, contracts.ACKNOWLEDGED, unknown)
    parcel = acknowledged(about.subject_id, 1)
    take([parcel, answered(about.subject_id, 2)])
    patience_ends()
    handle_due()
    assert rows() == [(1, Outcome.PARKED), (2, Outcome.APPLIED)]
    monkeypatch.setitem(handlers._handlers, contracts.ACKNOWLEDGED, handler)
    assert retry(parcel.id)
    assert retry(parcel.id) is False
    handle_due()
    assert [told.operator_seq for told in heard] == [2, 1]


def test_a_type_has_one_handler() -> None:
    with pytest.raises(LookupError, match="already has a handler"):
        handlers.register(contracts.ACKNOWLEDGED, lambda told: None)


def test_a_message_that_nobody_handles_is_parked(about: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "_handlers", {})
    take([acknowledged(about.subject_id)])
    parked = InboundMessage.objects.get()
    assert (parked.outcome, parked.reason) == (Outcome.PARKED, "Nobody handles vianet.escalation.acknowledged.v1.")


def test_a_round_ends_in_time_and_the_next_one_goes_on(heard: list[Inbound]) -> None:
    told = [escalation() for _ in range(3)]
    commit(*told)
    store([acknowledged(about.subject_id) for about in told])
    assert handle_due(seconds=0) == 1
    assert len(heard) == 1
    assert handle_due() == 2


def test_the_end_of_the_workers_time_is_no_fault_of_the_message(
    about: Contract, heard: list[Inbound], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_told: Inbound) -> None:
        raise SoftTimeLimitExceeded

    with monkeypatch.context() as slowly:
        slowly.setitem(handlers._handlers, contracts.ACKNOWLEDGED, slow)
        store([acknowledged(about.subject_id)])
        with pytest.raises(SoftTimeLimitExceeded):
            handle_due()
    row = InboundMessage.objects.get()
    assert (row.outcome, row.attempts, row.reason) == (Outcome.RECEIVED, 0, "")
    assert handle_due() == 1
    assert len(heard) == 1
