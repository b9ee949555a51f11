"""Emptying a queue of a test, whatever carries it."""

import queue
from contextlib import suppress

from portal.vianet.transports import Transport, memory
from portal.vianet.transports.amqp import AmqpTransport
from portal.vianet.transports.broker import BrokerTransport


def remove(transport: Transport, name: str) -> None:
    """Delete the queue, with what is in it and what was put aside; nothing happens when it does not exist."""
    if isinstance(transport, BrokerTransport):
        _delete(transport, name)
    elif isinstance(transport, memory.MemoryTransport):
        source = memory._open(f"{transport.prefix}.{name}")
        with suppress(queue.Empty):
            while True:
                source.get_nowait()


def _delete(transport: BrokerTransport, name: str) -> None:
    doomed = [transport._queue(name)]
    if isinstance(transport, AmqpTransport):
        doomed.append(transport._dead(name))
    with transport._connect() as connection:
        for one in doomed:
            one.bind(connection.channel()).delete()
    transport._forget_connection()
