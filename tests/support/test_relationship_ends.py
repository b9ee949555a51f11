"""When the reseller relationship ends, the former partner loses the customer's requests; the customer keeps them, and
reads truthfully that nobody answers any more.
"""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.mail.models import Letter
from portal.outbox.consumer import take
from portal.outbox.models import OutboundMessage
from portal.vianet.envelope import parse
from support import actions
from support.models import Comment, Escalation, SupportRequest
from tenants.actions.organisations import end_relationship
from tenants.actor import acting_as
from tenants.models import ResellerRelationship
from tests.outbox.messages import answered
from tests.support.conftest import Story, fresh, messages

Browser = Callable[[str], Client]


def part(cast: Cast) -> None:
    """Paul of Fanyun ends the relationship with Huaxin."""
    paul = cast.actor("paul")
    with acting_as(paul, cast.huaxin):
        tie = ResellerRelationship.objects.get(customer=cast.huaxin, ended_at=None)
        end_relationship(tie, actor=paul)


def test_reach_ends_and_history_stays(cast: Cast, story: Story, escalated: Escalation, browser_of: Browser) -> None:
    asked = escalated.support_request
    story.say(asked, "helen", "One word.")
    part(cast)
    for model in (SupportRequest, Comment, Escalation):
        assert set(model.objects.values_list("reach_partner_id", flat=True)) == {None}
    assert fresh(asked).partner == cast.fanyun
    assert browser_of("helen").get(asked.get_absolute_url()).status_code == 404
    assert asked.reference not in browser_of("helen").get("/requests/?show=all").content.decode()
    assert "One word." in browser_of("alice").get(asked.get_absolute_url()).content.decode()


def test_what_is_with_21vianet_is_taken_back(cast: Cast, escalated: Escalation) -> None:
    OutboundMessage.objects.update(attempts=1)
    part(cast)
    escalated.refresh_from_db()
    assert escalated.state == "withdrawn"
    assert [message.type for message in messages()] == ["support.request.escalated", "support.request.withdrawn"]
    assert parse(bytes(messages()[-1].envelope)).data["reason"] == "The partner no longer serves this customer."
    withdrawn = AuditEntry.objects.get(deed="support.escalation.withdrawn")
    assert (withdrawn.actor_name, withdrawn.target_id) == ("Paul Pang", str(escalated.support_request_id))


def test_what_was_not_sent_never_is(cast: Cast, escalated: Escalation) -> None:
    part(cast)
    assert [message.state for message in messages()] == ["CANCELLED"]


def test_the_customer_reads_that_the_next_step_is_its_own(
    cast: Cast, escalated: Escalation, browser_of: Browser
) -> None:
    part(cast)
    alice, url = browser_of("alice"), escalated.support_request.get_absolute_url()
    page = alice.get(url).content.decode()
    assert "Next step: Huaxin Manufacturing (you)" in page
    assert "Fanyun Cloud no longer serves your organisation and cannot answer. Close this request." in page
    assert 'name="text"' not in page
    assert f'href="/organisations/{cast.huaxin.pk}/requests/new/"' in page
    assert "it cannot be reopened: the partner no longer serves you" in alice.get(f"{url}close/").content.decode()
    assert "Waiting for the customer" in alice.get("/requests/").content.decode()
    assert alice.post(f"{url}close/").status_code == 303
    assert fresh(escalated.support_request).status == "closed"


def test_whoever_asked_is_told(cast: Cast, story: Story) -> None:
    story.ask("uma")
    story.do("helen", actions.resolve, story.ask())
    part(cast)
    letters = Letter.objects.filter(template="support_request_moved", context__status="waitingForCustomer")
    assert list(letters.values_list("address", flat=True)) == ["uma@huaxin.example"]


@pytest.mark.parametrize("step", ["reopen", "comments"])
def test_nobody_is_asked_who_cannot_answer(
    cast: Cast, story: Story, asked: SupportRequest, rest_of: Browser, step: str
) -> None:
    story.do("helen", actions.resolve, asked)
    part(cast)
    body = {"content": "Still broken."}
    url = f"/v1.0/supportRequests/{asked.reference}/{step}"
    answer = rest_of("alice").post(url, body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "partnerGone")


def test_what_21vianet_still_writes_is_kept(cast: Cast, escalated: Escalation) -> None:
    part(cast)
    take([answered(escalated.pk, operator_seq=1, text="Found it.")])
    assert Comment.objects.get().text == "Found it."
    assert fresh(escalated.support_request).status == "waitingForCustomer"
