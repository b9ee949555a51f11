"""The end of a request, and taking it up again."""

from django.db import transaction

from portal.audit import book
from support.actions import _letters as letters
from support.actions import _withdrawing as withdrawing
from support.actions._saving import checked, locked, save, take_up, write
from support.limits import LONGEST_TEXT
from support.models import Milestone, Status, SupportRequest
from support.rules import obey
from tenants.access import Permission, require
from tenants.actor import Actor

CLOSED = "The request was closed."  # 21Vianet's engineers read it
MILESTONES = {"resolve": Milestone.RESOLVED, "close": Milestone.CLOSED, "reopen": Milestone.REOPENED}


@transaction.atomic
def resolve(support_request: SupportRequest, *, actor: Actor, text: str = "") -> SupportRequest:
    """The partner holds the problem to be solved; `text` tells the customer how."""
    require(actor, Permission.REQUEST_RESOLVE, support_request)
    return _change_status(support_request, actor, "resolve", Status.RESOLVED, "support.request.resolved", text)


@transaction.atomic
def close(support_request: SupportRequest, *, actor: Actor) -> SupportRequest:
    """The customer is content, or needs no answer any more. Nothing can be added afterwards unless it is reopened.

    What is with 21Vianet is taken back, whether or not the partner still could (rules.md 5).
    """
    require(actor, Permission.REQUEST_CLOSE, support_request)
    return _change_status(support_request, actor, "close", Status.CLOSED, "support.request.closed")


@transaction.atomic
def reopen(support_request: SupportRequest, *, actor: Actor, text: str = "") -> SupportRequest:
    """The customer takes a resolved request up again, or one that was closed at most REOPEN_DAYS ago."""
    require(actor, Permission.REQUEST_REOPEN, support_request)
    return _change_status(
        support_request, actor, "reopen", Status.WAITING_FOR_PARTNER, "support.request.reopened", text
    )


def _change_status(
    support_request: SupportRequest, actor: Actor, action: str, status: Status, deed: str, text: str = ""
) -> SupportRequest:
    support_request, escalation = locked(support_request)
    obey(action, support_request, escalation, actor)
    text = checked(text, "text", LONGEST_TEXT, required=False)
    before = support_request.status
    taken_back = escalation if escalation is not None and escalation.is_open else None
    if taken_back is not None:
        withdrawing.take_back(support_request, taken_back, CLOSED)
    support_request.become(status)
    take_up(support_request, actor)
    save(support_request, "status", "resolved_at", "closed_at", "assignee")
    write(support_request, actor, text, milestone=MILESTONES[action])
    letters.moved(support_request, actor, text)
    if taken_back is not None:
        withdrawing.record(support_request, taken_back, actor)
    book.record(actor, deed, support_request, before={"status": before}, after={"status": status})
    return support_request
