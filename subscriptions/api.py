"""`/v1.0/customers/{id}/subscriptions`: Partner Center's field names in Graph's dialect. A PATCH changes one thing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.urls import path
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.collections import graph_list
from portal.api.etags import VersionedRow, etag_of, matched_version
from portal.api.input import StrictSerializer, Text, WholeNumber, one_change, read_body
from portal.api.query import Property, Rules, read_query
from portal.errors import InvalidInput, NotAllowed
from subscriptions import actions
from subscriptions.forms import LARGEST
from subscriptions.models import Status, Subscription, SuspensionReason, deletion_time
from subscriptions.rules import ACTIONS, Row, decisions_about, hidden_fields_for
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Tenant
from tenants.rest import DeniedRow, VisibleViewSet, allowed_and_denied
from tenants.web import SIGNED_IN, allow

REASONS: Mapping[str, str] = {
    "customerRequest": SuspensionReason.CUSTOMER_REQUEST,
    "nonPayment": SuspensionReason.NON_PAYMENT,
    "fraud": SuspensionReason.FRAUD,
    "misuse": SuspensionReason.MISUSE,
}
REASON_NAMES = {value: name for name, value in REASONS.items()}
HIDDEN_NAMES = {"unit_price": "retailUnitPrice", "unit_cost": "partnerUnitCost", "partner_note": "partnerNote"}
VERBS = {"quantity": "change_quantity", "friendlyName": "rename", "suspensionReasons": "suspend"}
BY_STATUS = {Status.SUSPENDED: "suspend", Status.ACTIVE: "reactivate"}
RULES = Rules(
    order=("-created_at", "-id"),
    properties={
        "id": Property("id", UUID),
        "offerId": Property("offer_id", UUID),
        "friendlyName": Property("friendly_name", null=""),
        "quantity": Property("quantity", int),
        "status": Property("status", choices={status.value: status for status in Status}),
        "creationDate": Property("created_at", datetime, orderable=True),
    },
    countable=True,
)


class Columns(NamedTuple):
    """One row, as it is fetched."""

    id: UUID
    tenant_id: UUID
    partner_id: UUID
    reach_partner_id: UUID | None
    service: str
    offer_id: UUID
    offer__name: str
    offer__term: str
    offer__is_trial: bool
    friendly_name: str
    quantity: int
    assigned_seats: int
    status: str
    term_start: Any
    term_end: Any
    auto_renew: bool
    suspended_at: datetime | None
    suspension_reason: str
    unit_price: int | None
    unit_cost: int | None
    partner_note: str
    version: int
    created_at: datetime


class SubscriptionChange(StrictSerializer):
    """What a partner may PATCH: one of quantity, status (with its reason) and friendlyName."""

    quantity = WholeNumber(min_value=1, max_value=LARGEST)
    status = serializers.ChoiceField([Status.ACTIVE.value, Status.SUSPENDED.value])
    suspensionReasons = serializers.ListField(child=serializers.ChoiceField(list(REASONS)), min_length=1, max_length=1)
    friendlyName = Text(max_length=100, allow_blank=True, allow_null=True)


class SubscriptionRow(VersionedRow):
    """A row, for the API's description. The last three are present only for those who may read them; amounts in fen."""

    id = serializers.UUIDField()
    offerId = serializers.UUIDField()
    offerName = serializers.CharField()
    friendlyName = serializers.CharField(allow_null=True)
    quantity = serializers.IntegerField()
    assignedQuantity = serializers.IntegerField()
    unitType = serializers.CharField()
    status = serializers.ChoiceField(Status.values)
    suspensionReasons = serializers.ListField(child=serializers.ChoiceField(list(REASONS)))
    dataDeletionDateTime = serializers.DateTimeField(allow_null=True)
    creationDate = serializers.DateTimeField()
    effectiveStartDate = serializers.DateField()
    commitmentEndDate = serializers.DateField()
    termDuration = serializers.CharField()
    autoRenewEnabled = serializers.BooleanField()
    isTrial = serializers.BooleanField()
    partnerId = serializers.UUIDField()
    allowedActions = serializers.ListField(child=serializers.CharField())
    deniedActions = DeniedRow(many=True)
    retailUnitPrice = serializers.IntegerField(required=False, allow_null=True)
    partnerUnitCost = serializers.IntegerField(required=False, allow_null=True)
    partnerNote = serializers.CharField(required=False, allow_null=True)


class SubscriptionsViewSet(VisibleViewSet):
    """What one customer owns."""

    path = ((Tenant, "customer_id"),)
    rights: ClassVar = {"list": Permission.SUBSCRIPTION_LIST}
    answers: ClassVar = {"list": SubscriptionRow}
    query_rules = RULES

    def list(self, request: Request, customer_id: UUID) -> Response:
        """The subscriptions that the caller may see, newest first."""
        query = read_query(request, RULES)
        subscriptions = Subscription.objects.visible_to(self.actor).filter(tenant_id=customer_id)
        page = query.page(subscriptions.values_list(*Columns._fields))
        show = presenter(self.actor)
        rows = [show(Columns(*row)) for row in page]
        context = f"customers('{customer_id}')/subscriptions"
        return graph_list(request, page, rows, context=context, count=query.count(subscriptions))


