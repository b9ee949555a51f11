"""What several verbs do alike: lock, write a line of the conversation, save, check a text."""

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.errors import InvalidInput, Text
from portal.vianet.contracts import MACHINE
from support.models import Comment, Escalation, Milestone, Side, SupportRequest, Visibility
from support.rules import present_escalation
from tenants.actor import Actor
from tenants.models import Kind

CANNOT_BE_EMPTY = _("This cannot be empty.")


def locked(support_request: SupportRequest) -> tuple[SupportRequest, Escalation | None]:
    """The request as it is now, locked, and the escalation that matters. Whoever changes either holds the request's
    lock.
    """
    support_request = SupportRequest.objects.locked(support_request.pk)
    return support_request, present_escalation(support_request)


def save(support_request: SupportRequest, *fields: str) -> None:
    """Save these fields, and that the request has changed."""
    support_request.version += 1
    support_request.updated_at = timezone.now()
    support_request.save(update_fields=[*fields, "version", "updated_at"])


def write(
    support_request: SupportRequest,
    actor: Actor,
    text: str,
    visibility: Visibility = Visibility.PUBLIC,
    milestone: Milestone | None = None,
) -> Comment:
    """A line of the conversation, in the actor's name; 21Vianet's people write in 21Vianet's."""
    side = side_of(actor, support_request)
    if side is None:
        raise LookupError(f"{actor.machine or actor.user_id} stands on no side of {support_request}.")
    line = Comment(
        tenant_id=support_request.tenant_id,
        reach_partner_id=support_request.reach_partner_id,
        support_request=support_request,
        visibility=visibility,
        side=side,
        author=None if side == Side.VIANET else actor.user,
        author_name=actor.user.display_name if actor.user and side != Side.VIANET else "21Vianet",
        text=text,
        milestone=milestone or "",
    )
    line.save(force_insert=True)
    return line


def side_of(actor: Actor, support_request: SupportRequest) -> Side | None:
    """On which side of the request the actor stands; the portal's own machines stand on none."""
    if actor.machine == MACHINE or actor.kind == Kind.OPERATOR:
        return Side.VIANET
    if actor.user is None:
        return None
    return Side.CUSTOMER if actor.tenant_id == support_request.tenant_id else Side.PARTNER


def take_up(support_request: SupportRequest, actor: Actor) -> None:
    """The first person of the partner who answers has the request. Saved by the caller."""
    if support_request.assignee_id is None and side_of(actor, support_request) == Side.PARTNER:
        support_request.assignee = actor.user


def checked(text: str, target: str, most: int, *, required: bool = True, empty: Text = CANNOT_BE_EMPTY) -> str:
    """The text without the white space around it. Raises InvalidInput naming `target` when it is empty or too long."""
    text = text.strip()
    if required and not text:
        raise wrong(target, str(empty))
    if len(text) > most:
        raise wrong(target, str(format_lazy(_("At most {most} characters."), most=most)))
    return text


def choice(value: str, known: list[str], target: str) -> str:
    """The value, when it is a known one. Raises InvalidInput naming `target` otherwise."""
    if value not in known:
        raise wrong(target, str(_("This is not one of the possible values.")))
    return value


def wrong(target: str, message: str) -> InvalidInput:
    """The refusal of one value."""
    return InvalidInput(message, details=[{"target": target, "message": message}])
