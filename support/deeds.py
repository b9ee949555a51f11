"""This room's deeds, in the audit log's words."""

from django.utils.translation import gettext_lazy as _

from support.models import Severity, Status

SENTENCES = {
    "support.escalation.acknowledged": _("Opened a case for %(target)s"),
    "support.escalation.answered": _("Answered the escalation of %(target)s"),
    "support.escalation.rejected": _("Sent the escalation of %(target)s back"),
    "support.escalation.resolved": _("Solved the escalation of %(target)s"),
    "support.escalation.withdrawn": _("Withdrew the escalation of %(target)s"),
    "support.request.closed": _("Closed the request %(target)s"),
    "support.request.commented": _("Commented on the request %(target)s"),
    "support.request.escalated": _("Escalated the request %(target)s to 21Vianet"),
    "support.request.noted": _("Wrote an internal note on the request %(reference)s"),
    "support.request.raised": _("Raised the request %(target)s"),
    "support.request.reopened": _("Reopened the request %(target)s"),
    "support.request.resolved": _("Resolved the request %(target)s"),
}
NAMES = {
    "comment": _("Comment"),
    "id": _("Escalation"),
    "reference": _("Request"),
    "severity": _("Severity"),
    "status": _("Status"),
}
VOCABULARIES = {
    "severity": dict(Severity.choices),
    "status": dict(Status.choices),
}
