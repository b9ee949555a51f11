"""What can be done about a request. Each verb asks, locks, rules, saves, tells, records; every door calls these."""

from support.actions.answering import (
    acknowledge_escalation,
    answer_escalation,
    reject_escalation,
    resolve_escalation,
)
from support.actions.ending import close, reopen, resolve
from support.actions.escalating import escalate_request, withdraw_escalation
from support.actions.raising import raise_request
from support.actions.talking import comment

__all__ = [
    "acknowledge_escalation",
    "answer_escalation",
    "close",
    "comment",
    "escalate_request",
    "raise_request",
    "reject_escalation",
    "reopen",
    "resolve",
    "resolve_escalation",
    "withdraw_escalation",
]
