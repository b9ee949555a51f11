"""What is sold and what is owned: offers, and the subscriptions that customers hold through their partner."""

import uuid
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.errors import InvalidInput, RuleBroken
from tenants.actor import Actor
from tenants.models import Tenant, localized
from tenants.permissions import Permission
from tenants.services import Service
from tenants.visibility import Tenancy, TenantQuerySet


class Term(models.TextChoices):
    """For how long a subscription is bought: ISO 8601 durations, as Partner Center writes them."""

    MONTH = "P1M", _("1 month")
    YEAR = "P1Y", _("1 year")
    THREE_YEARS = "P3Y", _("3 years")


MONTHS: Mapping[str, int] = {Term.MONTH: 1, Term.YEAR: 12, Term.THREE_YEARS: 36}


class Status(models.TextChoices):
    """Partner Center's states of a subscription."""

    NONE = "none", _("Unknown")
    PENDING = "pending", _("Being set up")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    EXPIRED = "expired", _("Expired")
    DISABLED = "disabled", _("Disabled")
    DELETED = "deleted", _("Deleted")


# China: active and suspended alternate for 60 days; expired runs out over disabled. Deleted is the end of both.
MAY_BECOME: Mapping[str, frozenset[str]] = {
    Status.NONE: frozenset({Status.PENDING, Status.ACTIVE}),
    Status.PENDING: frozenset({Status.ACTIVE, Status.DELETED}),
    Status.ACTIVE: frozenset({Status.SUSPENDED, Status.EXPIRED}),
    Status.SUSPENDED: frozenset({Status.ACTIVE, Status.DELETED}),
    Status.EXPIRED: frozenset({Status.DISABLED}),
    Status.DISABLED: frozenset({Status.DELETED}),
    Status.DELETED: frozenset(),
}
TONES: Mapping[str, str] = {
    Status.NONE: "neutral",
    Status.PENDING: "info",
    Status.ACTIVE: "success",
    Status.SUSPENDED: "danger",
    Status.EXPIRED: "warning",
    Status.DISABLED: "warning",
    Status.DELETED: "neutral",
}
# The customer still has it: its admins reach their data, and its services' announcements concern them.
OWNED = (Status.ACTIVE, Status.SUSPENDED, Status.EXPIRED, Status.DISABLED)


class SuspensionReason(models.TextChoices):
    """Why a partner suspends: the four reasons of 21Vianet's partner guide."""

    CUSTOMER_REQUEST = "customer_request", _("The customer asked for it")
    NON_PAYMENT = "non_payment", _("The customer has not paid")
    FRAUD = "fraud", _("Fraud")
    MISUSE = "misuse", _("Misuse is being investigated")


