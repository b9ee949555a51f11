"""What is asked: requests, what was said about them, and what was handed to 21Vianet."""

from support.models.comment import Comment, Visibility
from support.models.escalation import OPEN_STATES, Escalation, EscalationState, Reason, with_21vianet
from support.models.number import RequestNumber
from support.models.request import (
    ENDED,
    NEXT_OWNER,
    SEVERITY_NAMES,
    SEVERITY_TONES,
    TONES,
    RequestKind,
    Severity,
    Side,
    Status,
    SupportRequest,
)

__all__ = [
    "ENDED",
    "NEXT_OWNER",
    "OPEN_STATES",
    "SEVERITY_NAMES",
    "SEVERITY_TONES",
    "TONES",
    "Comment",
    "Escalation",
    "EscalationState",
    "Reason",
    "RequestKind",
    "RequestNumber",
    "Severity",
    "Side",
    "Status",
    "SupportRequest",
    "Visibility",
    "with_21vianet",
]
