"""What 21Vianet is told: one function per message type. docs/queue.md describes the fields; golden JSON keeps them."""

from typing import Any

from portal.outbox import Contract
from portal.vianet.contracts import COMMENTED, ESCALATED, WITHDRAWN
from support.models import Comment, Escalation, Severity, SupportRequest
from tenants.services import ENGLISH_NAMES, Service

LONGEST_NAME = 200  # characters of a person's name in the contract; the portal takes longer ones
# The severities of the contract; the portal's are those of Microsoft's service request API.
SEVERITIES = {Severity.CRITICAL: "critical", Severity.MODERATE: "high", Severity.MINIMAL: "normal"}


def request_escalated(escalation: Escalation, support_request: SupportRequest) -> Contract:
    """The matter itself. The contact is the partner's own person, never the customer's; no comment and no note goes
    along.
    """
    data = {
        "escalation_id": str(escalation.pk),
        "request_reference": support_request.reference,
        "severity": SEVERITIES[Severity(support_request.severity)],
        "service": ENGLISH_NAMES[Service(support_request.service)],
        "title": support_request.title,
        "description": support_request.description,
        "reason": escalation.reason,
        "steps_tried": escalation.steps_tried,
        "impact": escalation.impact,
        "customer": {
            "id": str(support_request.tenant_id),
            "name": support_request.tenant.name,
            "domain": support_request.tenant.domain,
        },
        "partner": {"id": str(support_request.partner_id), "name": support_request.partner.name},
        "contact": {
            "name": escalation.escalated_by.display_name[:LONGEST_NAME],
            "email": escalation.escalated_by.email,
        },
    }
    return _contract(ESCALATED, f"escalated:{escalation.pk}", escalation, data)


def comment_added(escalation: Escalation, comment: Comment) -> Contract:
    """A further public comment: which side wrote, and what."""
    data = {
        "escalation_id": str(escalation.pk),
        "comment_id": str(comment.pk),
        "author": comment.side,
        "text": comment.text,
    }
    return _contract(COMMENTED, f"commented:{comment.pk}", escalation, data)


def escalation_withdrawn(escalation: Escalation, reason: str) -> Contract:
    """The partner takes it back, after 21Vianet may have seen it."""
    data = {"escalation_id": str(escalation.pk), "reason": reason}
    return _contract(WITHDRAWN, f"withdrawn:{escalation.pk}", escalation, data)


def _contract(kind: str, dedupe_key: str, escalation: Escalation, data: dict[str, Any]) -> Contract:
    # Everything about one request arrives in order: a withdrawal before the escalation that follows it.
    return Contract(
        type=kind,
        version=1,
        order_key=escalation.support_request_id,
        dedupe_key=dedupe_key,
        tenant_id=escalation.tenant_id,
        reach_partner_id=escalation.reach_partner_id,
        subject_id=escalation.pk,
        data=data,
    )
