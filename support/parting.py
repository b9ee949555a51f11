"""The end of a reseller relationship: the former partner's reach over the customer's requests ends with it."""

from portal import outbox
from portal.database import transaction_as
from support.models import Comment, Escalation, SupportRequest
from tenants.models import ResellerRelationship


def let_go(relationship: ResellerRelationship) -> None:
    """Fills `tenants.relationship_ending`, inside its verb, which has asked. `partner` stays as history.

    As a machine: once a row has let go of the partner, the partner whose verb this is may no longer write it.
    """
    theirs = {"tenant_id": relationship.customer_id, "reach_partner_id": relationship.partner_id}
    with transaction_as(system="support"):
        for model in (Comment, Escalation, SupportRequest):
            model.objects.for_system("the relationship ends").filter(**theirs).update(reach_partner=None)
    outbox.let_go(tenant_id=relationship.customer_id, partner_id=relationship.partner_id)
