"""How an escalation is taken back, whichever verb does it."""

from portal import outbox
from portal.audit import book
from support import contracts
from support.models import Escalation, EscalationState, Status, SupportRequest
from tenants.actor import Actor


def take_back(support_request: SupportRequest, escalation: Escalation, reason: str = "") -> None:
    """End the open escalation of a locked request; the turn is the partner's again. The caller saves the request.

    What was never sent is cancelled; otherwise a message asks 21Vianet to stop, with the reason.
    """
    escalation.become(EscalationState.WITHDRAWN)
    escalation.save(update_fields=["state", "acknowledged_at", "closed_at"])
    if support_request.status == Status.ESCALATED:
        support_request.become(Status.IN_PROGRESS)
    if not outbox.cancel(escalation.pk):
        outbox.enqueue(contracts.escalation_withdrawn(escalation, reason))


def record(support_request: SupportRequest, escalation: Escalation, actor: Actor) -> None:
    """Without how far it had come: the customer reads the log, and the delivery is the partner's (rules.md 1)."""
    book.record(actor, "support.escalation.withdrawn", support_request, id=str(escalation.pk))
