"""Who handles which message of 21Vianet. Filled by higher rooms in their `apps.py`."""

from collections.abc import Callable

from portal.outbox.contracts import Inbound

Handler = Callable[[Inbound], None]
_handlers: dict[str, Handler] = {}


def register(event_type: str, function: Handler) -> None:
    """Let `function(message)` handle every message of `event_type` (with its version:
    `vianet.escalation.acknowledged.v1`).

    It runs once per message, inside `transaction_as(system="21vianet")`, together with the row that says so: if it
    returns, its effects and "applied" commit together. A `PortalError` refuses the message for good, `UnknownSubject`
    parks it, any other error is tried again with growing pauses. Raises `LookupError` when another function already
    handles the type.
    """
    if _handlers.get(event_type, function) is not function:
        raise LookupError(f"{event_type} already has a handler.")
    _handlers[event_type] = function


def find(event_type: str) -> Handler | None:
    """The handler of a type, None when nobody handles it."""
    return _handlers.get(event_type)
