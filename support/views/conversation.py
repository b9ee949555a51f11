"""What was said about a request and what became of it, in the order of time: the newest page, and those before it."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Min
from django.utils.translation import gettext as _

from portal.paging import keyset
from portal.ui.parts import Entry
from support.models import Comment, Escalation, EscalationState, Side, SupportRequest, Visibility
from tenants.actor import Actor

SIDE_TONES = {Side.CUSTOMER: "neutral", Side.PARTNER: "info", Side.VIANET: "success"}
SIDE_ICONS = {Side.CUSTOMER: "chat-bubble-left", Side.PARTNER: "chat-bubble-left-right", Side.VIANET: "cloud"}


@dataclass(frozen=True, slots=True)
class Conversation:
    """One page, oldest entry first. `earlier` is the token of the page before it, "" on the first."""

    entries: list[Entry]
    earlier: str


def conversation(support_request: SupportRequest, actor: Actor, token: str, *, escalated: bool) -> Conversation:
    """What the actor may read of it. `escalated`: there is at least one escalation to tell about."""
    lines = Comment.objects.visible_to(actor).filter(support_request=support_request)
    found = keyset(lines, ("-created_at", "-id"), token)
    since = found.rows[-1].created_at if found.next_token else support_request.created_at
    newer = lines.filter(created_at__gt=found.rows[0].created_at) if token and found.rows else None
    until = newer.aggregate(first=Min("created_at"))["first"] if newer is not None else None
    entries = [_entry(line) for line in found]
    if escalated:
        milestones = _milestones(support_request)
        entries += [entry for at, entry in milestones if since <= at and (until is None or at < until)]
    if not found.next_token:
        entries.append(_raised(support_request))
    return Conversation(sorted(entries, key=attrgetter("at")), found.next_token)


def _raised(support_request: SupportRequest) -> Entry:
    return Entry(
        at=support_request.created_at,
        title=_("Request raised"),
        by=support_request.requester.display_name,
        text=support_request.description,
        icon="lifebuoy",
    )


def _milestones(support_request: SupportRequest) -> list[tuple[datetime, Entry]]:
    """Every handing-over with its moments, not the present one's alone."""
    rows = Escalation.objects.for_system("of a request that the actor reads").filter(support_request=support_request)
    entries = []
    for row in rows.only("state", "created_at", "acknowledged_at", "closed_at"):
        entries.append(
            Entry(at=row.created_at, title=_("Escalated to 21Vianet"), tone="warning", icon="arrow-up-right")
        )
        if row.acknowledged_at is not None:
            entries.append(Entry(at=row.acknowledged_at, title=_("Acknowledged by 21Vianet"), icon="check"))
        if row.state == EscalationState.WITHDRAWN:
            entries.append(Entry(at=row.closed_at, title=_("Escalation withdrawn"), icon="arrow-uturn-left"))
    return [(entry.at, entry) for entry in entries if entry.at is not None]


def _entry(line: Comment) -> Entry:
    internal = line.visibility == Visibility.INTERNAL
    return Entry(
        at=line.created_at,
        title=Side.VIANET.label if line.side == Side.VIANET else line.author_name,
        by="" if line.side == Side.VIANET else str(Side(line.side).label),
        text=line.text,
        tone="warning" if internal else SIDE_TONES[Side(line.side)],
        icon="lock-closed" if internal else SIDE_ICONS[Side(line.side)],
        label=_("Internal note") if internal else "",
    )
