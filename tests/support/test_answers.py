"""What 21Vianet says reaches the request, once, in order, and only those who may read it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from portal.errors import NotAllowed
from portal.mail.models import Letter
from portal.outbox import handlers, marking
from portal.outbox.consumer import take
from portal.outbox.handling import handle_due
from portal.outbox.models import InboundMessage, OutboundMessage, Outcome, State
from portal.vianet import contracts
from support import actions
from support.actions._saving import write
from support.models import Comment, Escalation, SupportRequest
from tenants.actor import Actor, acting_as
from tests.outbox.messages import acknowledged, answered, from_vianet
from tests.support.conftest import Story, fresh

Browser = Callable[[str], Client]
CASE = "CN20261122-000123"


def ended(kind: str, escalation: Escalation, operator_seq: int = 1, **more: Any) -> Any:
    told = {"escalation_id": str(escalation.pk), "operator_seq": operator_seq, "text": "Done."} | more
    return from_vianet(kind, told)


def outcomes() -> list[str]:
    return list(InboundMessage.objects.order_by("operator_seq", "received_at").values_list("outcome", flat=True))


def test_the_rooms_handlers_are_registered() -> None:
    for kind in (contracts.ACKNOWLEDGED, contracts.ANSWERED, contracts.REJECTED, contracts.RESOLVED):
        function = handlers.find(kind)
        assert function is not None
        assert function.__module__ == "support.handlers"


def test_both_sides_see_the_case_number(escalated: Escalation, browser_of: Browser, rest_of: Browser) -> None:
    take([acknowledged(escalated.pk)])
    escalated.refresh_from_db()
    assert (escalated.state, escalated.case_number, escalated.operator_seq) == ("acknowledged", CASE, 1)
    assert escalated.acknowledged_at is not None
    reference = escalated.support_request.reference
    for person in ("alice", "sven", "helen", "anna"):
        assert CASE in browser_of(person).get(f"/requests/{reference}/").content.decode()
        found = rest_of(person).get(f"/v1.0/supportRequests/{reference}").json()["escalation"]
        assert (found["state"], found["caseNumber"]) == ("acknowledged", CASE)
    assert OutboundMessage.objects.get().state == State.ACKED


def test_a_case_number_that_came_after_the_answer_is_shown_all_the_same(
    escalated: Escalation, browser_of: Browser
) -> None:
    take([answered(escalated.pk, 2)])
    InboundMessage.objects.update(received_at=datetime.now(UTC) - timedelta(minutes=2), due_at=datetime.now(UTC))
    handle_due()
    take([acknowledged(escalated.pk, 1)])
    escalated.refresh_from_db()
    assert (escalated.state, escalated.case_number, escalated.operator_seq) == ("accepted", CASE, 2)
    assert CASE in browser_of("alice").get(escalated.support_request.get_absolute_url()).content.decode()


def test_a_message_given_up_is_not_said_to_wait(escalated: Escalation, browser_of: Browser, rest_of: Browser) -> None:
    row = OutboundMessage.objects.get()
    marking.bury(row.pk, row.order_key, "unreadable")
    marking.discard(row.pk, "Wei: it names a product that 21Vianet does not sell")
    page = browser_of("helen").get(escalated.support_request.get_absolute_url()).content.decode()
    assert "Given up: it will not be sent again" in page
    assert "withdraw it and escalate again" in page
    assert "Waiting to be sent" not in page
    reference = escalated.support_request.reference
    assert rest_of("helen").get(f"/v1.0/supportRequests/{reference}").json()["escalation"]["state"] == "parked"


def test_a_global_reader_reads_neither_the_case_number_nor_the_answers(
    story: Story, escalated: Escalation, browser_of: Browser, rest_of: Browser
) -> None:
    from tenants.actions.roles import assign_role  # noqa: PLC0415 - only this test changes a role
    from tenants.models import Role  # noqa: PLC0415 - as above

    story.do("alice", assign_role, story.cast.ed, Role.GLOBAL_READER)
    take([acknowledged(escalated.pk), answered(escalated.pk, text="Check the connector, please.")])
    reference = escalated.support_request.reference
    answers = [
        browser_of("ed").get(f"/requests/{reference}/"),
        rest_of("ed").get(f"/v1.0/supportRequests/{reference}"),
        rest_of("ed").get(f"/v1.0/supportRequests/{reference}/comments"),
        rest_of("ed").get("/v1.0/supportRequests"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert CASE not in answer.content.decode()
        assert "Check the connector" not in answer.content.decode()


def test_an_answer_passes_the_turn_to_the_partner(escalated: Escalation, browser_of: Browser) -> None:
    take([acknowledged(escalated.pk), answered(escalated.pk)])
    escalated.refresh_from_db()
    said = Comment.objects.get()
    assert (said.side, said.author, said.author_name, said.text) == ("vianet", None, "21Vianet", "请检查连接器。")
    assert (escalated.state, fresh(escalated.support_request).status) == ("accepted", "waitingForPartner")
    assert "请检查连接器。" in browser_of("alice").get(escalated.support_request.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("kind", "more", "state"),
    [
        (contracts.REJECTED, {"reason": "inappropriate"}, "rejected"),
        (contracts.RESOLVED, {}, "resolved"),
    ],
)
def test_21vianet_ends_it(escalated: Escalation, story: Story, kind: str, more: dict[str, str], state: str) -> None:
    take([ended(kind, escalated, **more)])
    escalated.refresh_from_db()
    assert (escalated.state, escalated.closed_at is not None) == (state, True)
    assert fresh(escalated.support_request).status == "waitingForPartner"
    assert story.escalate(escalated.support_request).is_open


def test_a_message_that_comes_twice_acts_once(escalated: Escalation) -> None:
    parcel = answered(escalated.pk, operator_seq=1)
    take([parcel, parcel])
    take([parcel])
    assert Comment.objects.count() == 1
    assert outcomes() == [Outcome.APPLIED]


def test_messages_that_come_out_of_order_are_applied_in_order(escalated: Escalation) -> None:
    take([ended(contracts.RESOLVED, escalated, operator_seq=3)])
    take([answered(escalated.pk, operator_seq=2, text="First this.")])
    escalated.refresh_from_db()
    assert escalated.state == "submitted"
    take([acknowledged(escalated.pk, operator_seq=1)])
    escalated.refresh_from_db()
    assert (escalated.state, escalated.case_number) == ("resolved", CASE)
    assert list(Comment.objects.order_by("created_at").values_list("text", flat=True)) == ["First this.", "Done."]


@pytest.mark.parametrize("kind", [contracts.ANSWERED, contracts.REJECTED, contracts.RESOLVED])
def test_what_comes_after_the_end_is_kept_and_moves_nothing(
    story: Story, escalated: Escalation, browser_of: Browser, kind: str
) -> None:
    more = {contracts.ANSWERED: {"language": "en"}, contracts.REJECTED: {"reason": "inappropriate"}}
    take([ended(contracts.RESOLVED, escalated, operator_seq=1)])
    story.say(escalated.support_request, "helen", "We check it.")
    take([ended(kind, escalated, operator_seq=2, text="And restart it.", **more.get(kind, {}))])
    escalated.refresh_from_db()
    assert outcomes() == [Outcome.APPLIED, Outcome.APPLIED]
    assert (escalated.state, fresh(escalated.support_request).status) == ("resolved", "inProgress")
    assert "And restart it." in browser_of("alice").get(escalated.support_request.get_absolute_url()).content.decode()
    late = Letter.objects.filter(template="support_request_answered", context__outcome="late")
    assert sorted(late.values_list("address", flat=True)) == ["alice@huaxin.example", "helen@fanyun.example"]


def test_what_comes_after_the_customer_has_closed_is_kept_too(story: Story, escalated: Escalation) -> None:
    story.do("alice", actions.close, escalated.support_request)
    take([answered(escalated.pk, operator_seq=1, text="Too late.")])
    escalated.refresh_from_db()
    assert (escalated.state, fresh(escalated.support_request).status) == ("withdrawn", "closed")
    assert Comment.objects.get(milestone="").text == "Too late."


def test_an_operators_admin_answers_in_21vianets_name(story: Story, escalated: Escalation, browser_of: Browser) -> None:
    story.do("olivia", actions.acknowledge_escalation, escalated, case_number=CASE)
    story.do("olivia", actions.answer_escalation, escalated, text="Check the connector.")
    said = Comment.objects.get()
    assert (said.side, said.author, said.author_name) == ("vianet", None, "21Vianet")
    page = browser_of("alice").get(escalated.support_request.get_absolute_url()).content.decode()
    assert (CASE in page, "Check the connector." in page, "Olivia" in page) == (True, True, False)


def test_the_portals_own_machines_have_no_part_in_a_request(asked: SupportRequest) -> None:
    lifecycle = Actor.system("lifecycle")
    with acting_as(lifecycle), pytest.raises(LookupError, match="lifecycle stands on no side of SR-"):
        write(asked, lifecycle, "I am no person.")
    with acting_as(lifecycle), pytest.raises(NotAllowed) as refusal:
        actions.close(asked, actor=lifecycle)
    assert (refusal.value.code, fresh(asked).status) == ("roleMissing", "open")


def test_an_unknown_escalation_is_parked(escalated: Escalation) -> None:
    take([acknowledged(uuid4())])
    assert outcomes() == [Outcome.PARKED]
    escalated.refresh_from_db()
    assert escalated.state == "submitted"


def test_an_acknowledgement_that_crosses_a_withdrawal_notes_the_case_only(story: Story, escalated: Escalation) -> None:
    OutboundMessage.objects.update(attempts=1)
    story.do("helen", actions.withdraw_escalation, escalated.support_request)
    take([acknowledged(escalated.pk)])
    escalated.refresh_from_db()
    assert (escalated.state, escalated.case_number) == ("withdrawn", CASE)
    assert fresh(escalated.support_request).status == "inProgress"
    assert not Letter.objects.filter(template="support_request_acknowledged").exists()
