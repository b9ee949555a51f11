"""A request: a customer asks its partner for help."""

import uuid
from collections.abc import Mapping
from typing import ClassVar, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import RuleBroken
from tenants.actor import Actor
from tenants.models import Tenant, User
from tenants.permissions import Permission
from tenants.services import Service
from tenants.visibility import Tenancy, TenantQuerySet


class Side(models.TextChoices):
    """The three who may have to do something, or who wrote."""

    CUSTOMER = "customer", _("Customer")
    PARTNER = "partner", _("Partner")
    VIANET = "vianet", _("21Vianet")


class RequestKind(models.TextChoices):
    """Who asks whom."""

    CUSTOMER_REQUEST = "customerRequest", _("Customer request")


class Severity(models.TextChoices):
    """How much it hurts; 21Vianet's classes A, B and C (its service level agreement)."""

    CRITICAL = "critical", _("A - critical: nobody can work")
    MODERATE = "moderate", _("B - moderate: work is impaired")
    MINIMAL = "minimal", _("C - minimal: a question, or there is a way around")


SEVERITY_NAMES = {
    Severity.CRITICAL: _("A - critical"),
    Severity.MODERATE: _("B - moderate"),
    Severity.MINIMAL: _("C - minimal"),
}
SEVERITY_TONES = {Severity.CRITICAL: "danger", Severity.MODERATE: "warning", Severity.MINIMAL: "neutral"}


class Status(models.TextChoices):
    """Where a request stands; most of them say whose turn it is."""

    OPEN = "open", _("New")
    IN_PROGRESS = "inProgress", _("In progress")
    WAITING_FOR_CUSTOMER = "waitingForCustomer", _("Waiting for the customer")
    WAITING_FOR_PARTNER = "waitingForPartner", _("Waiting for the partner")
    ESCALATED = "escalated", _("Escalated to 21Vianet")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


_WORKING = frozenset({Status.IN_PROGRESS, Status.WAITING_FOR_CUSTOMER, Status.WAITING_FOR_PARTNER})
_FROM_WORK = _WORKING | {Status.ESCALATED, Status.RESOLVED, Status.CLOSED}
MAY_BECOME: Mapping[Status, frozenset[Status]] = {
    Status.OPEN: _FROM_WORK,
    Status.IN_PROGRESS: _FROM_WORK - {Status.IN_PROGRESS},
    Status.WAITING_FOR_CUSTOMER: _FROM_WORK - {Status.WAITING_FOR_CUSTOMER},
    Status.WAITING_FOR_PARTNER: _FROM_WORK - {Status.WAITING_FOR_PARTNER},
    Status.ESCALATED: _WORKING,
    Status.RESOLVED: frozenset({Status.WAITING_FOR_PARTNER, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.WAITING_FOR_PARTNER}),
}
TONES = {
    Status.OPEN: "info",
    Status.IN_PROGRESS: "info",
    Status.WAITING_FOR_CUSTOMER: "warning",
    Status.WAITING_FOR_PARTNER: "warning",
    Status.ESCALATED: "info",
    Status.RESOLVED: "success",
    Status.CLOSED: "neutral",
}
ENDED_STATUSES = (Status.RESOLVED, Status.CLOSED)
# Who owns the next step; nobody once it is closed.
NEXT_OWNER: Mapping[str, Side] = {
    Status.OPEN: Side.PARTNER,
    Status.IN_PROGRESS: Side.PARTNER,
    Status.WAITING_FOR_CUSTOMER: Side.CUSTOMER,
    Status.WAITING_FOR_PARTNER: Side.PARTNER,
    Status.ESCALATED: Side.VIANET,
    Status.RESOLVED: Side.CUSTOMER,
}


class SupportRequestQuerySet(TenantQuerySet["SupportRequest"]):
    """Requests; what leads to one request's page also brings the names that stand on it."""

    def within_reach(self, actor: Actor) -> Self:
        """As everywhere, and in the same query the organisations and people of the request."""
        return super().within_reach(actor).select_related("tenant", "partner", "requester", "assignee")

    def unclosed(self) -> Self:
        """Those about which the customer or somebody else has still to do something."""
        return self.exclude(status=Status.CLOSED)

    def open(self) -> Self:
        """Neither resolved nor closed."""
        return self.exclude(status__in=ENDED_STATUSES)


class SupportRequest(models.Model):
    """One problem of one customer, with the partner whom it asked.

    `partner` is whom the customer asked and stays as history; `reach_partner` is the same while the relationship
    lives, and is cleared when it ends. `requester` may be a person of the partner, filing on behalf.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=24, unique=True, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    partner = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    reach_partner = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=RequestKind.choices, default=RequestKind.CUSTOMER_REQUEST)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"))
    impact = models.TextField(_("business impact"), blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.OPEN)
    service = models.CharField(_("service"), max_length=40, choices=Service.choices)
    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[SupportRequestQuerySet] = SupportRequestQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(
        read=Permission.REQUEST_READ,
        partner="reach_partner_id",
        owner="requester_id",
        service="service",
        exclusive=True,
    )
    url_key = "reference"

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="request_kind", condition=models.Q(kind__in=RequestKind.values)),
            models.CheckConstraint(name="request_severity", condition=models.Q(severity__in=Severity.values)),
            models.CheckConstraint(name="request_status", condition=models.Q(status__in=Status.values)),
            models.CheckConstraint(
                name="request_reach_is_its_partner",
                condition=models.Q(reach_partner=None) | models.Q(reach_partner=models.F("partner")),
            ),
            models.CheckConstraint(
                name="request_closed_has_moment",
                condition=~models.Q(status=Status.CLOSED) | models.Q(closed_at__isnull=False),
            ),
            # What the composite foreign keys of comments and escalations point at.
            models.UniqueConstraint(fields=("id", "tenant"), name="request_and_its_tenant"),
        ]
        indexes = [
            models.Index(fields=("tenant", "-updated_at", "-id"), name="request_by_tenant"),
            models.Index(fields=("reach_partner", "-updated_at", "-id"), name="request_by_partner"),
            # The same for what the pages begin with: a customer's with `unclosed()`, a partner's with `open()`.
            models.Index(
                fields=("tenant", "-updated_at", "-id"),
                condition=~models.Q(status=Status.CLOSED),
                name="unclosed_request_by_tenant",
            ),
            models.Index(
                fields=("reach_partner", "-updated_at", "-id"),
                condition=~models.Q(status__in=ENDED_STATUSES),
                name="open_request_by_partner",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("support:detail", kwargs={"reference": self.reference})

    @property
    def owner_id(self) -> uuid.UUID:
        """Who raised it, for rights that reach only one's own."""
        return self.requester_id

    @property
    def tone(self) -> str:
        """The status badge's tone."""
        return TONES[Status(self.status)]

    @property
    def severity_name(self) -> object:
        """The severity in two words."""
        return SEVERITY_NAMES[Severity(self.severity)]

    @property
    def severity_tone(self) -> str:
        """The severity badge's tone."""
        return SEVERITY_TONES[Severity(self.severity)]

    @property
    def has_ended(self) -> bool:
        """Resolved or closed."""
        return self.status in ENDED_STATUSES

    def become(self, status: Status) -> None:
        """Move to `status` and keep when it ended; raises RuleBroken where the table has no such way. Does not save."""
        if status not in MAY_BECOME[Status(self.status)]:
            raise RuleBroken(_("The request's status does not allow this now."), code="requestStatus")
        self.status = status
        moment = timezone.now()
        self.resolved_at = (self.resolved_at or moment) if status in ENDED_STATUSES else None
        self.closed_at = moment if status == Status.CLOSED else None
