"""Handing a request to 21Vianet, and taking it back."""

from django.db import IntegrityError, transaction

from portal import outbox
from portal.audit import book
from portal.errors import RuleBroken
from support import contracts
from support.actions._saving import checked, choice, locked, save, take_up
from support.limits import IMPACT, STEPS
from support.models import Escalation, EscalationState, Reason, Status, SupportRequest
from support.rules import ALREADY_ESCALATED, NOT_ESCALATED, obey
from tenants.access import Permission, require
from tenants.actor import Actor


@transaction.atomic
def escalate_request(
    support_request: SupportRequest, *, actor: Actor, reason: str, tried: str, impact: str = ""
) -> Escalation:
    """Hand the request to 21Vianet, which answers through the queue.

    `reason` is one of `Reason`: what the partner lacks; `tried` is what it has done so far (21Vianet sends back what
    a partner could have solved). The row and its message commit together; nobody waits for the broker.
    """
    require(actor, Permission.REQUEST_ESCALATE, support_request)
    support_request, present = locked(support_request)
    obey("escalate", support_request, present)
    escalation = Escalation(
        tenant_id=support_request.tenant_id,
        reach_partner_id=support_request.reach_partner_id,
        support_request=support_request,
        reason=choice(reason, Reason.values, "reason"),
        steps_tried=checked(tried, "stepsTried", STEPS),
        impact=checked(impact, "impact", IMPACT, required=False) or support_request.impact,
        escalated_by=actor.user,
    )
    _insert(escalation)
    support_request.become(Status.ESCALATED)
    take_up(support_request, actor)
    save(support_request, "status", "assignee")
    outbox.enqueue(contracts.request_escalated(escalation, support_request))
    # Without the reason: the customer reads this log, and what the partner lacks is between it and 21Vianet.
    book.record(actor, "support.request.escalated", support_request, id=str(escalation.pk))
    return escalation


def _insert(escalation: Escalation) -> None:
    """The unique constraint has the last word about two at once."""
    try:
        with transaction.atomic():
            escalation.save(force_insert=True)
    except IntegrityError as clash:
        raise RuleBroken(ALREADY_ESCALATED.reason, code=ALREADY_ESCALATED.code) from clash


@transaction.atomic
def withdraw_escalation(support_request: SupportRequest, *, actor: Actor, reason: str = "") -> Escalation:
    """Take the escalation back. What was never sent is cancelled; otherwise a message asks 21Vianet to stop."""
    require(actor, Permission.REQUEST_ESCALATE, support_request)
    support_request, escalation = locked(support_request)
    if escalation is None or not escalation.is_open:
        raise RuleBroken(NOT_ESCALATED.reason, code=NOT_ESCALATED.code)
    escalation.become(EscalationState.WITHDRAWN)
    escalation.save(update_fields=["state", "acknowledged_at", "closed_at"])
    if support_request.status == Status.ESCALATED:
        support_request.become(Status.IN_PROGRESS)
    save(support_request, "status")
    cancelled = outbox.cancel(escalation.pk)
    if not cancelled:
        reason = checked(reason, "reason", IMPACT, required=False)
        outbox.enqueue(contracts.escalation_withdrawn(escalation, reason))
    # Nor how far it had come: the delivery is the partner's to see (permissions.md 1).
    book.record(actor, "support.escalation.withdrawn", support_request, id=str(escalation.pk))
    return escalation
