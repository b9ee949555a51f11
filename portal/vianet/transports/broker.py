"""What RabbitMQ and Redis have in common: kombu, and what is done when the broker goes away."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from math import inf
from threading import Event, Lock
from time import monotonic
from typing import Any, ClassVar

import structlog
from kombu import Connection, Consumer, Message, Producer, Queue
from kombu.exceptions import KombuError

from portal.vianet.envelope import CONTENT_TYPE, ID_HEADER, storable
from portal.vianet.transports.base import BATCH, PATIENCE_SECONDS, Parcel, Receiver, Temporary

log = structlog.get_logger(__name__)
# An idle publisher sends no heartbeats: a connection that nobody used for so long is opened anew.
IDLE_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 5.0
# A consumer that heard nothing for so long subscribes anew. RabbitMQ 3.10 can lose a subscription without a word when
# a quorum queue is deleted and declared again within moments.
RENEWAL_SECONDS = 60.0
TIMEOUT_SECONDS = 5.0


class BrokerTransport:
    """One connection to publish (guarded by a lock) and one for each `consume`."""

    options: ClassVar[dict[str, Any]] = {}
    publish_options: ClassVar[dict[str, Any]] = {}
    consumer_heartbeat = 0

    def __init__(self, url: str, prefix: str) -> None:
        self.url = url
        self.prefix = prefix
        self._publishing = Lock()
        self._connection: Connection | None = None
        self._producer: Producer | None = None
        self._declared: set[str] = set()
        self._used = 0.0

    # --- publishing

    def publish(self, queue: str, parcels: Sequence[Parcel], until: float = inf) -> list[Temporary | None]:
        """As the protocol says; after a lost connection the rest of the batch is not tried, but answered."""
        answers: list[Temporary | None] = []
        with self._publishing:
            try:
                producer = self._open_producer(queue)
                for parcel in parcels:
                    if monotonic() >= until:
                        break
                    answers.append(self._publish_one(producer, queue, parcel))
                self._used = monotonic()
            except self._troubles() as error:
                self._forget_connection()
                answers += [Temporary(f"{type(error).__name__}: {error}")] * (len(parcels) - len(answers))
            except BaseException:
                # Stopped in the middle of a confirmation: the next answer on this channel would be taken for another's.
                self._forget_connection()
                raise
        return answers

    def _publish_one(self, producer: Producer, queue: str, parcel: Parcel) -> Temporary | None:
        producer.publish(
            parcel.body,
            exchange="",
            routing_key=self._name(queue),
            content_type=CONTENT_TYPE,
            content_encoding="binary",
            headers=dict(parcel.headers),
            **self.publish_options,
        )
        return None

    def _open_producer(self, queue: str) -> Producer:
        if self._producer is None or monotonic() - self._used > IDLE_SECONDS:
            self._forget_connection()
            self._connection = self._connect()
            self._producer = self._make_producer(self._connection)
        if queue not in self._declared:
            self._declare(self._producer.channel, queue)
            self._declared.add(queue)
        return self._producer

    def _make_producer(self, connection: Connection) -> Producer:
        return Producer(connection.channel(), auto_declare=False)

    def _forget_connection(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        self._declared.clear()
        if connection is not None:
            with suppress(*self._troubles()):
                connection.release()

    # --- consuming

    def consume(self, queue: str, receiver: Receiver, stop: Event) -> None:
        """Hand batches to `receiver`; after any trouble with the broker, or `Temporary`, connect again with growing
        pauses. What else `receiver` raises is its own bug and ends the consumer.
        """
        pause = PATIENCE_SECONDS
        while not stop.is_set():
            try:
                with self._consumer(queue) as (connection, waiting):
                    heard = monotonic()
                    while not stop.is_set() and monotonic() - heard < RENEWAL_SECONDS:
                        if self._handle_batch(connection, waiting, receiver):
                            heard = monotonic()
                        pause = PATIENCE_SECONDS
            except Temporary as error:
                log.warning("broker_consumer_interrupted", queue=self._name(queue), error=str(error))
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    @contextmanager
    def _consumer(self, queue: str) -> Iterator[tuple[Connection, list[Message]]]:
        with _as_temporary():
            connection = self._connect(heartbeat=self.consumer_heartbeat)
        waiting: list[Message] = []
        try:
            with _as_temporary():
                channel = self._open_channel(connection, queue)
                channel.basic_qos(0, BATCH, False)
                self._declare(channel, queue)
                Consumer(
                    channel, queues=[self._queue(queue)], on_message=waiting.append, accept=None, auto_declare=False
                ).consume()
            # Closing gives back what was not acknowledged, and what Redis had already handed to the last BRPOP: a
            # consumer that is cancelled first would leave that one lying for a minute.
            yield connection, waiting
        finally:
            with suppress(*self._troubles()):
                connection.release()

    def _open_channel(self, connection: Connection, queue: str) -> Any:
        """A channel whose messages can be read, whatever somebody has put into the queue."""
        return connection.channel()

    def _handle_batch(self, connection: Connection, waiting: list[Message], receiver: Receiver) -> bool:
        """True when there was something."""
        with _as_temporary():
            self._gather(connection, waiting)
            if connection.supports_heartbeats and self.consumer_heartbeat:
                connection.heartbeat_check()
        if not waiting:
            return False
        receiver([_parcel(message) for message in waiting])
        with _as_temporary():
            for message in waiting:
                message.ack()
        waiting.clear()
        return True

    @staticmethod
    def _gather(connection: Connection, waiting: list[Message]) -> None:
        """Wait for one message, then take what is there already."""
        patience = PATIENCE_SECONDS
        with suppress(socket.timeout):
            while len(waiting) < BATCH:
                connection.drain_events(timeout=patience)
                patience = 0.005

    # --- both

    def close(self) -> None:
        """Close the publisher's connection; `consume` closes its own."""
        with self._publishing:
            self._forget_connection()

    def _name(self, queue: str) -> str:
        return f"{self.prefix}.{queue}"

    def _queue(self, queue: str) -> Queue:
        return Queue(self._name(queue), durable=True)

    def _declare(self, channel: Any, queue: str) -> None:
        self._queue(queue).bind(channel).declare()

    def _connect(self, heartbeat: int = 0) -> Connection:
        connection = Connection(
            self.url, connect_timeout=TIMEOUT_SECONDS, heartbeat=heartbeat, transport_options=self._options()
        )
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=TIMEOUT_SECONDS)
        return connection

    def _options(self) -> dict[str, Any]:
        return dict(self.options)

    def _troubles(self) -> tuple[type[Exception], ...]:
        """What a broken or emptied broker raises, or a message that its client cannot encode."""
        connection = Connection(self.url)
        errors: tuple[type[Exception], ...] = connection.connection_errors + connection.channel_errors
        return (*errors, KombuError, OSError, ValueError, KeyError, TypeError)


def _parcel(message: Message) -> Parcel:
    body = message.body if isinstance(message.body, bytes) else str(message.body or "").encode(errors="replace")
    headers = {str(name): storable(value) for name, value in message.headers.items()}
    return Parcel(headers.get(ID_HEADER, ""), body, headers)


@contextmanager
def _as_temporary() -> Iterator[None]:
    """kombu decodes what it reads, and raises whatever it stumbles over: none of it may end the consumer."""
    try:
        yield
    except Exception as error:
        raise Temporary(f"{type(error).__name__}: {error}") from error
