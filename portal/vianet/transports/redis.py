"""Redis lists through kombu. What a consumer took and never acknowledged comes back after 60 seconds.

Redis may lose what it accepted (no persistence, or `everysec`). That is safe only because *published* is not final.
"""

import base64
import json
from typing import Any, ClassVar
from uuid import uuid4

from kombu import Connection

from portal.vianet.envelope import ATTEMPT_HEADER, ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, storable
from portal.vianet.transports.broker import TIMEOUT_SECONDS, BrokerTransport


class RedisTransport(BrokerTransport):
    """`redis://host:port/db` or `rediss://`."""

    options: ClassVar[dict[str, Any]] = {
        "visibility_timeout": 60,
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "socket_keepalive": True,
        "retry_on_timeout": False,
    }

    def _options(self) -> dict[str, Any]:
        """kombu's own bookkeeping keys get the prefix too, so that two installations may share a server."""
        return {**self.options, "global_keyprefix": f"{self.prefix}:"}

    def _open_channel(self, connection: Connection, queue: str) -> Any:
        """kombu believes what it finds in a list. What it could not read would be lost, or end the consumer; so it is
        rewritten before kombu sees it.
        """
        channel = super()._open_channel(connection, queue)
        name = self._name(queue)
        channel.client.set_response_callback(
            "BRPOP", lambda found, **_options: (found[0], _readable(found[1], name)) if found else None
        )
        return channel


def _readable(item: bytes, queue: str) -> bytes:
    """The item in kombu's own form. What has another form becomes an unsigned message: its bytes are the body."""
    try:
        body, headers = _opened(item)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        body, headers = item, {}
    properties = {
        "delivery_tag": str(uuid4()),
        "delivery_info": {"exchange": "", "routing_key": queue},
        "body_encoding": "base64",
    }
    packed = base64.b64encode(body).decode()
    return json.dumps({"body": packed, "headers": headers, "properties": properties}).encode()


def _opened(item: bytes) -> tuple[bytes, dict[str, str]]:
    letter = json.loads(item)
    wanted = (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER, ATTEMPT_HEADER)
    headers = {name: storable(value) for name, value in letter["headers"].items() if name in wanted}
    body = letter["body"]
    packed = letter["properties"].get("body_encoding") == "base64"
    return base64.b64decode(body, validate=True) if packed else body.encode(), headers
