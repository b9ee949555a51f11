"""What is asked: requests, what was said about them, and what was handed to 21Vianet."""

from support.models.comment import Comment, Milestone, Visibility
from support.models.escalation import Escalation, EscalationState, Reason, with_21vianet
from support.models.number import RequestNumber
from support.models.request import (
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
    "NEXT_OWNER",
    "SEVERITY_NAMES",
    "SEVERITY_TONES",
    "TONES",
    "Comment",
    "Escalation",
    "EscalationState",
    "Milestone",
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
