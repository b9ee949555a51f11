"""Where a request stands, in words for its reader: who owns the next step, and what that is."""

from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from support.models import NEXT_OWNER, Side, Status, SupportRequest
from tenants.actor import Actor

_STEPS: dict[str, Text] = {
    Status.OPEN: _("They have not answered yet."),
    Status.IN_PROGRESS: _("They are working on it."),
    Status.WAITING_FOR_CUSTOMER: _("An answer is needed to go on."),
    Status.WAITING_FOR_PARTNER: _("They have something new to look at, and will answer."),
    Status.ESCALATED: _("21Vianet's engineers have it. They reply to the partner."),
    Status.RESOLVED: _("Check that it works, then close the request, or reopen it."),
    Status.CLOSED: _("Nothing is left to do."),
}
# What the partner reads instead.
_PARTNERS_STEPS: dict[str, Text] = {
    Status.OPEN: _("The customer is waiting for you."),
    Status.IN_PROGRESS: _("You are working on it. Tell the customer how it goes, or resolve the request."),
    Status.WAITING_FOR_PARTNER: _("There is something new to read. Tell the customer what happens next."),
    Status.RESOLVED: _("They check that it works, then close the request or reopen it."),
}
_TONES = {Status.ESCALATED: "info", Status.RESOLVED: "success", Status.CLOSED: "neutral"}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader should know, and how urgently."""

    title: Text
    text: Text
    tone: str


_DELIVERIES = {
    "queued": Notice(
        _("Waiting to be sent"),
        _(
            "It leaves within seconds. Nothing is lost while the connection to 21Vianet is down: it is sent as soon as"
            " that works again. You need not wait."
        ),
        "info",
    ),
    "delayed": Notice(
        _("Not received yet"), _("21Vianet has not confirmed it in time, so it is being sent again."), "warning"
    ),
    "parked": Notice(
        _("Could not be delivered"),
        _("The portal's operators have been alerted and are looking into it. Nothing is lost."),
        "danger",
    ),
    "discarded": Notice(
        _("Will not be delivered"),
        _(
            "The portal's operators have given up on sending a message to 21Vianet. If the escalation is still open, "
            "withdraw it and escalate again."
        ),
        "danger",
    ),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """Whose turn it is."""

    owner: Text
    text: Text
    tone: str


def delivery_notice(state: str) -> Notice | None:
    """What holds up a message to 21Vianet, by its `DeliveryState`; None as long as all goes well."""
    return _DELIVERIES.get(state)


def owner_name(status: str, customer: Text, partner: Text) -> Text:
    """Who owns the next step, by name; *nobody* once it is closed."""
    side = NEXT_OWNER.get(status)
    if side is None:
        return _("nobody")
    return {Side.CUSTOMER: customer, Side.PARTNER: partner, Side.VIANET: Side.VIANET.label}[side]


def next_step(support_request: SupportRequest, actor: Actor) -> NextStep:
    """Whose turn it is, and *you* where it is the reader's own organisation."""
    status = support_request.status
    if support_request.reach_partner_id is None and status != Status.CLOSED:
        return _left_alone(support_request)
    side = NEXT_OWNER.get(status)
    yours = (side == Side.CUSTOMER and actor.tenant_id == support_request.tenant_id) or (
        side == Side.PARTNER and actor.tenant_id == support_request.partner_id
    )
    owner = owner_name(status, str(support_request.tenant), str(support_request.partner))
    if yours:
        owner = format_lazy(_("{organisation} (you)"), organisation=owner)
    tone = _TONES.get(Status(status), "warning" if yours else "info")
    steps = _STEPS | (_PARTNERS_STEPS if actor.tenant_id == support_request.partner_id else {})
    return NextStep(owner, steps[status], tone)


def _left_alone(support_request: SupportRequest) -> NextStep:
    """The relationship has ended: nobody but the customer still sees the request."""
    owner = format_lazy(_("{organisation} (you)"), organisation=str(support_request.tenant))
    text = _(
        "{partner} no longer serves your organisation and cannot answer. Close this request. If you still need help,"
        " raise a new one with another partner."
    )
    return NextStep(owner, format_lazy(text, partner=str(support_request.partner)), "warning")
