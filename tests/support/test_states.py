"""The ways that no verb may go, whatever it has asked before: the last word of the states themselves."""

import pytest

from portal.errors import RuleBroken
from support.models import Escalation, EscalationState, Status, SupportRequest


@pytest.mark.parametrize(
    ("status", "target"),
    [
        ("escalated", "resolved"),
        ("escalated", "closed"),
        ("resolved", "escalated"),
        ("resolved", "inProgress"),
        ("closed", "resolved"),
        ("closed", "waitingForCustomer"),
        ("inProgress", "open"),
    ],
)
def test_a_request_goes_no_way_that_does_not_exist(status: str, target: str) -> None:
    asked = SupportRequest(status=status)
    with pytest.raises(RuleBroken) as refusal:
        asked.become(Status(target))
    assert (refusal.value.code, asked.status) == ("requestStatus", status)


@pytest.mark.parametrize("state", ["rejected", "resolved", "withdrawn"])
@pytest.mark.parametrize("target", ["acknowledged", "accepted", "rejected", "resolved", "withdrawn"])
def test_what_has_ended_at_21vianet_stays_ended(state: str, target: str) -> None:
    escalation = Escalation(state=state)
    with pytest.raises(RuleBroken) as refusal:
        escalation.become(EscalationState(target))
    assert (refusal.value.code, escalation.state) == ("escalationEnded", state)
