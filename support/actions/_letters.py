"""Whom a verb tells by letter. A letter holds nothing that its reader could not read on the request's page."""

from collections.abc import Iterable
from typing import Any

from support.models import Comment, Escalation, SupportRequest
from tenants import letters
from tenants.access import Permission, can, people_who_can
from tenants.actor import Actor
from tenants.models import User


def raised(support_request: SupportRequest, actor: Actor) -> None:
    """The partner's people who can answer; when they filed it themselves, the customer's admins."""
    readers = _customer_people(support_request) if actor.is_partner else _partner_people(support_request)
    told = {"severity": support_request.severity, "on_behalf": actor.is_partner}
    _send("support_request_raised", readers, support_request, actor, **told)


def commented(support_request: SupportRequest, line: Comment, actor: Actor) -> None:
    """Who has not read it yet."""
    told = {"author": line.author_name, "text": line.text}
    _send("support_request_commented", _everybody_else(support_request, actor), support_request, actor, **told)


def moved(support_request: SupportRequest, actor: Actor, text: str = "") -> None:
    """The others learn that the request was resolved, closed or reopened."""
    told = {"status": support_request.status, "text": text}
    _send("support_request_moved", _everybody_else(support_request, actor), support_request, actor, **told)


def acknowledged(support_request: SupportRequest, escalation: Escalation) -> None:
    """Both sides learn the case number, as far as they may read it."""
    _send(
        "support_request_acknowledged", _who_follow(support_request), support_request, None, case=escalation.case_number
    )


def answered(support_request: SupportRequest, line: Comment, outcome: str) -> None:
    """Both sides read what 21Vianet wrote, as far as they may; `outcome` is answered, rejected, resolved or,
    once the escalation had ended, late.
    """
    _send(
        "support_request_answered", _who_follow(support_request), support_request, None, outcome=outcome, text=line.text
    )


def _everybody_else(support_request: SupportRequest, actor: Actor) -> list[User]:
    """The other side; and whoever asked, when somebody else at the customer acts."""
    if actor.tenant_id != support_request.tenant_id:
        return _customer_people(support_request)
    own = [] if actor.user_id == support_request.requester_id else _requester(support_request, Permission.REQUEST_READ)
    return [*_partner_people(support_request), *own]


def _who_follow(support_request: SupportRequest) -> list[User]:
    customer = _customer_people(support_request, Permission.REQUEST_READ_CASE)
    return [*_partner_people(support_request), *customer]


def _partner_people(support_request: SupportRequest) -> list[User]:
    """Who has the request, or everybody at the partner who could."""
    people = list(people_who_can(Permission.REQUEST_RESOLVE, support_request, support_request.partner_id))
    return [person for person in people if person.pk == support_request.assignee_id] or people


def _customer_people(support_request: SupportRequest, right: Permission = Permission.REQUEST_READ) -> list[User]:
    """Who asked; where that is nobody who may still read it, the customer's people who read all of it."""
    return _requester(support_request, right) or list(
        people_who_can(Permission.REQUEST_READ_CASE, support_request, support_request.tenant_id)
    )


def _requester(support_request: SupportRequest, right: Permission) -> list[User]:
    """Who asked, as far as the right still reaches; nobody where the partner filed it on behalf."""
    requester = support_request.requester
    at_home = requester.tenant_id == support_request.tenant_id
    reads = at_home and requester.is_active and requester.deleted_at is None
    return [requester] if reads and can(Actor.of(requester), right, support_request) else []


def _send(
    name: str, readers: Iterable[User], support_request: SupportRequest, actor: Actor | None, **context: Any
) -> None:
    others = [reader for reader in readers if actor is None or reader.pk != actor.user_id]
    letters.write(
        name,
        others,
        reference=support_request.reference,
        title=support_request.title,
        customer=support_request.tenant,
        partner=support_request.partner,
        path=support_request.get_absolute_url(),
        **context,
    )
