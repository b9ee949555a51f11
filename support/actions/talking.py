"""The conversation between the customer and its partner, and the partner's own notes."""

from django.db import transaction

from portal import outbox
from portal.audit import book
from portal.errors import Detail, RuleBroken
from support import contracts
from support.actions import _letters as letters
from support.actions._saving import checked, locked, save, take_up, write, wrong
from support.asking import NOTE_ASKS_NOBODY
from support.limits import LONGEST_TEXT
from support.models import Comment, Escalation, Milestone, Side, Status, SupportRequest, Visibility
from support.rules import ENDED, comment_reopens, obey
from tenants.access import Permission, require
from tenants.actor import Actor


@transaction.atomic
def comment(
    support_request: SupportRequest,
    *,
    actor: Actor,
    text: str,
    visibility: Visibility = Visibility.PUBLIC,
    awaits_customer: bool = False,
) -> Comment:
    """Say something about a request, to the other side or, as an internal note, to one's colleagues at the partner.

    A public comment passes the turn: the customer's answer to the partner, the partner's to nobody unless
    `awaits_customer`, which a note cannot be, nor a comment once the request has ended (RuleBroken `requestEnded`).
    The customer's comment on a resolved request reopens it (`rules.comment_reopens`). While 21Vianet works on the
    request, public comments go there too. A note leaves no trace that the customer could see.
    """
    internal = visibility == Visibility.INTERNAL
    require(actor, Permission.REQUEST_NOTE if internal else Permission.REQUEST_COMMENT, support_request)
    support_request, escalation = locked(support_request)
    if internal and awaits_customer:
        raise wrong("awaits_customer", str(NOTE_ASKS_NOBODY))
    if internal:
        return _note(support_request, escalation, actor, text)
    obey("comment", support_request, escalation, actor)
    if awaits_customer and support_request.has_ended:
        details: list[Detail] = [{"target": "awaits_customer", "message": str(ENDED.reason)}]
        raise RuleBroken(ENDED.reason, code=ENDED.code, details=details)
    reopened = Milestone.REOPENED if comment_reopens(support_request, actor) else None
    line = write(support_request, actor, checked(text, "content", LONGEST_TEXT), milestone=reopened)
    if line.milestone:
        return _reopen(support_request, actor, line)
    take_up(support_request, actor)
    _pass_the_turn(support_request, line, escalation, awaits_customer)
    save(support_request, "status", "assignee")
    if escalation is not None and escalation.is_open:
        outbox.enqueue(contracts.comment_added(escalation, line))
    letters.commented(support_request, line, actor)
    book.record(actor, "support.request.commented", support_request, comment=str(line.pk))
    return line


def _reopen(support_request: SupportRequest, actor: Actor, line: Comment) -> Comment:
    """What `reopen` with this word does."""
    before = support_request.status
    support_request.become(Status.WAITING_FOR_PARTNER)
    save(support_request, "status", "resolved_at", "closed_at")
    letters.moved(support_request, actor, line.text)
    after = {"status": support_request.status}
    book.record(actor, "support.request.reopened", support_request, before={"status": before}, after=after)
    return line


def _note(support_request: SupportRequest, escalation: Escalation | None, actor: Actor, text: str) -> Comment:
    obey("note", support_request, escalation, actor)
    line = write(support_request, actor, checked(text, "content", LONGEST_TEXT), Visibility.INTERNAL)
    # In the partner's own chain: the customer reads its own, and must not learn that there are notes.
    book.record(actor, "support.request.noted", actor.tenant, reference=support_request.reference)
    return line


def _pass_the_turn(
    support_request: SupportRequest, line: Comment, escalation: Escalation | None, awaits_customer: bool
) -> None:
    target = _whose_turn(support_request, line.side == Side.CUSTOMER, awaits_customer)
    if target in {Status.IN_PROGRESS, Status.WAITING_FOR_PARTNER} and escalation is not None and escalation.is_open:
        target = Status.ESCALATED
    if target is not None and target != support_request.status:
        support_request.become(target)


def _whose_turn(support_request: SupportRequest, by_customer: bool, awaits_customer: bool) -> Status | None:
    """The status after a public comment that reopens nothing, None when it stays."""
    if support_request.has_ended:
        return None
    if by_customer:
        return Status.WAITING_FOR_PARTNER if support_request.status == Status.WAITING_FOR_CUSTOMER else None
    if awaits_customer:
        return Status.WAITING_FOR_CUSTOMER
    return Status.IN_PROGRESS if support_request.status in {Status.OPEN, Status.WAITING_FOR_PARTNER} else None
