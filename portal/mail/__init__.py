"""Letters to people: `mail.queue(...)` in a verb, sent later by a worker, in each reader's language.

The names are loaded on first use, because Django imports this package before its models may be imported.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.mail.failed import failed_count
    from portal.mail.queueing import mailbox, queue, readdress
    from portal.mail.sending import send_due

__all__ = ["failed_count", "mailbox", "queue", "readdress", "send_due"]

_HOMES = {
    "failed_count": "failed",
    "mailbox": "queueing",
    "queue": "queueing",
    "readdress": "queueing",
    "send_due": "sending",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"portal.mail has no {name!r}")
    return getattr(import_module(f"portal.mail.{_HOMES[name]}"), name)