class SubscriptionViewSet(VisibleViewSet):
    """One subscription."""

    path = ((Tenant, "customer_id"), (Subscription, "subscription_id"))
    # A PATCH names its verb in the body: `partial_update` asks for the right, before it looks at any value.
    rights: ClassVar = {"retrieve": Permission.SUBSCRIPTION_READ, "partial_update": SIGNED_IN}
    shapes: ClassVar = {"partial_update": SubscriptionChange}
    answers: ClassVar = {"retrieve": SubscriptionRow, "partial_update": SubscriptionRow}
    versioned = frozenset({"partial_update"})

    def retrieve(self, request: Request, **_keys: UUID) -> Response:
        """One subscription, and what the caller may do to it now."""
        return self._answer()

    def partial_update(self, request: Request, **_keys: UUID) -> Response:
        """Change the quantity, the status or the nickname."""
        _customer, subscription = self.objects
        _allow(self.actor, subscription, ACTIONS)
        allow(request._request, Permission.SUBSCRIPTION_READ, subscription)  # type: ignore[arg-type] # the answer shows it
        if isinstance(request.data, Mapping) and (asked := _actions_of(request.data)):
            _allow(self.actor, subscription, asked)
        fields = read_body(request, SubscriptionChange, partial=True)
        action = one_change(fields, VERBS | {"status": BY_STATUS.get(fields.get("status", ""), "")})
        _reason_of_suspension(fields)
        if action == "change_quantity":
            subscription.offer.check_quantity(fields["quantity"])  # a wrong value is told before a missing version
        version = matched_version(request, subscription.version)
        _perform(action, fields, subscription, self.actor, version)
        return self._answer()

    def _answer(self) -> Response:
        rows = Subscription.objects.within_reach(self.actor).filter(pk=self.objects[-1].pk)
        row = presenter(self.actor)(Columns(*rows.values_list(*Columns._fields).get()))
        return Response(row, headers={"ETag": row["@odata.etag"]})


def _actions_of(body: Mapping[str, Any]) -> set[str]:
    """The verbs that the body's properties stand for, before anything is known to be well formed."""
    names = {action for name, action in VERBS.items() if name in body}
    return names | {action for status, action in BY_STATUS.items() if body.get("status") == status}


def _allow(actor: Actor, subscription: Subscription, names: Any) -> None:
    """403 unless the actor may do at least one of these."""
    decisions = [can(actor, ACTIONS[action], subscription) for action in names]
    if not any(decisions):
        raise NotAllowed(decisions[0].reason, code=decisions[0].code, subject=subscription)


def _reason_of_suspension(fields: Mapping[str, Any]) -> None:
    """A reason alone suspends nobody: who only corrects it, or reads it as a note, must not lock people out."""
    if "suspensionReasons" in fields and "status" not in fields:
        message = _("Send the status “suspended” together with its reason.")
        raise InvalidInput(details=[{"target": "status", "message": message}])


def _perform(action: str, fields: dict[str, Any], subscription: Subscription, actor: Actor, version: int) -> None:
    match action:
        case "change_quantity":
            actions.change_quantity(subscription, actor=actor, version=version, quantity=fields["quantity"])
        case "rename":
            actions.rename(subscription, actor=actor, version=version, friendly_name=fields["friendlyName"] or "")
        case "suspend":
            reason = REASONS[fields["suspensionReasons"][0]] if "suspensionReasons" in fields else ""
            actions.suspend(subscription, actor=actor, version=version, reason=reason)
        case "reactivate":
            actions.reactivate(subscription, actor=actor, version=version)


# --- Rows -------------------------------------------------------------------------------------------------------------


def presenter(actor: Actor) -> Callable[[Columns], dict[str, Any]]:
    """Turns fetched rows into what this actor may read; what it may do is decided once per kind of row."""
    decided: dict[Row, dict[str, Any]] = {}

    def show(row: Columns) -> dict[str, Any]:
        state = Row(row.tenant_id, row.reach_partner_id, row.service, row.status, row.suspended_at)
        if state not in decided:
            decisions = decisions_about(actor, state)
            decided[state] = allowed_and_denied({_camel(name): decision for name, decision in decisions.items()})
        hidden = {HIDDEN_NAMES[name]: _or_null(getattr(row, name)) for name in hidden_fields_for(actor, row)}
        return _plain(row) | hidden | decided[state]

    return show


def _plain(row: Columns) -> dict[str, Any]:
    return {
        "@odata.etag": etag_of(row.version),
        "id": row.id,
        "offerId": row.offer_id,
        "offerName": row.offer__name,
        "friendlyName": _or_null(row.friendly_name),
        "quantity": row.quantity,
        "assignedQuantity": row.assigned_seats,
        "unitType": "Licenses",
        "status": row.status,
        "suspensionReasons": [REASON_NAMES[row.suspension_reason]] if row.suspension_reason else [],
        "dataDeletionDateTime": deletion_time(row.suspended_at),
        "creationDate": row.created_at,
        "effectiveStartDate": row.term_start,
        "commitmentEndDate": row.term_end,
        "termDuration": row.offer__term,
        "autoRenewEnabled": row.auto_renew,
        "isTrial": row.offer__is_trial,
        "partnerId": row.partner_id,
    }


def _or_null(value: Any) -> Any:
    return None if value == "" else value


def _camel(action: str) -> str:
    first, *others = action.split("_")
    return first + "".join(word.title() for word in others)


BELOW_CUSTOMER = "customers/<uuid:customer_id>/subscriptions"
api_urlpatterns = [
    path(BELOW_CUSTOMER, SubscriptionsViewSet.as_view({"get": "list"}), name="subscriptions"),
    path(
        f"{BELOW_CUSTOMER}/<uuid:subscription_id>",
        SubscriptionViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="subscription",
    ),
]
