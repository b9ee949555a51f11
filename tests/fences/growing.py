"""Makes a stage larger: copies of rows, so that a page has ten or sixty of everything."""

import uuid
from typing import Any

from django.db import models

from messagecenter.models import PostTranslation
from portal.audit import book
from portal.database import transaction_as
from portal.outbox.models import OutboundMessage
from support.models import Comment, Escalation
from tenants.actor import Actor
from tenants.models import (
    DelegatedAdmin,
    ResellerRelationship,
    Role,
    RoleAssignment,
    ServiceSettingChange,
    User,
)
from tests.fences.matrix.stage import Stage


def grow(stage: Stage, number: int) -> None:
    """So many more of everything that Huaxin and its partner have. `lifecycle` is whom row-level security lets write
    it all.
    """
    huaxin, fanyun = stage.own["customer"], stage.own["partner"]
    tag = uuid.uuid4().hex[:6]
    with transaction_as(system="lifecycle"):
        for home in (huaxin, fanyun):
            people = _copies(
                User.objects.get(pk=stage.own["user"].pk), number, tenant=home, upn=f"{tag}-{{}}@{home.domain}"
            )
            role = Role.MESSAGE_CENTER_READER if home == huaxin else Role.SALES_AGENT
            RoleAssignment.objects.bulk_create(RoleAssignment(tenant=home, user=user, role=role) for user in people)
        _copies(stage.own["seats"], number)
        for request in _copies(stage.own["request"], number, reference=f"SR-2026-{int(tag, 16) % 900:03}{{:03}}"):
            _copies(Comment(support_request=request, **_comment(stage)), 1)
        _escalated(stage, number, tag)
        _copies(Comment(support_request=stage.own["request"], **_comment(stage)), number)
        for post in _copies(stage.own["post"], number, reference=f"MC{int(tag, 16) % 9000:04}{{:03}}"):
            PostTranslation.objects.create(post=post, language="en", title="News", body="<p>News.</p>")
        customers = _copies(huaxin, number, domain=f"{tag}-{{}}.example")
        ResellerRelationship.objects.bulk_create(
            ResellerRelationship(partner=fanyun, customer=row) for row in customers
        )
        _copies(
            DelegatedAdmin.objects.filter(customer=huaxin).latest("granted_at"), number, revoked_at="2026-11-01T00:00Z"
        )
        ServiceSettingChange.objects.bulk_create(_change(stage) for _ in range(number))
        _deeds(stage, number)


def _escalated(stage: Stage, number: int, tag: str) -> None:
    """Requests that are with 21Vianet, each with its escalation and the message about it."""
    escalation = Escalation.objects.get(support_request=stage.own["escalated"])
    message = OutboundMessage.objects.get(subject_id=escalation.pk)
    reference = f"SR-2027-{int(tag, 16) % 900:03}{{:03}}"
    for request in _copies(stage.own["escalated"], number, reference=reference):
        (copy,) = _copies(escalation, 1, support_request_id=request.pk)
        _copies(message, 1, subject_id=copy.pk, order_key=request.pk, dedupe_key=str(copy.pk))


def _copies(row: Any, number: int, **values: Any) -> list[Any]:
    """So many more rows like this one; `{}` in a text becomes the copy's number."""
    model: type[models.Model] = type(row)
    fields = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    same = {name: getattr(row, name) for name in fields}
    for name in values:
        same.pop(f"{name}_id", None)
    made = [
        model(**same | {name: text.format(place) if isinstance(text, str) else text for name, text in values.items()})
        for place in range(number)
    ]
    return model._default_manager.bulk_create(made)


def _comment(stage: Stage) -> dict[str, Any]:
    request = stage.own["request"]
    return {
        "tenant_id": request.tenant_id,
        "reach_partner_id": request.reach_partner_id,
        "author_id": request.requester_id,
        "author_name": "Alice",
        "side": "customer",
        "visibility": "public",
        "text": "And?",
    }


def _change(stage: Stage) -> ServiceSettingChange:
    return ServiceSettingChange(
        tenant=stage.own["customer"],
        service="exchange",
        key="exchange.mobile_devices",
        before=True,
        after=False,
        actor_name="Alice",
    )


def _deeds(stage: Stage, number: int) -> None:
    actor = Actor.of(stage.own["lead"])
    for _number in range(number):
        book.record(actor, "tenants.user.blocked", stage.own["user"])
    # On every first page: the log asks once what the offers are called.
    book.record(actor, "subscriptions.subscription.reactivated", stage.own["seats"])
