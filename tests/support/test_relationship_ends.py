"""When the reseller relationship ends, the former partner loses the customer's requests; the customer keeps them."""

from collections.abc import Callable

from django.test import Client

from portal.demo.cast import Cast
from support.models import Comment, Escalation, SupportRequest
from tenants.actions.organisations import end_relationship
from tenants.actor import acting_as
from tenants.models import ResellerRelationship
from tests.support.conftest import Story, fresh


def test_reach_ends_and_history_stays(
    cast: Cast, story: Story, escalated: Escalation, browser_of: Callable[[str], Client]
) -> None:
    asked = escalated.support_request
    story.say(asked, "helen", "One word.")
    paul = cast.actor("paul")
    with acting_as(paul, cast.huaxin):
        tie = ResellerRelationship.objects.get(customer=cast.huaxin, ended_at=None)
        end_relationship(tie, actor=paul)
    for model in (SupportRequest, Comment, Escalation):
        assert set(model.objects.values_list("reach_partner_id", flat=True)) == {None}
    assert fresh(asked).partner == cast.fanyun
    assert browser_of("helen").get(asked.get_absolute_url()).status_code == 404
    assert asked.reference not in browser_of("helen").get("/requests/?show=all").content.decode()
    assert "One word." in browser_of("alice").get(asked.get_absolute_url()).content.decode()
