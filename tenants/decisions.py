"""Yes, or no and why: what `tenants.access` answers. The sentences are read on buttons, in errors and by programs."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed
from tenants.models import Kind


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes. Truthy, like `Denied` is falsy, so that templates can ask `{% if can.escalate %}`."""

    code: str = ""
    reason: str | Promise = ""
    remedy: str | Promise = ""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Denied:
    """No, and why: a stable code for machines, a sentence for people, and who can help where it does not say so."""

    code: str
    reason: str | Promise
    remedy: str | Promise = ""

    def __bool__(self) -> bool:
        return False


Decision = Allowed | Denied


def refusal(decision: Decision, subject: Any) -> NotAllowed:
    """The error that says what the decision about `subject` says."""
    return NotAllowed(decision.reason, code=decision.code, remedy=decision.remedy, subject=subject)


YES = Allowed()
OUT_OF_REACH = Denied("outOfReach", _("This belongs to another organisation."))
NOT_YOURS = Denied("notYours", _("Your role lets you see only what you raised yourself."))
NOT_OF_RECORD = Denied("notPartnerOfRecord", _("Only the partner of record can do this."))
NO_RELATIONSHIP = Denied(
    "relationshipMissing",
    _("You have no reseller relationship with this customer. Ask 21Vianet to set one up."),
)
NO_GRANT = Denied(
    "delegatedAdminMissing",
    _(
        "The customer has not granted you delegated administration for this, or has revoked it."
        " Ask its global admin for a grant."
    ),
)
GRANT_TOO_LOW = Denied(
    "delegatedAdminTooLow",
    _(
        "The customer granted you helpdesk rights only."
        " Ask its global admin for a grant at the level of administration."
    ),
)
SUSPENDED = Denied(
    "partnerSuspended",
    _(
        "21Vianet has suspended your organisation. You can view and support, but not order or change."
        " A global admin of your organisation can clear this up with 21Vianet."
    ),
)
PARTNER_ONLY = Denied("partnerOnly", _("Only your partner can change subscriptions. Ask your partner for the change."))
SCOPE_MISSING = Denied("scopeMissing", _("This token was not issued for this action."))
ASK_AN_ADMIN = _("If you need this for your work, ask an admin of your organisation.")
WRONG_SIDE = Denied("roleMissing", _("No role of your organisation allows this."))
# ... and who can, where it is one side alone.
ONE_SIDE = {
    Kind.CUSTOMER: Denied("roleMissing", _("Only the customer's own people can do this.")),
    Kind.PARTNER: Denied("roleMissing", _("Only a partner's people can do this.")),
    Kind.OPERATOR: Denied("roleMissing", _("Only 21Vianet can do this.")),
}
NOBODY_KNOWN = Denied("notSignedIn", _("Sign in first."))
