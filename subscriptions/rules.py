"""What may be done to a subscription now, and who sees its hidden fields: one answer for pages, API and verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Status, deletion_time
from tenants.access import Decision, Denied, Permission, can
from tenants.actor import Actor
from tenants.models import Role

NOT_ACTIVE = Denied("subscriptionNotActive", _("Only an active subscription can be changed."))
SUSPENDED = Denied("subscriptionNotActive", _("The subscription is suspended. Reactivate it first."))
ALREADY = Denied("subscriptionNotActive", _("This subscription is already suspended."))
NOT_SUSPENDED = Denied("subscriptionNotSuspended", _("Only a suspended subscription can be reactivated."))
TOO_LATE = Denied(
    "suspensionExpired", _("The suspension lasted too long: the data has been deleted. Buy a new subscription.")
)
GONE = Denied("subscriptionDeleted", _("This subscription has been deleted."))

# The verbs by the names that pages and, in camelCase, the API give them.
ACTIONS: Mapping[str, Permission] = {
    "change_quantity": Permission.SUBSCRIPTION_CHANGE_QUANTITY,
    "suspend": Permission.SUBSCRIPTION_SUSPEND,
    "reactivate": Permission.SUBSCRIPTION_REACTIVATE,
    "rename": Permission.SUBSCRIPTION_RENAME,
}


class HasState(Protocol):
    """What a decision needs to know of a subscription; a row of a list answers it too."""

    @property
    def tenant_id(self) -> UUID: ...
    @property
    def reach_partner_id(self) -> UUID | None: ...
    @property
    def service(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def suspended_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Row:
    """The columns of a list's row that decide what may be done to it."""

    tenant_id: UUID
    reach_partner_id: UUID | None
    service: str
    status: str
    suspended_at: datetime | None


def refusal_by_state(action: str, subscription: HasState) -> Denied | None:
    """Why the subscription's present state forbids the action (rules.md 5), or None."""
    if action == "rename":
        return GONE if subscription.status == Status.DELETED else None
    if action == "reactivate":
        return _reactivation_refused(subscription)
    if subscription.status == Status.ACTIVE:
        return None
    if subscription.status != Status.SUSPENDED:
        return NOT_ACTIVE
    return ALREADY if action == "suspend" else _change_refused_while_suspended(subscription)


def _change_refused_while_suspended(subscription: HasState) -> Denied:
    too_late = _reactivation_refused(subscription)
    return SUSPENDED if too_late is None else too_late


def _reactivation_refused(subscription: HasState) -> Denied | None:
    if subscription.status != Status.SUSPENDED:
        return NOT_SUSPENDED
    deadline = deletion_time(subscription.suspended_at)
    return TOO_LATE if deadline and deadline <= timezone.now() else None


def decisions_about(actor: Actor, subscription: HasState) -> dict[str, Decision]:
    """The decision about each verb of ACTIONS."""
    return {action: decision_about(action, actor, subscription) for action in ACTIONS}


def decision_about(action: str, actor: Actor, subscription: HasState) -> Decision:
    """May the actor do this now? The right is asked first, then the state."""
    decision = can(actor, ACTIONS[action], subscription)
    refusal = refusal_by_state(action, subscription) if decision else None
    return decision if refusal is None else refusal


# --- Hidden fields (rules.md 6) ---------------------------------------------------------------------------------

OF_RECORD = frozenset({Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT, Role.PARTNER_BILLING_ADMIN})
WRITERS = frozenset({Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT})
PAYERS = frozenset({Role.GLOBAL_ADMIN, Role.BILLING_READER})
# Property -> the roles that read it at the partner of record, and at the customer. All else is for all readers.
HIDDEN: Mapping[str, tuple[frozenset[Role], frozenset[Role]]] = {
    "unit_price": (OF_RECORD, PAYERS),
    "unit_cost": (OF_RECORD, frozenset()),
    "partner_note": (OF_RECORD, frozenset()),
}
LABELS: Mapping[str, Promise] = {
    "unit_price": _("Retail price per seat"),
    "unit_cost": _("Your cost per seat"),
    "partner_note": _("Note (only your organisation reads it)"),
}


def hidden_fields_for(actor: Actor, subscription: Any) -> frozenset[str]:
    """Which of the hidden fields the actor may read of this subscription."""
    if actor.tenant_id is None:
        return frozenset()
    of_record = subscription.reach_partner_id == actor.tenant_id
    at_home = subscription.tenant_id == actor.tenant_id
    return frozenset(
        name
        for name, (partner_roles, customer_roles) in HIDDEN.items()
        if (of_record and actor.has_role(*partner_roles)) or (at_home and actor.has_role(*customer_roles))
    )


def may_write_note(actor: Actor) -> bool:
    """Partner notes and costs are written by global admins and admin agents (rules.md 6)."""
    return actor.has_role(*WRITERS)
