"""What the partner handed to 21Vianet."""

import uuid
from collections.abc import Mapping
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.errors import RuleBroken
from support.models.request import SupportRequest, SupportRequestQuerySet
from tenants.models import Tenant, User
from tenants.permissions import Permission
from tenants.visibility import Tenancy, TenantQuerySet


class Reason(models.TextChoices):
    """The gap in the partner's means that entitles it to 21Vianet's escalation support."""

    TRAINING = "training", _("We lack the training")
    DOCUMENTATION = "documentation", _("The documentation is missing or does not help")
    SUPPORT_TOOLS = "supportTools", _("Our support tools cannot do what is needed")


class EscalationState(models.TextChoices):
    """What has become of the matter. How far its messages have come is no state: ask `outbox.delivery_of`."""

    SUBMITTED = "submitted", _("Handed to 21Vianet")
    ACKNOWLEDGED = "acknowledged", _("21Vianet has opened a case")
    ACCEPTED = "accepted", _("Accepted by 21Vianet")
    REJECTED = "rejected", _("Sent back by 21Vianet")
    RESOLVED = "resolved", _("Solved by 21Vianet")
    WITHDRAWN = "withdrawn", pgettext_lazy("escalation", "Withdrawn")


OPEN_STATES = (EscalationState.SUBMITTED, EscalationState.ACKNOWLEDGED, EscalationState.ACCEPTED)
_ENDS = frozenset({EscalationState.REJECTED, EscalationState.RESOLVED, EscalationState.WITHDRAWN})
MAY_BECOME: Mapping[EscalationState, frozenset[EscalationState]] = {
    # 21Vianet may answer before its acknowledgement has come through.
    EscalationState.SUBMITTED: _ENDS | {EscalationState.ACKNOWLEDGED, EscalationState.ACCEPTED},
    EscalationState.ACKNOWLEDGED: _ENDS | {EscalationState.ACCEPTED},
    EscalationState.ACCEPTED: _ENDS,
    EscalationState.REJECTED: frozenset(),
    EscalationState.RESOLVED: frozenset(),
    EscalationState.WITHDRAWN: frozenset(),
}
TONES = {
    EscalationState.SUBMITTED: "info",
    EscalationState.ACKNOWLEDGED: "info",
    EscalationState.ACCEPTED: "info",
    EscalationState.REJECTED: "danger",
    EscalationState.RESOLVED: "success",
    EscalationState.WITHDRAWN: "neutral",
}


class EscalationQuerySet(TenantQuerySet["Escalation"]):
    """Escalations; of each request at most one is open."""

    def present(self) -> Self:
        """Of each request the one that matters: the open one, else the last."""
        settled = models.Case(models.When(state__in=OPEN_STATES, then=0), default=1)
        siblings = Escalation.objects.for_system("of the same requests").filter(
            support_request=models.OuterRef("support_request")
        )
        first = siblings.order_by(settled, "-created_at", "-id").values("pk")[:1]
        return self.filter(pk=models.Subquery(first))


class Escalation(models.Model):
    """One matter handed to 21Vianet: why, what was tried, and its case number there once it has one.

    A request has at most one open escalation. `operator_seq` is the highest number that 21Vianet gave its messages
    about it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    reach_partner = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    support_request = models.ForeignKey(
        SupportRequest, on_delete=models.PROTECT, related_name="escalations", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason.choices)
    steps_tried = models.TextField(_("steps already tried"))
    impact = models.TextField(_("business impact"), blank=True)
    state = models.CharField(max_length=20, choices=EscalationState.choices, default=EscalationState.SUBMITTED)
    case_number = models.CharField(max_length=40, blank=True)
    operator_seq = models.PositiveIntegerField(default=0)
    escalated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[EscalationQuerySet] = EscalationQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(
        read=Permission.REQUEST_READ,
        partner="reach_partner_id",
        owner="support_request__requester_id",
        service="support_request__service",
        exclusive=True,
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=("support_request",), condition=models.Q(state__in=OPEN_STATES), name="one_open_escalation"
            ),
            models.CheckConstraint(name="escalation_reason", condition=models.Q(reason__in=Reason.values)),
            models.CheckConstraint(name="escalation_state", condition=models.Q(state__in=EscalationState.values)),
        ]
        indexes = [
            models.Index(fields=("support_request", "-created_at", "-id"), name="escalation_by_request"),
            models.Index(fields=("tenant", "reach_partner"), name="escalation_by_tenant"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def tone(self) -> str:
        """The badge's tone."""
        return TONES[EscalationState(self.state)]

    @property
    def is_open(self) -> bool:
        """21Vianet still has it."""
        return self.state in OPEN_STATES

    def become(self, state: EscalationState) -> None:
        """Move to `state` and keep when; raises RuleBroken where the table has no such way. Does not save."""
        if state not in MAY_BECOME[EscalationState(self.state)]:
            raise RuleBroken(_("This escalation has already ended."), code="escalationEnded")
        self.state = state
        moment = timezone.now()
        self.acknowledged_at = self.acknowledged_at or (moment if state != EscalationState.WITHDRAWN else None)
        self.closed_at = None if self.is_open else moment


def with_21vianet(requests: SupportRequestQuerySet) -> SupportRequestQuerySet:
    """Those of which 21Vianet still has the escalation, whosever turn it is."""
    open_ones = Escalation.objects.for_system("of visible requests").filter(
        support_request=models.OuterRef("pk"), state__in=OPEN_STATES
    )
    return requests.filter(models.Exists(open_ones))
