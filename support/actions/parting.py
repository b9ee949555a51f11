"""The end of a reseller relationship: the former partner's reach over the customer's requests ends with it."""

from portal import outbox
from support.actions import _letters as letters
from support.actions import _withdrawing as withdrawing
from support.actions._saving import save
from support.models import Comment, Escalation, Status, SupportRequest
from support.rules import present_escalation
from tenants.actor import Actor, acting_as
from tenants.models import ResellerRelationship

REASON = "The partner no longer serves this customer."  # 21Vianet's engineers read it


def let_go(relationship: ResellerRelationship, actor: Actor) -> None:
    """Fills `tenants.relationship_ending`, inside its verb, which has asked. `partner` stays as history.

    Nobody would answer any more: the turn of every open request is the customer's, what is with 21Vianet is taken back.
    """
    theirs = {"tenant_id": relationship.customer_id, "reach_partner_id": relationship.partner_id}
    requests = SupportRequest.objects.for_system("the relationship ends").filter(**theirs).order_by("pk")
    # Ended ones too: somebody may just be reopening one, or 21Vianet writing on it.
    list(requests.select_for_update(of=("self",), no_key=True).values_list("pk"))
    outbox.hold(tenant_id=relationship.customer_id, partner_id=relationship.partner_id)
    left = [_leave(asked) for asked in requests.open().select_related("tenant", "partner", "requester")]
    for support_request, _escalation in left:
        letters.moved(support_request, actor)
    # As a machine: once a row has let go of the partner, the partner whose verb this is may no longer write it.
    with acting_as(Actor.system("support")):
        for model in (Comment, Escalation, SupportRequest):
            model.objects.for_system("the relationship ends").filter(**theirs).update(reach_partner=None)
    outbox.let_go(tenant_id=relationship.customer_id, partner_id=relationship.partner_id)
    for support_request, escalation in left:
        if escalation is not None:
            withdrawing.record(support_request, escalation, actor)


def _leave(support_request: SupportRequest) -> tuple[SupportRequest, Escalation | None]:
    """The request, and the escalation that was taken back."""
    escalation = present_escalation(support_request)
    if escalation is not None and escalation.is_open:
        withdrawing.take_back(support_request, escalation, REASON)
    else:
        escalation = None
    if support_request.status != Status.WAITING_FOR_CUSTOMER:
        support_request.become(Status.WAITING_FOR_CUSTOMER)
    save(support_request, "status")
    return support_request, escalation
