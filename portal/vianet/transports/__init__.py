"""The ways to 21Vianet's queue, chosen by the address: `amqp://`, `redis://` or `memory://`."""

from portal.vianet.transports.amqp import AmqpTransport
from portal.vianet.transports.base import TO_PORTAL, TO_VIANET, Parcel, Receiver, Temporary, Transport
from portal.vianet.transports.memory import MemoryTransport
from portal.vianet.transports.redis import RedisTransport

__all__ = ["TO_PORTAL", "TO_VIANET", "Parcel", "Receiver", "Temporary", "Transport", "connect"]

_BY_SCHEME: dict[str, type[AmqpTransport | MemoryTransport | RedisTransport]] = {
    "amqp": AmqpTransport,
    "amqps": AmqpTransport,
    "redis": RedisTransport,
    "rediss": RedisTransport,
    "memory": MemoryTransport,
}


def connect(url: str, prefix: str) -> Transport:
    """The transport for an address; the queues are `<prefix>.to-vianet` and `<prefix>.to-portal`. Connects on first
    use.
    """
    scheme = url.partition(":")[0]
    if scheme not in _BY_SCHEME:
        raise ValueError(f"The queue's address starts with {scheme!r}; it must be one of {', '.join(_BY_SCHEME)}.")
    return _BY_SCHEME[scheme](url, prefix)
