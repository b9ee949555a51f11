"""What changes offers and subscriptions. Customers stand in none of these verbs but read the letters that they send."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.audit import book
from portal.database import now
from portal.errors import NotAllowed, RuleBroken, StaleVersion
from subscriptions.models import Offer, Status, Subscription, SuspensionReason, Term, deletion_time
from subscriptions.rules import may_write_note, refusal_by_state
from tenants import letters
from tenants.access import Permission, people_who_can, require
from tenants.actor import Actor, acting_as
from tenants.models import ResellerRelationship, Tenant
from tenants.services import Service


@transaction.atomic
def publish_offer(
    operator: Tenant,
    *,
    actor: Actor,
    sku: str,
    name: str,
    services: list[Service],
    chinese_name: str = "",
    minimum_quantity: int = 1,
    maximum_quantity: int = 10_000,
    term: Term = Term.YEAR,
    is_trial: bool = False,
    unit_price: int | None = None,
    unit_cost: int | None = None,
) -> Offer:
    """Enter an offer into the operator's price list. Prices are fen per seat and term."""
    require(actor, Permission.OFFER_PUBLISH)
    offer = Offer(
        operator=operator,
        sku=sku,
        name=name,
        chinese_name=chinese_name,
        services=[str(service) for service in services],
        minimum_quantity=minimum_quantity,
        maximum_quantity=maximum_quantity,
        term=term,
        is_trial=is_trial,
        unit_price=unit_price,
        unit_cost=unit_cost,
    )
    offer.save(force_insert=True)
    book.record(actor, "subscriptions.offer.published", offer, after={"sku": sku, "services": offer.services})
    return offer


@transaction.atomic
def create_subscription(
    customer: Tenant,
    offer: Offer,
    *,
    actor: Actor,
    quantity: int,
    friendly_name: str = "",
    auto_renew: bool = True,
    partner_note: str = "",
) -> Subscription:
    """Buy an offer for a customer. The actor's organisation is the partner of record; the term starts today in China.

    Raises InvalidInput `quantityOutOfRange` outside the offer's quantities.
    """
    require(actor, Permission.SUBSCRIPTION_CREATE, customer)
    _check_note(actor, partner_note, customer)
    offer.check_quantity(quantity)
    first_day = timezone.localdate(timezone=ZoneInfo(settings.PORTAL_TIME_ZONE))
    subscription = Subscription(
        tenant=customer,
        partner=actor.tenant,
        reach_partner=actor.tenant,
        offer=offer,
        service=offer.service,
        friendly_name=friendly_name,
        quantity=quantity,
        status=Status.ACTIVE,
        term_start=first_day,
        term_end=offer.last_day(first_day),
        auto_renew=auto_renew and not offer.is_trial,
        unit_price=offer.unit_price,
        unit_cost=offer.unit_cost,
        partner_note=partner_note,
    )
    subscription.save(force_insert=True)
    _tell("subscription_created", subscription, quantity=quantity)
    book.record(
        actor, "subscriptions.subscription.created", subscription, after={"sku": offer.sku, "quantity": quantity}
    )
    return subscription


@transaction.atomic
def change_quantity(subscription: Subscription, *, actor: Actor, quantity: int, version: int) -> Subscription:
    """Set the number of seats. `version` is the one that the actor saw.

    Raises InvalidInput `quantityOutOfRange`, StaleVersion when somebody was faster, RuleBroken `subscriptionNotActive`
    or `quantityBelowAssigned`. The same number changes nothing.
    """
    require(actor, Permission.SUBSCRIPTION_CHANGE_QUANTITY, subscription)
    subscription.offer.check_quantity(quantity)
    subscription = _locked(subscription, version)
    _check_state("change_quantity", subscription)
    _check_assigned(subscription, quantity)
    if quantity == subscription.quantity:
        return subscription
    before, subscription.quantity = subscription.quantity, quantity
    _save(subscription, "quantity")
    _tell("subscription_quantity_changed", subscription, before=before, quantity=quantity)
    book.record(
        actor,
        "subscriptions.subscription.quantity_changed",
        subscription,
        before={"quantity": before},
        after={"quantity": quantity},
    )
    return subscription


@transaction.atomic
def suspend(subscription: Subscription, *, actor: Actor, version: int, reason: str = "") -> Subscription:
    """Lock the customer's people out; admins still reach the data, which is deleted after SUSPENDED_DAYS.

    `reason` is a SuspensionReason, or empty when the partner does not say. A suspended partner may suspend too.
    """
    require(actor, Permission.SUBSCRIPTION_SUSPEND, subscription)
    subscription = _locked(subscription, version)
    _check_state("suspend", subscription)
    subscription.become(Status.SUSPENDED)
    subscription.suspended_at, subscription.suspension_reason = now(), SuspensionReason(reason) if reason else ""
    _save(subscription, "status", "suspended_at", "suspension_reason")
    _tell("subscription_suspended", subscription, deleted_at=_deletion_day(subscription.suspended_at))
    said = {"reason": reason} if reason else {}
    _record_status(actor, "subscriptions.subscription.suspended", subscription, Status.ACTIVE, **said)
    return subscription


