"""This room's deeds, in the audit log's words."""

from collections import defaultdict

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Offer, Status, SuspensionReason

SENTENCES = {
    "subscriptions.offer.published": _("Added the offer %(target)s to the price list"),
    "subscriptions.subscription.created": _("Bought %(target)s (number of seats: %(quantity)s)"),
    "subscriptions.subscription.quantity_changed": _("Changed the number of seats of %(target)s to %(quantity)s"),
    "subscriptions.subscription.reactivated": _("Reactivated %(target)s"),
    "subscriptions.subscription.renamed": _("Renamed a subscription, which is called %(target)s now"),
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


def offers_called(recorded: set[str]) -> dict[str, str]:
    """What the offers of these names are called in the reader's language: a subscription without a nickname was
    recorded under its offer's name, in the language of whoever acted. A name of several offers stays as it is.
    """
    shown: defaultdict[str, set[str]] = defaultdict(set)
    for offer in Offer.objects.filter(Q(name__in=recorded) | Q(chinese_name__in=recorded)):
        for name in recorded & {offer.name, offer.chinese_name}:
            shown[name].add(str(offer))
    return {name: names.pop() for name, names in shown.items() if len(names) == 1}
