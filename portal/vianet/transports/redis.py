"""Redis lists through kombu. What a consumer took and never acknowledged comes back after 60 seconds.

Redis may lose what it accepted (no persistence, or `everysec`). That is safe only because *published* is not final.
"""

from typing import Any, ClassVar

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
