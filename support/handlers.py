"""What 21Vianet's messages do here. The inbox has verified, checked and ordered them; each verb asks as the machine
`21vianet`.
"""

from portal.outbox import Inbound, UnknownSubject, handlers
from portal.vianet import contracts
from support import actions
from support.models import Escalation
from tenants.actor import Actor

MACHINE = Actor.system(contracts.MACHINE)


def register() -> None:
    """Called once, from `apps.py`."""
    handlers.register(contracts.ACKNOWLEDGED, acknowledged)
    handlers.register(contracts.ANSWERED, answered)
    handlers.register(contracts.REJECTED, rejected)
    handlers.register(contracts.RESOLVED, resolved)


def acknowledged(message: Inbound) -> None:
    """A case was opened."""
    actions.acknowledge_escalation(
        _escalation(message),
        actor=MACHINE,
        case_number=message.data["case_number"],
        operator_seq=message.operator_seq,
    )


def answered(message: Inbound) -> None:
    """21Vianet wrote."""
    actions.answer_escalation(
        _escalation(message), actor=MACHINE, text=message.data["text"], operator_seq=message.operator_seq
    )


def rejected(message: Inbound) -> None:
    """21Vianet sent it back."""
    actions.reject_escalation(
        _escalation(message), actor=MACHINE, text=message.data["text"], operator_seq=message.operator_seq
    )


def resolved(message: Inbound) -> None:
    """21Vianet has solved it."""
    actions.resolve_escalation(
        _escalation(message), actor=MACHINE, text=message.data["text"], operator_seq=message.operator_seq
    )


def _escalation(message: Inbound) -> Escalation:
    found = Escalation.objects.for_system("21Vianet names it").filter(pk=message.subject_id).first()
    if found is None:
        raise UnknownSubject(f"The portal knows no escalation {message.subject_id}.")
    return found
