"""What a request's state allows, in one place: the verbs obey it, the pages and the API say it beforehand.

Rights come first (`tenants.access`); these rules ask only what may be done to *this* request *now*, whoever wants it.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.errors import RuleBroken
from support.models import Escalation, Status, SupportRequest
from tenants.access import Decision, Denied, Permission, allowed_actions, can
from tenants.actor import Actor

Rule = Callable[[SupportRequest, Escalation | None, Actor], Denied | None]

CLOSED = Denied("requestClosed", _("The request is closed. Reopen it first."))
CLOSED_BY_CUSTOMER = Denied(
    "requestClosed",
    format_lazy(
        _("The request is closed. Only the customer can reopen it, within {days} days."), days=settings.REOPEN_DAYS
    ),
)
PARTNER_GONE = Denied(
    "partnerGone",
    _("The partner no longer serves your organisation and cannot answer. Raise a new request with another partner."),
)
ENDED = Denied("requestEnded", _("The request is already resolved or closed."))
NOT_ENDED = Denied("requestNotEnded", _("The request is still being worked on."))
ALREADY_CLOSED = Denied("requestClosed", _("The request is already closed."))
ESCALATION_OPEN = Denied(
    "escalationOpen",
    _("The escalation is still open. Resolve the request once 21Vianet has finished or the escalation is withdrawn."),
)
ALREADY_ESCALATED = Denied("alreadyEscalated", _("The request is already escalated to 21Vianet."))
NOT_ESCALATED = Denied("notEscalated", _("Nothing has been handed to 21Vianet, or it is already settled."))


def _talk(support_request: SupportRequest, _escalation: Escalation | None, actor: Actor) -> Denied | None:
    if support_request.reach_partner_id is None:
        return PARTNER_GONE
    if support_request.status != Status.CLOSED:
        return None
    return CLOSED if actor.tenant_id == support_request.tenant_id else CLOSED_BY_CUSTOMER


def _escalate(support_request: SupportRequest, escalation: Escalation | None, _actor: Actor) -> Denied | None:
    if escalation is not None and escalation.is_open:
        return ALREADY_ESCALATED
    return ENDED if support_request.has_ended else None


def _withdraw(_support_request: SupportRequest, escalation: Escalation | None, _actor: Actor) -> Denied | None:
    return None if escalation is not None and escalation.is_open else NOT_ESCALATED


def _resolve(support_request: SupportRequest, escalation: Escalation | None, _actor: Actor) -> Denied | None:
    if support_request.has_ended:
        return ENDED
    return ESCALATION_OPEN if escalation is not None and escalation.is_open else None


def _close(support_request: SupportRequest, _escalation: Escalation | None, _actor: Actor) -> Denied | None:
    """Whatever anybody does with it: the customer never has to wait until it may stop asking."""
    return ALREADY_CLOSED if support_request.status == Status.CLOSED else None


def _reopen(support_request: SupportRequest, _escalation: Escalation | None, _actor: Actor) -> Denied | None:
    """A closed request can be reopened for REOPEN_DAYS (14, as in Microsoft's admin centre)."""
    if not support_request.has_ended:
        return NOT_ENDED
    if support_request.reach_partner_id is None:
        return PARTNER_GONE
    closed_at = support_request.closed_at
    if closed_at is None or timezone.now() <= closed_at + timedelta(days=settings.REOPEN_DAYS):
        return None
    reason = _("It was closed more than {days} days ago. Raise a new request and name this one.")
    return Denied("reopenPeriodOver", format_lazy(reason, days=settings.REOPEN_DAYS))


def comment_reopens(support_request: SupportRequest, actor: Actor) -> bool:
    """Whether the actor's comment takes the request up again: the customer's does, for REOPEN_DAYS after it was
    resolved. Whoever has something to say about a solution is not done with it.
    """
    resolved_at = support_request.resolved_at
    if support_request.status != Status.RESOLVED or actor.tenant_id != support_request.tenant_id or not resolved_at:
        return False
    in_time = timezone.now() <= resolved_at + timedelta(days=settings.REOPEN_DAYS)
    return in_time and bool(can(actor, Permission.REQUEST_REOPEN, support_request))


ACTIONS: Mapping[str, tuple[Permission, Rule]] = {
    "comment": (Permission.REQUEST_COMMENT, _talk),
    "note": (Permission.REQUEST_NOTE, _talk),
    "escalate": (Permission.REQUEST_ESCALATE, _escalate),
    "withdraw": (Permission.REQUEST_WITHDRAW, _withdraw),
    "resolve": (Permission.REQUEST_RESOLVE, _resolve),
    "close": (Permission.REQUEST_CLOSE, _close),
    "reopen": (Permission.REQUEST_REOPEN, _reopen),
}


def obey(action: str, support_request: SupportRequest, escalation: Escalation | None, actor: Actor) -> None:
    """Raise RuleBroken (409) where the state forbids the action. Call it under the request's lock."""
    refusal = ACTIONS[action][1](support_request, escalation, actor)
    if refusal is not None:
        raise RuleBroken(refusal.reason, code=refusal.code)


def decisions(actor: Actor, support_request: SupportRequest, escalation: Escalation | None) -> dict[str, Decision]:
    """For every action: may this person do it to this request now, and if not, why."""
    rights = allowed_actions(actor, support_request, {name: right for name, (right, _rule) in ACTIONS.items()})
    return {name: _now(right, ACTIONS[name][1](support_request, escalation, actor)) for name, right in rights.items()}


def _now(right: Decision, refusal: Denied | None) -> Decision:
    """The right's answer first: whoever may not at all learns that, not what the state is."""
    return refusal if right and refusal is not None else right


def present_escalation(support_request: SupportRequest) -> Escalation | None:
    """The escalation that matters: the open one, else the last. For verbs and doors that have already asked about the
    request.
    """
    rows = Escalation.objects.for_system("of a request that was asked about").filter(support_request=support_request)
    return rows.present().select_related("escalated_by").first()