@transaction.atomic
def reactivate(subscription: Subscription, *, actor: Actor, version: int) -> Subscription:
    """Give the customer's people their access back. RuleBroken `suspensionExpired` once the data has been deleted."""
    require(actor, Permission.SUBSCRIPTION_REACTIVATE, subscription)
    subscription = _locked(subscription, version)
    _check_state("reactivate", subscription)
    subscription.become(Status.ACTIVE)
    subscription.suspended_at, subscription.suspension_reason = None, ""
    _save(subscription, "status", "suspended_at", "suspension_reason")
    _tell("subscription_reactivated", subscription)
    _record_status(actor, "subscriptions.subscription.reactivated", subscription, Status.SUSPENDED)
    return subscription


@transaction.atomic
def rename(subscription: Subscription, *, actor: Actor, friendly_name: str, version: int) -> Subscription:
    """Set the nickname; an empty one shows the offer's name again."""
    require(actor, Permission.SUBSCRIPTION_RENAME, subscription)
    subscription = _locked(subscription, version)
    _check_state("rename", subscription)
    before, subscription.friendly_name = subscription.friendly_name, friendly_name.strip()
    if before == subscription.friendly_name:
        return subscription
    _save(subscription, "friendly_name")
    book.record(
        actor,
        "subscriptions.subscription.renamed",
        subscription,
        before={"friendly_name": before},
        after={"friendly_name": subscription.friendly_name},
        sku=subscription.offer.sku,
    )
    return subscription


def let_go(relationship: ResellerRelationship, actor: Actor) -> None:
    """Fills `tenants.relationship_ending`, inside its verb, which has asked. `partner` stays as history.

    Refuses while a subscription runs, then gives up the reach over the rest: as the lifecycle machine, because the
    database lets a partner change only rows that stay in its reach.
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


# --- What the verbs share ---------------------------------------------------------------------------------------------


def _locked(subscription: Subscription, version: int) -> Subscription:
    """The row as it is now, locked, if it still has the version that the actor saw."""
    found = Subscription.objects.select_related("offer", "tenant", "partner").locked(subscription.pk)
    if found.version != version:
        raise StaleVersion(current=found, remedy=_("Look at the present values and decide again."))
    return found


def _check_state(action: str, subscription: Subscription) -> None:
    refusal = refusal_by_state(action, subscription)
    if refusal is not None:  # a refusal is falsy
        raise RuleBroken(refusal.reason, code=refusal.code)


def _check_assigned(subscription: Subscription, quantity: int) -> None:
    """Seats are never taken from people silently (rules.md 5)."""
    assigned = subscription.assigned_seats
    if quantity >= assigned:
        return
    message = ngettext(
        "%(assigned)s seat is assigned to a person."
        " Choose at least %(assigned)s, or ask the customer to take back its licence first.",
        "%(assigned)s seats are assigned to people."
        " Choose at least %(assigned)s, or ask the customer to take back some licences first.",
        assigned,
    ) % {"assigned": formats.localize(assigned)}
    raise RuleBroken(message, code="quantityBelowAssigned", details=[{"target": "quantity", "message": message}])


def _check_note(actor: Actor, partner_note: str, customer: Tenant) -> None:
    if partner_note and not may_write_note(actor):
        raise NotAllowed(
            _("Only global admins and admin agents write partner notes."), code="partnerNote", subject=customer
        )


def _save(subscription: Subscription, *fields: str) -> None:
    subscription.version += 1
    subscription.save(update_fields=[*fields, "version"])


def _deletion_day(suspended_at: datetime) -> date:
    """The day on which the data is deleted, China time."""
    return timezone.localtime(deletion_time(suspended_at), ZoneInfo(settings.PORTAL_TIME_ZONE)).date()


def _tell(letter: str, subscription: Subscription, **context: Any) -> None:
    """A letter to everybody at the customer who may read the subscription, in templates/emails/<letter>/."""
    readers = people_who_can(Permission.SUBSCRIPTION_READ, subscription, subscription.tenant_id)
    path = subscription.get_absolute_url()
    letters.write(letter, readers, path=path, subscription=subscription, partner=subscription.partner, **context)


def _record_status(actor: Actor, deed: str, subscription: Subscription, before: Status, **data: Any) -> None:
    book.record(actor, deed, subscription, before={"status": before}, after={"status": subscription.status}, **data)
