"""What lower rooms' verbs set off here, in their transaction, through `portal.hooks`."""

from django.utils import formats
from django.utils.translation import ngettext

from portal.errors import RuleBroken
from subscriptions.models import Status, Subscription
from tenants.actor import Actor, acting_as
from tenants.models import ResellerRelationship


def release_customer(relationship: ResellerRelationship, actor: Actor) -> None:
    """Fills `tenants.relationship_ending`: refuse while a subscription runs, then give up the reach over the rest.

    `actor` has been asked. The database lets a partner change only rows that stay in its reach, so the last step is the
    lifecycle machine's.
    """
    with acting_as(Actor.system("lifecycle")):
        theirs = Subscription.objects.for_system("the relationship that ends").filter(
            tenant_id=relationship.customer_id, reach_partner_id=relationship.partner_id
        )
        states = list(theirs.select_for_update().order_by("id").values_list("status", flat=True))
        running = sum(status in {Status.ACTIVE, Status.PENDING} for status in states)
        if running:
            message = ngettext(
                "%(count)s subscription of this customer is still active. Suspend it first.",
                "%(count)s subscriptions of this customer are still active. Suspend them first.",
                running,
            )
            raise RuleBroken(message % {"count": formats.localize(running)}, code="subscriptionsActive")
        theirs.update(reach_partner=None)
