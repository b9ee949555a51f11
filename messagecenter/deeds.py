"""This room's deeds, in the audit log's words."""

from django.utils.translation import gettext_lazy as _

from messagecenter.vocabulary import Category, Severity, Tag

SENTENCES = {
    "messagecenter.message.published": _("Published the message %(target)s"),
    "messagecenter.message.updated": _("Updated the message %(target)s"),
    "messagecenter.message.withdrawn": _("Withdrew the message %(target)s"),
}
NAMES = {
    "action_required_by": _("Act by"),
    "category": _("Category"),
    "end_at": _("Show until"),
    "is_major_change": _("Major change"),
    "reason": _("Reason"),
    "services": _("Services"),
    "severity": _("Severity"),
    "start_at": _("Show from"),
    "tags": _("Tags"),
    "titles": _("Titles"),
}
VOCABULARIES = {
    "category": dict(Category.choices),
    "severity": dict(Severity.choices),
    "tags": dict(Tag.choices),
}
