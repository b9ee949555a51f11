"""This room's deeds, in the audit log's words."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "messagecenter.message.published": _("Published the message %(target)s"),
    "messagecenter.message.updated": _("Updated the message %(target)s"),
    "messagecenter.message.withdrawn": _("Withdrew the message %(target)s"),
}
