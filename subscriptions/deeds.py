"""This room's deeds, in the audit log's words."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "subscriptions.offer.published": _("Added the offer %(target)s to the price list"),
    "subscriptions.subscription.created": _("Bought %(target)s with %(quantity)s seats"),
    "subscriptions.subscription.quantity_changed": _("Changed the seats of %(target)s to %(quantity)s"),
    "subscriptions.subscription.reactivated": _("Reactivated %(target)s"),
    "subscriptions.subscription.renamed": _("Gave the subscription the name %(friendly_name)s"),
    "subscriptions.subscription.suspended": _("Suspended %(target)s"),
}
NAMES = {
    "friendly_name": _("Name"),
    "quantity": _("Seats"),
    "services": _("Services"),
    "sku": _("SKU"),
}
