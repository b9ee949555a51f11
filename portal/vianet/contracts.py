"""The contract between the portal and 21Vianet: one JSON Schema per message type and version, in `contract/`.

Both sides check what they send and what they receive against it. A change that an old reader could misunderstand is a
new version, hence a new type and a new file.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from portal.vianet.envelope import Event, Malformed

FOLDER = Path(__file__).parent / "contract"
MACHINE = "21vianet"  # in whose name the portal does what 21Vianet's messages say

# From the portal to 21Vianet.
ESCALATED = "support.request.escalated"
COMMENTED = "support.request.commented"
WITHDRAWN = "support.request.withdrawn"
PORTAL_RECEIPT = "portal.delivery.receipt.v1"
# From 21Vianet to the portal.
RECEIPT = "vianet.delivery.receipt.v1"
ACKNOWLEDGED = "vianet.escalation.acknowledged.v1"
ANSWERED = "vianet.escalation.answered.v1"
REJECTED = "vianet.escalation.rejected.v1"
RESOLVED = "vianet.escalation.resolved.v1"


def versioned(name: str, version: int) -> str:
    """The type of a message as it stands in the envelope: `support.request.escalated.v1`."""
    return f"{name}.v{version}"


def known_types() -> list[str]:
    """Every message type of the contract, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def _validator(event_type: str) -> Draft202012Validator:
    if event_type not in known_types():
        raise Malformed(f"The contract knows no message type {event_type!r}.")
    schema: dict[str, Any] = json.loads((FOLDER / f"{event_type}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker())


def check(event: Event) -> Event:
    """The event itself, when its data obeys the schema of its type; else raises `Malformed`, which names the
    property.
    """
    errors = sorted(
        _validator(event.type).iter_errors(event.data), key=lambda error: [str(step) for step in error.path]
    )
    if errors:
        place = "/".join(str(step) for step in errors[0].path) or "data"
        raise Malformed(f"{event.type}: {place}: {errors[0].message[:300]}")
    return event
