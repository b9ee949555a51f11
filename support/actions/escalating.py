"""Handing a request to 21Vianet, and taking it back."""

from typing import cast

from django.db import IntegrityError, transaction

from portal import outbox
from portal.audit import book
from portal.errors import RuleBroken
from support import contracts
from support.actions import _withdrawing as withdrawing
from support.actions._saving import checked, choice, locked, save, take_up
from support.limits import LONGEST_IMPACT, LONGEST_STEPS
from support.models import Escalation, Reason, Status, SupportRequest
from support.rules import ALREADY_ESCALATED, obey
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
    obey("escalate", support_request, present, actor)
    escalation = Escalation(
        tenant_id=support_request.tenant_id,
        reach_partner_id=support_request.reach_partner_id,
        support_request=support_request,
        reason=choice(reason, Reason.values, "reason"),
        steps_tried=checked(tried, "stepsTried", LONGEST_STEPS),
        impact=checked(impact, "impact", LONGEST_IMPACT, required=False) or support_request.impact,
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
    """Take the escalation back. What was never sent is cancelled; otherwise a message asks 21Vianet to stop.

    It takes no grant: a customer that revokes it must not leave its partner with an escalation that nobody can end.
    """
    require(actor, Permission.REQUEST_WITHDRAW, support_request)
    support_request, present = locked(support_request)
    obey("withdraw", support_request, present, actor)
    escalation = cast(Escalation, present)  # the rule lets nothing but an open one through
    reason = checked(reason, "reason", LONGEST_IMPACT, required=False)
    withdrawing.take_back(support_request, escalation, reason)
    save(support_request, "status")
    withdrawing.record(support_request, escalation, actor)
    return escalation
