"""The durable pipe to and from 21Vianet. Rooms use these names; how they work is told in `docs/queue.md`.

The names are loaded on first use, because Django imports this package before its models may be imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.outbox.bell import brokers_answer, ring
    from portal.outbox.contracts import Contract, Course, Delivery, Inbound, UnknownSubject
    from portal.outbox.reading import courses_of, delivery_of, oldest_due_age, oldest_unacknowledged_age, parked
    from portal.outbox.sending import cancel, enqueue, hold, let_go

__all__ = [
    "Contract",
    "Course",
    "Delivery",
    "Inbound",
    "UnknownSubject",
    "brokers_answer",
    "cancel",
    "courses_of",
    "delivery_of",
    "enqueue",
    "hold",
    "let_go",
    "oldest_due_age",
    "oldest_unacknowledged_age",
    "parked",
    "ring",
]

_HOMES = {
    "Contract": "contracts",
    "Course": "contracts",
    "Delivery": "contracts",
    "Inbound": "contracts",
    "UnknownSubject": "contracts",
    "brokers_answer": "bell",
    "cancel": "sending",
    "courses_of": "reading",
    "delivery_of": "reading",
    "enqueue": "sending",
    "hold": "sending",
    "let_go": "sending",
    "oldest_due_age": "reading",
    "oldest_unacknowledged_age": "reading",
    "parked": "reading",
    "ring": "bell",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"portal.outbox has no {name!r}")
    return getattr(import_module(f"portal.outbox.{_HOMES[name]}"), name)