class Offer(models.Model):
    """One line of the operator's price list. Prices are fen per seat and term, empty when not published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    sku = models.CharField(_("SKU"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    chinese_name = models.CharField(_("Chinese name"), max_length=200, blank=True)
    services = models.JSONField(_("services"), default=list)  # codes of tenants.services.Service
    minimum_quantity = models.PositiveIntegerField(_("minimum quantity"), default=1)
    maximum_quantity = models.PositiveIntegerField(_("maximum quantity"), default=10_000)
    term = models.CharField(_("term"), max_length=3, choices=Term.choices, default=Term.YEAR)
    is_trial = models.BooleanField(_("trial"), default=False)
    unit_price = models.PositiveBigIntegerField(_("retail price"), null=True, blank=True)
    unit_cost = models.PositiveBigIntegerField(_("partner cost"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="offer_term", condition=Q(term__in=Term.values)),
            models.CheckConstraint(
                name="offer_quantities",
                condition=Q(minimum_quantity__gte=1, maximum_quantity__gte=F("minimum_quantity")),
            ),
        ]

    def __str__(self) -> str:
        return localized(self.name, self.chinese_name)

    @property
    def tenant_id(self) -> uuid.UUID:
        """The catalogue belongs to the operator, whose audit log tells of it."""
        return self.operator_id

    @property
    def service(self) -> str:
        """The only service that it holds; a suite belongs to no single service, and answers an empty string."""
        return self.services[0] if len(self.services) == 1 else ""

    def service_labels(self) -> list[str]:
        """The names of its services."""
        return [str(Service(code).label) for code in self.services]

    def check_quantity(self, quantity: int) -> None:
        """InvalidInput `quantityOutOfRange` outside the quantities in which it is sold."""
        if self.minimum_quantity <= quantity <= self.maximum_quantity:
            return
        message = ngettext(
            "This offer is sold from %(least)s to %(most)s seat.",
            "This offer is sold from %(least)s to %(most)s seats.",
            self.maximum_quantity,
        ) % {"least": formats.localize(self.minimum_quantity), "most": formats.localize(self.maximum_quantity)}
        raise InvalidInput(message, code="quantityOutOfRange", details=[{"target": "quantity", "message": message}])

    def last_day(self, first_day: date) -> date:
        """The last day of a term that starts on `first_day`, that day included."""
        months = first_day.year * 12 + first_day.month - 1 + MONTHS[self.term]
        year, month = divmod(months, 12)
        day = min(first_day.day, monthrange(year, month + 1)[1])
        return date(year, month + 1, day) - timedelta(days=1)


class SubscriptionQuerySet(TenantQuerySet["Subscription"]):
    """Subscriptions, and what their owners have through them."""

    def within_reach(self, actor: Actor) -> Self:
        """With the offer and the partner of record, whom every page about one subscription names."""
        return super().within_reach(actor).select_related("offer", "partner")

    def owned(self) -> "SubscriptionQuerySet":
        """Those that the customer still has, suspended ones included."""
        return self.filter(status__in=OWNED)

    def services_of(self, tenant_id: uuid.UUID) -> frozenset[str]:
        """The codes of the services that one customer has: what announcements concern it. One query."""
        rows = self.owned().filter(tenant_id=tenant_id).values_list("offer__services", flat=True)
        return frozenset(code for codes in rows for code in codes)


class Subscription(models.Model):
    """So many seats of an offer, for one customer, from one partner.

    `partner` is the partner of record, and stays as history. `reach_partner` is the same while the relationship lives;
    `end_relationship` clears it, and with it every right of the partner. `service` repeats the offer's only service,
    for grants that cover one service. Prices are the offer's when it was bought: they hold for the term.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="subscriptions", db_index=False)
    partner = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    reach_partner = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=40, choices=Service.choices, blank=True)
    friendly_name = models.CharField(_("nickname"), max_length=100, blank=True)
    quantity = models.PositiveIntegerField(_("seats"))
    assigned_seats = models.PositiveIntegerField(_("assigned seats"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    term_start = models.DateField(_("start of term"))
    term_end = models.DateField(_("last day of term"))
    auto_renew = models.BooleanField(_("renews by itself"), default=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=20, choices=SuspensionReason.choices, blank=True)
    unit_price = models.PositiveBigIntegerField(_("retail price"), null=True, blank=True)
    unit_cost = models.PositiveBigIntegerField(_("partner cost"), null=True, blank=True)
    partner_note = models.TextField(_("partner note"), blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(read=Permission.SUBSCRIPTION_READ, partner="reach_partner_id", service="service")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="subscription_status", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="subscription_seats", condition=Q(quantity__gte=1) & Q(quantity__gte=F("assigned_seats"))
            ),
            models.CheckConstraint(
                name="subscription_reach_is_of_record", condition=Q(reach_partner=None) | Q(reach_partner=F("partner"))
            ),
            models.CheckConstraint(
                name="subscription_suspended_since",
                condition=Q(status=Status.SUSPENDED, suspended_at__isnull=False)
                | (~Q(status=Status.SUSPENDED) & Q(suspended_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="subscription_reason", condition=Q(suspension_reason__in=["", *SuspensionReason.values])
            ),
        ]
        indexes = [
            models.Index(fields=("reach_partner", "-created_at", "-id"), name="subscription_by_partner"),
            models.Index(fields=("tenant", "-created_at", "-id"), name="subscription_by_tenant"),
        ]

    def __str__(self) -> str:
        return self.friendly_name or str(self.offer)

    def get_absolute_url(self) -> str:
        """Its page, under its customer's address."""
        return reverse("subscriptions:detail", args=[self.tenant_id, self.pk])

    @property
    def tone(self) -> str:
        """The tone of its status badge."""
        return TONES[self.status]

    @property
    def free_seats(self) -> int:
        """Seats that nobody holds."""
        return self.quantity - self.assigned_seats

    @property
    def data_deleted_at(self) -> datetime | None:
        """When a suspended customer's data is deleted unless the partner reactivates before."""
        return deletion_time(self.suspended_at)

    def become(self, status: Status) -> None:
        """Move to another status; RuleBroken where MAY_BECOME does not lead there. The only writer of `status`."""
        if status not in MAY_BECOME[self.status]:
            message = gettext("A subscription with the status %(present)s cannot change to the status %(wanted)s.")
            states = {"present": Status(self.status).label, "wanted": status.label}
            raise RuleBroken(message % states, code="subscriptionStatus")
        self.status = status


def deletion_time(suspended_at: datetime | None) -> datetime | None:
    """SUSPENDED_DAYS after the suspension (21Vianet's partner guide: 60)."""
    return suspended_at + timedelta(days=settings.SUSPENDED_DAYS) if suspended_at else None
