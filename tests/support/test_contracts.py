"""What 21Vianet is told about a request, kept as golden JSON: whoever changes it makes a new version."""

import json
from pathlib import Path
from typing import Any

from portal.outbox.models import OutboundMessage
from portal.vianet.envelope import parse
from support import actions
from support.models import Escalation
from tests.support.conftest import Story, messages

GOLDEN = Path(__file__).parent / "golden"


def told(message: OutboundMessage) -> Any:
    """The message's data, with ids that differ in every run put as words."""
    return parse(bytes(message.envelope)).data


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def test_an_escalation(story: Story) -> None:
    about = story.ask(title="邮件退回", severity="critical", impact="40 people")
    story.note(about, "Internal.")
    escalation = story.escalate(about)
    (message,) = messages()
    assert (message.type, message.version, message.dedupe_key) == (
        "support.request.escalated",
        1,
        f"escalated:{escalation.pk}",
    )
    expected = golden("support.request.escalated.v1") | {
        "escalation_id": str(escalation.pk),
        "request_reference": about.reference,
    }
    expected["customer"]["id"], expected["partner"]["id"] = str(about.tenant_id), str(about.partner_id)
    assert told(message) == expected


def test_a_comment(story: Story, escalated: Escalation) -> None:
    said = story.say(escalated.support_request, "alice", "It got worse.")
    expected = golden("support.request.commented.v1") | {
        "escalation_id": str(escalated.pk),
        "comment_id": str(said.pk),
    }
    assert told(messages()[-1]) == expected


def test_a_withdrawal(story: Story, escalated: Escalation) -> None:
    OutboundMessage.objects.update(attempts=1)
    story.do("helen", actions.withdraw_escalation, escalated.support_request, reason="Solved meanwhile.")
    expected = golden("support.request.withdrawn.v1") | {"escalation_id": str(escalated.pk)}
    assert told(messages()[-1]) == expected


def test_the_three_severities(story: Story) -> None:
    for severity in ("critical", "moderate", "minimal"):
        story.escalate(story.ask(severity=severity, impact="40 people"))
    assert sorted(told(message)["severity"] for message in messages()) == ["critical", "high", "normal"]
