"""What the tests of the pipe say to 21Vianet, and what 21Vianet says back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from portal.database import transaction_as
from portal.outbox import Contract, enqueue
from portal.outbox.models import OutboundMessage
from portal.vianet import contracts
from portal.vianet.envelope import Event, headers_for
from portal.vianet.transports import Parcel

HUAXIN = UUID("11111111-1111-4111-8111-111111111111")
FANYUN = UUID("22222222-2222-4222-8222-222222222222")
LOTUS = UUID("33333333-3333-4333-8333-333333333333")


def escalation_data(escalation_id: UUID) -> dict[str, Any]:
    """Everything that 21Vianet must be told about an escalation."""
    return {
        "escalation_id": str(escalation_id),
        "request_reference": "SR-2026-000123",
        "severity": "high",
        "service": "exchange",
        "title": "邮件无法送达",
        "description": "Mail to one customer bounces since this morning.",
        "reason": "supportTools",
        "steps_tried": "Message trace, connector check.",
        "impact": "40 people",
        "customer": {"id": str(HUAXIN), "name": "华新制造", "domain": "huaxin.example"},
        "partner": {"id": str(FANYUN), "name": "帆云科技"},
        "contact": {"name": "Helen", "email": "helen@fanyun.example"},
    }


def escalation(order_key: UUID | None = None, subject_id: UUID | None = None, **changes: Any) -> Contract:
    """Huaxin's request is escalated by Fanyun."""
    subject = subject_id or uuid4()
    told: dict[str, Any] = {
        "type": contracts.ESCALATED,
        "version": 1,
        "order_key": order_key or uuid4(),
        "dedupe_key": f"escalated:{subject}",
        "tenant_id": HUAXIN,
        "reach_partner_id": FANYUN,
        "subject_id": subject,
        "data": escalation_data(subject),
    }
    return Contract(**(told | changes))


def comment(about: Contract) -> Contract:
    """Somebody adds to an escalated request."""
    comment_id = uuid4()
    return Contract(
        type=contracts.COMMENTED,
        version=1,
        order_key=about.order_key,
        dedupe_key=f"commented:{comment_id}",
        tenant_id=about.tenant_id,
        reach_partner_id=about.reach_partner_id,
        subject_id=about.subject_id,
        data={
            "escalation_id": str(about.subject_id),
            "comment_id": str(comment_id),
            "author": "partner",
            "text": "More.",
        },
    )


def commit(*told: Contract) -> list[OutboundMessage]:
    """The partner's verb: everything in one transaction."""
    with transaction_as(home=FANYUN):
        ids = [enqueue(contract) for contract in told]
    return [message(pk) for pk in ids]


def message(pk: UUID) -> OutboundMessage:
    """The row as it is now."""
    with transaction_as(system="test"):
        return OutboundMessage.objects.get(pk=pk)


def let_time_pass(*ids: UUID, seconds: float = 3600) -> None:
    """As if the messages' deadlines, or all, were so long ago."""
    moment = datetime.now(UTC) - timedelta(seconds=seconds)
    with transaction_as(system="test"):
        rows = OutboundMessage.objects.filter(pk__in=ids) if ids else OutboundMessage.objects.all()
        rows.update(due_at=moment)


def from_vianet(event_type: str, data: dict[str, Any], *, event_id: str = "", **seal: Any) -> Parcel:
    """A rightly signed message of 21Vianet; `seal` may name another key or moment."""
    subject = str(data.get("escalation_id") or data.get("message_id"))
    event = Event(
        id=event_id or str(uuid4()),
        source="/21vianet",
        type=event_type,
        subject=subject,
        time=datetime.now(UTC),
        data=data,
    )
    return signed(event.id, event.to_bytes(), **seal)


def signed(message_id: str, body: bytes, **seal: Any) -> Parcel:
    """Any body, signed as 21Vianet signs."""
    told = {"key": settings.VIANET_VERIFY_KEYS[0], "moment": datetime.now(UTC), "attempt": 1} | seal
    return Parcel(message_id, body, headers_for(message_id, body, **told))


def receipt(message_id: UUID, outcome: str = "accepted", **more: Any) -> Parcel:
    """21Vianet has, or refuses, a message."""
    return from_vianet(contracts.RECEIPT, {"message_id": str(message_id), "outcome": outcome, **more})


def acknowledged(escalation_id: UUID, operator_seq: int = 1, case_number: str = "CN20261122-000123") -> Parcel:
    """21Vianet has opened a case."""
    data = {"escalation_id": str(escalation_id), "operator_seq": operator_seq, "case_number": case_number}
    return from_vianet(contracts.ACKNOWLEDGED, data)


def answered(escalation_id: UUID, operator_seq: int = 2, text: str = "请检查连接器。") -> Parcel:
    """21Vianet writes."""
    data = {"escalation_id": str(escalation_id), "operator_seq": operator_seq, "text": text, "language": "zh-Hans"}
    return from_vianet(contracts.ANSWERED, data)


def resolved(escalation_id: UUID, operator_seq: int = 3) -> Parcel:
    """21Vianet has solved it."""
    data = {"escalation_id": str(escalation_id), "operator_seq": operator_seq, "text": "The service works again."}
    return from_vianet(contracts.RESOLVED, data)
