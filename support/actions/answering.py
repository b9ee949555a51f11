"""What 21Vianet does about an escalation: through the queue as the machine `21vianet`, or by an operator's admin."""

from django.db import transaction

from portal.audit import book
from portal.vianet.contracts import MACHINE
from support.actions import _letters as letters
from support.actions._saving import save, write
from support.models import Escalation, EscalationState, Status, SupportRequest
from tenants.access import Permission, require
from tenants.actor import Actor, acting_as

OUTCOMES = {
    EscalationState.ACCEPTED: "answered",
    EscalationState.REJECTED: "rejected",
    EscalationState.RESOLVED: "resolved",
}


@transaction.atomic
def acknowledge_escalation(
    escalation: Escalation, *, actor: Actor, case_number: str, operator_seq: int = 0
) -> Escalation:
    """21Vianet has opened a case. Late, after an answer or a withdrawal, only the case number is noted."""
    require(actor, Permission.ESCALATION_ACKNOWLEDGE, escalation)
    with acting_as(Actor.system(MACHINE)):
        support_request, escalation = _locked(escalation)
        if escalation.state == EscalationState.SUBMITTED:
            escalation.become(EscalationState.ACKNOWLEDGED)
        news = escalation.is_open and not escalation.case_number
        escalation.case_number = escalation.case_number or case_number
        _save(escalation, operator_seq)
        save(support_request)
        if news:
            letters.acknowledged(support_request, escalation)
        # Without the case number: the log has readers who may not read it (rules.md 6).
        book.record(actor, "support.escalation.acknowledged", support_request, id=str(escalation.pk))
    return escalation


@transaction.atomic
def answer_escalation(escalation: Escalation, *, actor: Actor, text: str, operator_seq: int = 0) -> Escalation:
    """21Vianet writes: the turn is the partner's. An answer shows that it has accepted the case."""
    require(actor, Permission.ESCALATION_ANSWER, escalation)
    return _hear(escalation, actor, EscalationState.ACCEPTED, "support.escalation.answered", text, operator_seq)


@transaction.atomic
def reject_escalation(escalation: Escalation, *, actor: Actor, text: str, operator_seq: int = 0) -> Escalation:
    """21Vianet sends it back as inappropriate: the partner could have helped with the means it has."""
    require(actor, Permission.ESCALATION_ANSWER, escalation)
    return _hear(escalation, actor, EscalationState.REJECTED, "support.escalation.rejected", text, operator_seq)


@transaction.atomic
def resolve_escalation(escalation: Escalation, *, actor: Actor, text: str, operator_seq: int = 0) -> Escalation:
    """21Vianet holds it to be solved. The partner tells the customer and closes the loop (rules.md 5)."""
    require(actor, Permission.ESCALATION_ANSWER, escalation)
    return _hear(escalation, actor, EscalationState.RESOLVED, "support.escalation.resolved", text, operator_seq)


def _hear(
    escalation: Escalation, actor: Actor, state: EscalationState, deed: str, text: str, operator_seq: int
) -> Escalation:
    """Keep the text, and move what it moves: nothing any more once the escalation has ended (queue.md).

    As the machine, whoever asked: the operator's people reach no customer's rows.
    """
    with acting_as(Actor.system(MACHINE)):
        support_request, escalation = _locked(escalation)
        late = not escalation.is_open
        if not late:
            _move(support_request, escalation, state)
        _save(escalation, operator_seq)
        line = write(support_request, actor, text)
        save(support_request, "status")
        letters.answered(support_request, line, "late" if late else OUTCOMES[state])
        # Too late to reject or to resolve anything: no more than an answer.
        deed = "support.escalation.answered" if late else deed
        book.record(actor, deed, support_request, id=str(escalation.pk), comment=str(line.pk))
    return escalation


def _move(support_request: SupportRequest, escalation: Escalation, state: EscalationState) -> None:
    if escalation.state != state:
        escalation.become(state)
    if support_request.status != Status.WAITING_FOR_PARTNER:
        support_request.become(Status.WAITING_FOR_PARTNER)


def _locked(escalation: Escalation) -> tuple[SupportRequest, Escalation]:
    """The request first, as in every verb, then this escalation, which may not be the present one."""
    support_request = SupportRequest.objects.locked(escalation.support_request_id)
    return support_request, Escalation.objects.locked(escalation.pk)


def _save(escalation: Escalation, operator_seq: int) -> None:
    escalation.operator_seq = max(escalation.operator_seq, operator_seq)
    escalation.save(update_fields=["state", "case_number", "operator_seq", "acknowledged_at", "closed_at"])
