"""This room's deeds, in the audit log's words."""

from django.utils.translation import gettext_lazy as _

from subscriptions.models import Status, SuspensionReason

SENTENCES = {
    "subscriptions.offer.published": _("Added the offer %(target)s to the price list"),
    "subscriptions.subscription.created": _("Bought %(target)s (number of seats: %(quantity)s)"),
    "subscriptions.subscription.quantity_changed": _("Changed the number of seats of %(target)s to %(quantity)s"),
    "subscriptions.subscription.reactivated": _("Reactivated %(target)s"),
    "subscriptions.subscription.renamed": _("Renamed the subscription: %(friendly_name)s"),
    "subscriptions.subscription.suspended": _("Suspended %(target)s"),
}
OWN_NAME = _("the offer's own name")
NAMES = {
    "friendly_name": _("Name"),
    "quantity": _("Seats"),
    "reason": _("Reason"),
    "services": _("Services"),
    "sku": _("SKU"),
    "status": _("Status"),
}
VOCABULARIES = {
    "friendly_name": {"": OWN_NAME},
    "reason": dict(SuspensionReason.choices),
    "status": dict(Status.choices),
}
