"""The bytes on the wire: CloudEvents 1.0 in JSON, made once and never changed, and the signature that travels beside
them.

The signature scheme is that of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`. What differs between two
attempts to deliver the same message (attempt number, time, signature) is in the headers, so the body can be stored,
hashed and resent.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/cloudevents+json"
# Longer bodies are refused by both sides; the longest texts of the contract stay below it, whatever their characters:
# JSON writes the worst of them in six bytes.
MAX_BODY_BYTES = 131_072
SCHEME = "v1"
ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
ATTEMPT_HEADER = "webhook-attempt"


class EnvelopeError(Exception):
    """A message that must not be applied; the text says why."""


class Malformed(EnvelopeError):
    """Not a CloudEvent of the contract."""


class BadSignature(EnvelopeError):
    """Unsigned, or signed with a key that is not ours."""


class Stale(EnvelopeError):
    """Rightly signed, but at a time too far from now: a replay, a wrong clock, or a message that lay in a queue."""


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudEvent. `type` ends in its version; `order_key` and `order_seq` say which messages follow each other
    strictly.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: Mapping[str, Any]
    order_key: str = ""
    order_seq: int = 0

    def to_bytes(self) -> bytes:
        """The body. The same event always gives the same bytes."""
        document: dict[str, Any] = {
            "specversion": SPEC_VERSION,
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": self.data,
        }
        if self.order_key:
            document["partitionkey"] = self.order_key
            document["orderseq"] = self.order_seq
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def parse(body: bytes) -> Event:
    """The event in `body`; raises `Malformed`. The data is not yet checked against its schema (`contracts.check`)."""
    if len(body) > MAX_BODY_BYTES:
        raise Malformed(f"The body has {len(body)} bytes; at most {MAX_BODY_BYTES} are allowed.")
    try:
        document = json.loads(body)
        # A lone surrogate is JSON, but no text that could be stored.
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Malformed("The body is not JSON in UTF-8.") from error
    if not isinstance(document, dict) or document.get("specversion") != SPEC_VERSION:
        raise Malformed("The body is not a CloudEvent 1.0.")
    texts = {name: document.get(name) for name in ("id", "source", "type", "subject")}
    for name, text in texts.items():
        if not isinstance(text, str) or not 0 < len(text) <= 255 or not text.isprintable():
            raise Malformed(f"The attribute {name} is missing or not a printable text of at most 255 characters.")
    if not isinstance(document.get("data"), dict):
        raise Malformed("The attribute data is not an object.")
    return Event(
        id=document["id"],
        source=document["source"],
        type=document["type"],
        subject=document["subject"],
        time=_moment(document.get("time")),
        data=document["data"],
        order_key=_order_key(document.get("partitionkey", "")),
        order_seq=_order_seq(document.get("orderseq", 0)),
    )


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Malformed("The attribute time is not a moment with its zone.")
    return moment


def _order_key(key: object) -> str:
    if not isinstance(key, str) or len(key) > 255:
        raise Malformed("The attribute partitionkey is not a text of at most 255 characters.")
    return key


def _order_seq(number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**31:
        raise Malformed("The attribute orderseq is not a number from 0 to 2147483647.")
    return number


def fingerprint(body: bytes) -> str:
    """SHA-256 of the body, 64 hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def signature(key: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the Base64 HMAC-SHA256 of `id.timestamp.body`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key.encode(), signed, hashlib.sha256).digest()
    return f"{SCHEME},{base64.b64encode(digest).decode()}"


def headers_for(message_id: str, body: bytes, *, key: str, moment: datetime, attempt: int) -> dict[str, str]:
    """What travels beside the body in one attempt, at `moment`."""
    timestamp = int(moment.timestamp())
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: signature(key, message_id, timestamp, body),
        ATTEMPT_HEADER: str(attempt),
    }


def storable(value: object) -> str:
    """What a header may hold, as text that every database takes: no NUL, no half of a character."""
    return str(value).encode(errors="replace").decode().replace("\0", "")


def verify(
    headers: Mapping[str, object], body: bytes, *, keys: Sequence[str], moment: datetime, tolerance: float
) -> str:
    """The message id that the headers name and one of `keys` signed; raises `BadSignature` or `Stale`.

    While keys are being rotated the sender may put several signatures into the header, separated by spaces, and the
    receiver may accept several keys. Comparisons take the same time whatever they find.
    """
    message_id, stamp, offered = (
        storable(headers.get(name, "")) for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
    )
    if not message_id or not offered.strip():
        raise BadSignature("The message is not signed.")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        raise BadSignature("The timestamp of the signature is not a number of seconds.")
    expected = [signature(key, message_id, int(stamp), body).encode() for key in keys]
    matches = [hmac.compare_digest(one, other.encode()) for one in expected for other in offered.split()[:8]]
    if not any(matches):
        raise BadSignature("No accepted key made this signature.")
    if abs(moment.timestamp() - int(stamp)) > tolerance:
        raise Stale(f"The message was signed at {stamp}, more than {tolerance:.0f} seconds from now.")
    return message_id


def open_sealed(
    headers: Mapping[str, object], body: bytes, *, keys: Sequence[str], moment: datetime, tolerance: float
) -> Event:
    """The event of a message whose signature holds and whose header names the same id as its body."""
    message_id = verify(headers, body, keys=keys, moment=moment, tolerance=tolerance)
    event = parse(body)
    if event.id != message_id:
        raise Malformed("The header names another message than the body.")
    return event
