"""RabbitMQ: publisher confirms, unroutable messages returned as errors, persistent messages in quorum queues."""

from typing import Any, ClassVar

from amqp.exceptions import MessageNacked
from kombu import Connection, Producer, Queue
from kombu.transport.pyamqp import Message

from portal.vianet.transports.base import Parcel, Temporary
from portal.vianet.transports.broker import TIMEOUT_SECONDS, BrokerTransport


class PlainMessage(Message):
    """Never unpacked: 21Vianet compresses nothing, and a few bytes may unpack to gigabytes or to an error."""

    def __init__(self, msg: Any, channel: Any = None, **more: Any) -> None:
        (msg.properties.get("application_headers") or {}).pop("compression", None)
        super().__init__(msg, channel, **more)  # type: ignore[no-untyped-call]  # kombu has no types


class AmqpTransport(BrokerTransport):
    """`amqp://user:password@host:port/vhost` or `amqps://`."""

    options: ClassVar[dict[str, Any]] = {
        "confirm_publish": True,
        "read_timeout": TIMEOUT_SECONDS * 2,
        "write_timeout": TIMEOUT_SECONDS,
    }
    publish_options: ClassVar[dict[str, Any]] = {
        # Without `mandatory` the broker confirms a message that no queue takes, and drops it.
        "mandatory": True,
        "delivery_mode": 2,
        "timeout": TIMEOUT_SECONDS,
        "confirm_timeout": TIMEOUT_SECONDS,
    }
    delivery_limit = 1000
    consumer_heartbeat = 10

    def __init__(self, url: str, prefix: str) -> None:
        super().__init__(url, prefix)
        self._returned: list[str] = []

    def _queue(self, queue: str) -> Queue:
        """A full queue refuses new messages rather than dropping old ones. The delivery limit only stops a message
        that kills every consumer before it can be stored; it is kept in a queue of its own, for a person.
        """
        arguments = {
            "x-queue-type": "quorum",
            "x-overflow": "reject-publish",
            "x-delivery-limit": self.delivery_limit,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": self._dead(queue).name,
            "x-dead-letter-strategy": "at-least-once",
        }
        return Queue(self._name(queue), durable=True, queue_arguments=arguments)

    def _dead(self, queue: str) -> Queue:
        arguments = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
        return Queue(f"{self._name(queue)}.dead", durable=True, queue_arguments=arguments)

    def _declare(self, channel: Any, queue: str) -> None:
        self._dead(queue).bind(channel).declare()
        super()._declare(channel, queue)

    def _open_channel(self, connection: Connection, queue: str) -> Any:
        channel = super()._open_channel(connection, queue)
        channel.Message = PlainMessage
        return channel

    def _make_producer(self, connection: Connection) -> Producer:
        return Producer(connection.channel(), auto_declare=False, on_return=self._on_return)

    def _on_return(self, error: Exception, *_details: Any) -> None:
        self._returned.append(str(error))

    def _publish_one(self, producer: Producer, queue: str, parcel: Parcel) -> Temporary | None:
        """The broker returns an unroutable message before it confirms it, so the answer is known here."""
        self._returned.clear()
        try:
            super()._publish_one(producer, queue, parcel)
        except MessageNacked:
            return Temporary("The broker refused the message: its queue is full or has no leader.")
        if self._returned:
            raise OSError(f"No queue took the message: {self._returned[0]}")
        return None
