"""One request as JSON (docs/api.md). Names, not labels: nothing here depends on the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Value, When
from rest_framework import serializers

from portal import outbox
from portal.api.etags import VersionedRow, etag_of
from portal.outbox import Course
from support.models import Escalation, EscalationState, Reason, RequestKind, Severity, Status, SupportRequest
from support.models.request import SupportRequestQuerySet
from support.rules import decisions
from tenants.access import Permission, read_query
from tenants.actor import Actor
from tenants.rest import DeniedRow, allowed_and_denied
from tenants.services import ENGLISH_NAMES, Service

COLUMNS = (
    "id",
    "reference",
    "kind",
    "title",
    "description",
    "severity",
    "status",
    "service",
    "tenant_id",
    "tenant__name",
    "partner_id",
    "partner__name",
    "requester_id",
    "requester__display_name",
    "assignee_id",
    "assignee__display_name",
    "created_at",
    "updated_at",
    "resolved_at",
    "version",
    "reads_case",
    "reads_delivery",
)
# How a message that 21Vianet has not answered shows: "sent" once it has left, because its receipt is technical and the
# case is not open yet.
BY_DELIVERY = {"queued": "queued", "sending": "queued", "parked": "parked", "discarded": "parked"}
ESCALATION_STATES = ["queued", "sent", "parked", *EscalationState.values[1:]]


class PartyRow(serializers.Serializer[Any]):
    """An organisation or a person."""

    id = serializers.UUIDField(allow_null=True)
    displayName = serializers.CharField()


class EscalationRow(serializers.Serializer[Any]):
    """What was handed to 21Vianet. To the customer, `state` is `queued` until 21Vianet has acknowledged; so it is to
    whoever may not read the delivery, who reads neither `reason` nor `stepsTried` nor `sentDateTime` either.
    """

    id = serializers.UUIDField()
    state = serializers.ChoiceField(ESCALATION_STATES)
    reason = serializers.ChoiceField(Reason.values, allow_null=True)
    stepsTried = serializers.CharField(allow_null=True)
    caseNumber = serializers.CharField(allow_null=True)
    queuedDateTime = serializers.DateTimeField()
    sentDateTime = serializers.DateTimeField(allow_null=True)
    acknowledgedDateTime = serializers.DateTimeField(allow_null=True)


class SupportRequestRow(serializers.Serializer[Any]):
    """A row of the collection, for the API's description."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(RequestKind.values)
    title = serializers.CharField()
    description = serializers.CharField()
    severity = serializers.ChoiceField(Severity.values)
    status = serializers.ChoiceField(Status.values)
    service = serializers.CharField()
    customer = PartyRow()
    partner = PartyRow()
    requester = PartyRow()
    assignee = PartyRow(allow_null=True)
    createdDateTime = serializers.DateTimeField()
    lastModifiedDateTime = serializers.DateTimeField()
    resolvedDateTime = serializers.DateTimeField(allow_null=True)
    escalation = EscalationRow(allow_null=True)


class SupportRequestDetail(VersionedRow, SupportRequestRow):
    """One request, with what the caller may do to it."""

    allowedActions = serializers.ListField(child=serializers.CharField())
    deniedActions = DeniedRow(many=True)


def readable(actor: Actor) -> SupportRequestQuerySet:
    """What the actor may read, each row with whether that includes 21Vianet's case number, and how far the partner's
    escalation has come.
    """
    return SupportRequest.objects.visible_to(actor).annotate(
        reads_case=_may(actor, Permission.REQUEST_READ_CASE),
        reads_delivery=_may(actor, Permission.REQUEST_READ_DELIVERY),
    )


def _may(actor: Actor, right: Permission) -> Case | Value:
    """Whether the actor holds another right on the row too."""
    condition = read_query(actor, replace(SupportRequest.tenancy, read=right))
    no, yes = Value(False), Value(True)
    return no if condition is None else Case(When(condition, then=yes), default=no, output_field=BooleanField())


def rows_of(actor: Actor, found: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows for these COLUMNS, escalations included: two more queries for the whole page."""
    return _rows(actor, found, _escalations([values.id for values in found]))


def _rows(actor: Actor, found: Sequence[Any], escalations: Mapping[UUID, Escalation]) -> list[dict[str, Any]]:
    told = [escalations[values.id].pk for values in found if values.reads_delivery and values.id in escalations]
    courses = outbox.courses_of(told) if told else {}
    return [_row(actor, values, escalations.get(values.id), courses) for values in found]


def detail_of(actor: Actor, support_request: SupportRequest) -> dict[str, Any]:
    """One request as it is now, with what the actor may do to it."""
    values = readable(actor).values_list(*COLUMNS, named=True).get(pk=support_request.pk)
    escalations = _escalations([support_request.pk])
    (row,) = _rows(actor, [values], escalations)
    answers = decisions(actor, support_request, escalations.get(support_request.pk))
    return {"@odata.etag": etag_of(values.version)} | row | allowed_and_denied(answers)


def _escalations(ids: list[UUID]) -> dict[UUID, Escalation]:
    """By request, the one that matters."""
    rows = Escalation.objects.for_system("of requests that the actor reads").filter(support_request__in=ids)
    return {row.support_request_id: row for row in rows.present()}


def _row(actor: Actor, values: Any, escalation: Escalation | None, courses: Mapping[UUID, Course]) -> dict[str, Any]:
    assigned = values.assignee_id is not None and actor.tenant_id != values.tenant_id
    return {
        "id": values.reference,
        "kind": values.kind,
        "title": values.title,
        "description": values.description,
        "severity": values.severity,
        "status": values.status,
        "service": ENGLISH_NAMES[Service(values.service)],
        "customer": _party(values.tenant_id, values.tenant__name),
        "partner": _party(values.partner_id, values.partner__name),
        "requester": _party(values.requester_id, values.requester__display_name),
        "assignee": _party(values.assignee_id, values.assignee__display_name) if assigned else None,
        "createdDateTime": values.created_at,
        "lastModifiedDateTime": values.updated_at,
        "resolvedDateTime": values.resolved_at,
        "escalation": _escalation(values, escalation, courses.get(escalation.pk)) if escalation else None,
    }


def _escalation(values: Any, escalation: Escalation, course: Course | None) -> dict[str, Any]:
    """The delivery told is that of the handing-over itself: a comment that follows it has not undone it."""
    delivery = course.opening if course else None
    state = escalation.state
    if state == EscalationState.SUBMITTED:
        state = BY_DELIVERY.get(delivery.state, "sent") if delivery else "queued"
    return {
        "id": escalation.pk,
        "state": state,
        "reason": escalation.reason if values.reads_delivery else None,
        "stepsTried": escalation.steps_tried if values.reads_delivery else None,
        "caseNumber": (escalation.case_number or None) if values.reads_case else None,
        "queuedDateTime": escalation.created_at,
        "sentDateTime": delivery.sent_at if delivery else None,
        "acknowledgedDateTime": escalation.acknowledged_at,
    }


def _party(pk: UUID | None, name: str) -> dict[str, Any]:
    return {"id": pk, "displayName": name}
