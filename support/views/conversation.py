"""What was said about a request and what became of it, in the order of time: the newest page, and those before it."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.paging import keyset
from portal.ui.parts import Entry
from support.models import Comment, Escalation, EscalationState, Milestone, Side, SupportRequest, Visibility
from tenants.actor import Actor

SIDE_TONES = {Side.CUSTOMER: "neutral", Side.PARTNER: "info", Side.VIANET: "success"}
SIDE_ICONS = {Side.CUSTOMER: "chat-bubble-left", Side.PARTNER: "chat-bubble-left-right", Side.VIANET: "cloud"}

MILESTONES = {
    Milestone.RESOLVED: (gettext_lazy("Resolved by %(name)s"), "success", "check"),
    Milestone.CLOSED: (gettext_lazy("Closed by %(name)s"), "neutral", "check"),
    Milestone.REOPENED: (gettext_lazy("Reopened by %(name)s"), "warning", "arrow-path"),
}


@dataclass(frozen=True, slots=True)
class Conversation:
    """One page, oldest entry first. `earlier` is the token of the page before it, "" on the first."""

    entries: list[Entry]
    earlier: str


def conversation(
    support_request: SupportRequest, actor: Actor, token: str, *, escalated: bool, names_agent: bool
) -> Conversation:
    """What the actor may read of it. `escalated`: there is at least one escalation to tell about. `names_agent`: by
    the person who handed it over, not by the partner alone.
    """
    lines = Comment.objects.visible_to(actor).filter(support_request=support_request)
    found = keyset(lines, ("-created_at", "-id"), token)
    since = found.rows[-1].created_at if found.next_token else support_request.created_at
    newer = lines.filter(created_at__gt=found.rows[0].created_at) if token and found.rows else None
    until = newer.aggregate(first=Min("created_at"))["first"] if newer is not None else None
    entries = [_entry(line) for line in found]
    if escalated:
        milestones = _milestones(support_request, names_agent=names_agent)
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


def _milestones(support_request: SupportRequest, *, names_agent: bool) -> list[tuple[datetime, Entry]]:
    """Every handing-over with its moments, not the present one's alone."""
    rows = Escalation.objects.for_system("of a request that the actor reads").filter(support_request=support_request)
    entries = []
    for row in rows.select_related("escalated_by"):
        by = row.escalated_by.display_name if names_agent else str(support_request.partner)
        entries.append(
            Entry(at=row.created_at, title=_("Escalated to 21Vianet"), by=by, tone="warning", icon="arrow-up-right")
        )
        if row.acknowledged_at is not None:
            entries.append(Entry(at=row.acknowledged_at, title=_("Acknowledged by 21Vianet"), icon="check"))
        if row.state == EscalationState.WITHDRAWN:
            entries.append(Entry(at=row.closed_at, title=_("Escalation withdrawn"), icon="arrow-uturn-left"))
    return [(entry.at, entry) for entry in entries if entry.at is not None]


def _entry(line: Comment) -> Entry:
    if line.milestone:
        title, tone, icon = MILESTONES[Milestone(line.milestone)]
        by, name = str(Side(line.side).label), {"name": line.author_name}
        return Entry(at=line.created_at, title=title % name, by=by, text=line.text, tone=tone, icon=icon)
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
