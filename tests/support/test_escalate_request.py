"""The partner hands a request to 21Vianet, and takes it back."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal import outbox
from portal.audit.models import AuditEntry
from portal.database import transaction_as
from portal.demo.cast import Cast
from portal.errors import NotAllowed, RuleBroken
from portal.outbox.models import OutboundMessage, State
from portal.vianet.envelope import parse
from support import actions
from support.models import Escalation, SupportRequest
from support.next_step import delivery_notice
from tenants.actions.organisations import revoke_delegated_admin
from tenants.models import DelegatedAdmin
from tests.support.conftest import Story, fresh, messages

Browser = Callable[[str], Client]
FORM = {"reason": "supportTools", "tried": "Message trace.", "impact": "40 people"}


def test_an_agent_escalates_on_the_page(asked: SupportRequest, browser_of: Browser) -> None:
    helen, url = browser_of("helen"), asked.get_absolute_url()
    page = helen.get(f"{url}escalate/")
    assert page.status_code == 200
    assert "helen@fanyun.example" in page.content.decode()
    answer = helen.post(f"{url}escalate/", FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    escalation = Escalation.objects.get()
    assert (escalation.reason, escalation.steps_tried, escalation.state) == (
        "supportTools",
        "Message trace.",
        "submitted",
    )
    assert fresh(asked).status == "escalated"
    (message,) = messages()
    assert (message.subject_id, message.order_key, message.state) == (escalation.pk, asked.pk, State.PENDING)
    assert (message.tenant_id, message.reach_partner_id) == (asked.tenant_id, asked.partner_id)


def test_row_and_message_commit_together_or_not_at_all(
    story: Story, asked: SupportRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_anything: object, **_more: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("support.actions.escalating.book.record", fail)
    with pytest.raises(OSError, match="disk"):
        story.escalate(asked)
    assert not Escalation.objects.exists()
    assert not OutboundMessage.objects.exists()
    assert fresh(asked).status == "open"


def test_without_a_broker_it_is_saved_and_shown_as_waiting(escalated: Escalation, browser_of: Browser) -> None:
    page = browser_of("helen").get(escalated.support_request.get_absolute_url()).content.decode()
    assert "Waiting to be sent" in page
    assert 'hx-trigger="every 4s"' in page
    customers_page = browser_of("alice").get(escalated.support_request.get_absolute_url()).content.decode()
    assert "Waiting to be sent" not in customers_page
    assert "Next step: 21Vianet" in customers_page


@pytest.mark.parametrize(
    ("state", "title", "tone"),
    [
        ("queued", "Waiting to be sent", "info"),
        ("delayed", "Not received yet", "warning"),
        ("parked", "Could not be delivered", "danger"),
        ("discarded", "Will not be delivered", "danger"),
    ],
)
def test_what_holds_a_message_up_is_said(state: str, title: str, tone: str) -> None:
    notice = delivery_notice(state)
    assert notice is not None
    assert (notice.title, notice.tone) == (title, tone)


def test_the_customer_does_not_read_what_the_partner_told_21vianet(escalated: Escalation, browser_of: Browser) -> None:
    url = escalated.support_request.get_absolute_url()
    page = browser_of("helen").get(url).content.decode()
    assert "connector check" in page
    assert all(label in page for label in ("Why do you need 21Vianet?", "What you have tried", "We lack the training"))
    assert "connector check" not in browser_of("alice").get(url).content.decode()


def test_nor_does_the_customers_audit_log_tell(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    story.escalate(asked, reason="training")
    story.do("helen", actions.withdraw_escalation, asked)
    log = browser_of("alice").get(f"/organisations/{asked.tenant_id}/audit/").content.decode()
    assert "Escalated the request" in log and "Withdrew the escalation" in log
    recorded = AuditEntry.objects.filter(tenant_id=asked.tenant_id, target_id=str(asked.pk)).values_list(
        "data", flat=True
    )
    assert {name for data in recorded for name in data} == {"after", "id"}
    assert "training" not in str(list(recorded))


def test_a_second_escalation_is_refused(story: Story, escalated: Escalation, browser_of: Browser) -> None:
    with pytest.raises(RuleBroken) as refusal:
        story.escalate(escalated.support_request, by="anna")
    assert refusal.value.code == "alreadyEscalated"
    url = escalated.support_request.get_absolute_url()
    assert browser_of("anna").get(f"{url}escalate/").status_code == 409
    assert browser_of("anna").post(f"{url}escalate/", FORM).status_code == 409
    assert OutboundMessage.objects.count() == 1


def test_a_wrong_form_comes_back_with_what_was_typed(asked: SupportRequest, browser_of: Browser) -> None:
    answer = browser_of("helen").post(f"{asked.get_absolute_url()}escalate/", {"tried": "Half of it"})
    assert answer.status_code == 422
    assert "Half of it" in answer.content.decode()
    assert not Escalation.objects.exists()


@pytest.mark.parametrize("step", ["escalate", "withdraw"])
@pytest.mark.parametrize(
    ("person", "status"),
    [
        *((name, 403) for name in ("alice", "uma", "sven", "rosa", "ed", "sam", "bill")),
        *((name, 404) for name in ("boris", "mallory", "jun", "olivia")),
    ],
)
def test_who_may_not_escalate(asked: SupportRequest, browser_of: Browser, person: str, status: int, step: str) -> None:
    client, url = browser_of(person), f"{asked.get_absolute_url()}{step}/"
    assert client.get(url).status_code == status
    assert client.post(url, FORM).status_code == status
    assert client.put(url).status_code == (404 if status == 404 else 405)


def test_a_visitor_is_sent_to_sign_in(asked: SupportRequest, browser_of: Browser) -> None:
    answer = browser_of("").get(f"{asked.get_absolute_url()}escalate/")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/account/login/")


def test_it_takes_the_customers_grant(cast: Cast, story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    grant = DelegatedAdmin.objects.get(customer=cast.huaxin, partner=cast.fanyun, revoked_at=None)
    story.do("alice", revoke_delegated_admin, grant)
    with pytest.raises(NotAllowed) as refusal:
        story.escalate(asked)
    assert refusal.value.code == "delegatedAdminMissing"
    page = browser_of("helen").get(asked.get_absolute_url()).content.decode()
    assert "has not granted you delegated administration" in page


def test_taking_back_takes_no_grant(
    cast: Cast, story: Story, escalated: Escalation, browser_of: Browser, rest_of: Browser
) -> None:
    asked, helen = escalated.support_request, browser_of("helen")
    grant = DelegatedAdmin.objects.get(customer=cast.huaxin, partner=cast.fanyun, revoked_at=None)
    story.do("alice", revoke_delegated_admin, grant)
    url = asked.get_absolute_url()
    assert f'href="{url}withdraw/"' in helen.get(url).content.decode()
    program = rest_of("helen").get(f"/v1.0/supportRequests/{asked.reference}").json()
    assert "withdraw" in program["allowedActions"]
    assert helen.post(f"{url}withdraw/").status_code == 303
    assert helen.post(f"{url}resolve/", {"text": "The cable."}).status_code == 303
    assert fresh(asked).status == "resolved"


def test_what_was_never_sent_is_withdrawn_without_a_word(story: Story, escalated: Escalation) -> None:
    withdrawn = story.do("helen", actions.withdraw_escalation, escalated.support_request)
    assert withdrawn.state == "withdrawn"
    assert [message.state for message in messages()] == [State.CANCELLED]
    assert fresh(escalated.support_request).status == "inProgress"


def test_what_may_have_been_sent_is_withdrawn_by_a_message(story: Story, escalated: Escalation) -> None:
    OutboundMessage.objects.update(attempts=1)
    story.do("helen", actions.withdraw_escalation, escalated.support_request)
    assert [message.type for message in messages()] == ["support.request.escalated", "support.request.withdrawn"]


def test_the_page_asks_why_it_is_withdrawn_and_21vianet_reads_it(escalated: Escalation, browser_of: Browser) -> None:
    OutboundMessage.objects.update(attempts=1)
    helen, url = browser_of("helen"), f"{escalated.support_request.get_absolute_url()}withdraw/"
    assert 'name="reason"' in helen.get(url).content.decode()
    assert helen.post(url, {"reason": "x" * 2_001}).status_code == 422
    assert helen.post(url, {"reason": "It was the cable."}).status_code == 303
    assert parse(bytes(messages()[-1].envelope)).data["reason"] == "It was the cable."


def test_what_is_not_with_21vianet_is_not_withdrawn(story: Story, asked: SupportRequest) -> None:
    with pytest.raises(RuleBroken) as refusal:
        story.do("helen", actions.withdraw_escalation, asked, reason="x" * 2_001)
    assert refusal.value.code == "notEscalated"


def test_after_a_withdrawal_it_can_be_escalated_again(story: Story, escalated: Escalation, browser_of: Browser) -> None:
    url = escalated.support_request.get_absolute_url()
    assert browser_of("helen").post(f"{url}withdraw/").status_code == 303
    assert browser_of("helen").post(f"{url}withdraw/").status_code == 409
    again = story.escalate(escalated.support_request)
    assert again.pk != escalated.pk
    with transaction_as(system="test"):
        delivery = outbox.delivery_of(again.pk)
    assert delivery is not None
    assert delivery.state == "queued"


def test_a_resolved_request_is_not_escalated(story: Story, asked: SupportRequest) -> None:
    story.do("helen", actions.resolve, asked)
    with pytest.raises(RuleBroken) as refusal:
        story.escalate(asked)
    assert refusal.value.code == "requestEnded"
