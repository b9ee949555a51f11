"""The same promises from three transports: memory always, RabbitMQ and Redis where they are."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection, Consumer

from portal.vianet.transports import TO_PORTAL, TO_VIANET, Parcel, Temporary, Transport, broker, connect
from portal.vianet.transports.amqp import AmqpTransport
from portal.vianet.transports.memory import MemoryTransport
from tests.queues import remove
from tests.threads import running
from tests.waiting import wait_until

KINDS = ["memory", pytest.param("amqp", marks=pytest.mark.rabbitmq), pytest.param("redis", marks=pytest.mark.redis)]


@pytest.fixture(params=KINDS)
def transport(request: pytest.FixtureRequest, queue_prefix: str) -> Iterator[Transport]:
    """Queues of this test alone, removed afterwards."""
    fixtures = {"amqp": "rabbitmq_url", "redis": "redis_url"}
    url = request.getfixturevalue(fixtures[request.param]) if request.param in fixtures else "memory://"
    made = connect(url, f"{queue_prefix}-{uuid4()}")
    yield made
    for queue in (TO_VIANET, TO_PORTAL):
        remove(made, queue)
    made.close()


def parcels(*names: str) -> list[Parcel]:
    return [Parcel(name, f"内容 {name}".encode(), {"webhook-id": name, "webhook-attempt": "1"}) for name in names]


def publish_all(transport: Transport, queue: str, sent: Sequence[Parcel]) -> None:
    """Publish, and what is refused for now again, as the outbox does: a quorum queue that is new has no leader yet."""
    rest, end = list(sent), time.monotonic() + 20
    while rest:
        assert time.monotonic() < end, "The broker kept refusing."
        answers = transport.publish(queue, rest)
        rest = [parcel for parcel, answer in zip(rest, answers, strict=True) if answer is not None]


def listening(transport: Transport, receiver: Callable[[Sequence[Parcel]], None]) -> AbstractContextManager[None]:
    return running(partial(transport.consume, TO_VIANET, receiver))


def test_what_is_published_arrives_whole_and_once(transport: Transport) -> None:
    names = [str(number) for number in range(150)]
    arrived: list[Parcel] = []
    with listening(transport, arrived.extend):
        publish_all(transport, TO_VIANET, parcels(*names))
        wait_until(lambda: len(arrived) >= 150)
        time.sleep(0.3)
    # Order is the outbox's to keep: what a queue refuses for now is sent again behind the others.
    assert sorted(parcel.id for parcel in arrived) == sorted(names)
    seventh = next(parcel for parcel in arrived if parcel.id == "7")
    assert seventh.body == "内容 7".encode()
    assert {"webhook-id", "webhook-attempt"} <= set(seventh.headers)


def test_what_has_no_time_left_is_not_tried(transport: Transport) -> None:
    publish_all(transport, TO_VIANET, parcels("in time"))
    taken_at_once = isinstance(transport, MemoryTransport)
    late = transport.publish(TO_VIANET, parcels("late", "later"), until=time.monotonic() - 1)
    assert late == ([None, None] if taken_at_once else [])


def test_what_was_published_before_anybody_listened_is_kept(transport: Transport) -> None:
    publish_all(transport, TO_VIANET, parcels("early"))
    arrived: list[Parcel] = []
    with listening(transport, arrived.extend):
        wait_until(lambda: arrived)


def test_a_batch_that_could_not_be_stored_is_delivered_again(transport: Transport) -> None:
    arrived: list[Parcel] = []
    refusals = iter([True])

    def receive(batch: Sequence[Parcel]) -> None:
        if next(refusals, False):
            raise Temporary("The database is away.")
        arrived.extend(batch)

    with listening(transport, receive):
        publish_all(transport, TO_VIANET, parcels("one", "two"))
        wait_until(lambda: {parcel.id for parcel in arrived} == {"one", "two"})


def test_the_two_directions_do_not_meet(transport: Transport) -> None:
    arrived: list[Parcel] = []
    publish_all(transport, TO_PORTAL, parcels("for the portal"))
    with listening(transport, arrived.extend):
        publish_all(transport, TO_VIANET, parcels("for 21Vianet"))
        wait_until(lambda: arrived)
        time.sleep(0.2)
    assert [parcel.id for parcel in arrived] == ["for 21Vianet"]


def test_an_emptied_broker_is_used_again_by_both_sides(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    # RabbitMQ 3.10 can lose a subscription while its queue comes and goes: then the consumer subscribes anew.
    monkeypatch.setattr(broker, "RENEWAL_SECONDS", 2.0)
    arrived: list[Parcel] = []

    def came_through() -> bool:
        # What a broker accepts while it is being emptied may be lost: that is why *published* is not final.
        transport.publish(TO_VIANET, parcels("after"))
        time.sleep(0.1)
        return "after" in {parcel.id for parcel in arrived}

    with listening(transport, arrived.extend):
        publish_all(transport, TO_VIANET, parcels("before"))
        wait_until(lambda: arrived, "the first message", 30)
        remove(transport, TO_VIANET)
        wait_until(came_through, "a message to come through", 30)


@pytest.mark.rabbitmq
def test_a_silent_consumer_subscribes_anew(
    rabbitmq_url: str, queue_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "RENEWAL_SECONDS", 0.3)
    subscribed: list[Consumer] = []

    def lost(consumer: Consumer) -> None:
        """The first subscription gets lost without a word, as RabbitMQ 3.10 may lose it."""
        subscribed.append(consumer)
        if len(subscribed) > 1:
            truly_subscribe(consumer)

    truly_subscribe = Consumer.consume
    monkeypatch.setattr(Consumer, "consume", lost)
    transport = connect(rabbitmq_url, f"{queue_prefix}-{uuid4()}")
    arrived: list[Parcel] = []
    with listening(transport, arrived.extend):
        publish_all(transport, TO_VIANET, parcels("late"))
        wait_until(lambda: arrived)
    assert len(subscribed) >= 2
    remove(transport, TO_VIANET)
    transport.close()


@pytest.mark.rabbitmq
def test_rabbitmq_does_not_swallow_what_no_queue_takes(rabbitmq_url: str, queue_prefix: str) -> None:
    prefix = f"{queue_prefix}-{uuid4()}"
    sender, remover = connect(rabbitmq_url, prefix), connect(rabbitmq_url, prefix)
    try:
        publish_all(sender, TO_VIANET, parcels("one"))
        remove(remover, TO_VIANET)
        (answer,) = sender.publish(TO_VIANET, parcels("two"))
        assert isinstance(answer, Temporary)
        assert "NO_ROUTE" in str(answer)
        publish_all(sender, TO_VIANET, parcels("two"))
    finally:
        remove(remover, TO_VIANET)
        sender.close()


@pytest.mark.parametrize("url", ["amqp://guest:guest@127.0.0.1:1//", "redis://127.0.0.1:1/0"])
def test_a_broker_that_is_away_is_an_answer_and_not_an_error(url: str) -> None:
    transport = connect(url, "nobody")
    started = time.monotonic()
    answers = transport.publish(TO_VIANET, parcels("one", "two"))
    assert [type(answer) for answer in answers] == [Temporary, Temporary]
    assert time.monotonic() - started < 8
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    transport.consume(TO_VIANET, lambda batch: None, stop)
    transport.close()


def test_an_address_that_names_no_transport_is_refused() -> None:
    with pytest.raises(ValueError, match="must be one of amqp, amqps, redis, rediss, memory"):
        connect("kafka://127.0.0.1", "portal")


def test_what_is_no_trouble_of_the_broker_ends_the_consumer(transport: Transport) -> None:
    def fail(_batch: Sequence[Parcel]) -> None:
        raise ValueError("a bug")

    publish_all(transport, TO_VIANET, parcels("one"))
    with pytest.raises(ValueError, match="a bug"):
        transport.consume(TO_VIANET, fail, threading.Event())


class Stopped(BaseException):
    """The worker's time is over, in the middle of something."""


@pytest.mark.rabbitmq
def test_a_publisher_that_was_interrupted_starts_with_a_new_connection(
    rabbitmq_url: str, queue_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = connect(rabbitmq_url, f"{queue_prefix}-{uuid4()}")
    assert isinstance(transport, AmqpTransport)
    publish_all(transport, TO_VIANET, parcels("one"))
    used = transport._connection
    assert used is not None
    with monkeypatch.context() as interrupted:
        interrupted.setattr(transport, "_publish_one", stop)
        with pytest.raises(Stopped):
            transport.publish(TO_VIANET, parcels("two"))
    assert transport._connection is None
    publish_all(transport, TO_VIANET, parcels("three"))
    assert transport._connection is not used
    remove(transport, TO_VIANET)
    transport.close()


def stop(*_details: object) -> None:
    raise Stopped


@pytest.mark.rabbitmq
def test_what_was_delivered_too_often_is_put_aside_and_kept(
    rabbitmq_url: str, queue_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AmqpTransport, "delivery_limit", 1)
    transport = connect(rabbitmq_url, f"{queue_prefix}-{uuid4()}")
    assert isinstance(transport, AmqpTransport)
    publish_all(transport, TO_VIANET, parcels("deadly"))

    def fail(_batch: Sequence[Parcel]) -> None:
        raise Temporary("It kills every consumer.")

    aside: list[Any] = []

    def found() -> bool:
        kept = channel.basic_get(f"{transport.prefix}.{TO_VIANET}.dead", no_ack=True)
        aside.extend([kept] if kept else [])
        return bool(aside)

    with listening(transport, fail), Connection(rabbitmq_url) as connection:
        channel = connection.channel()
        wait_until(found, "it to be put aside", 20)
    assert aside[0].body == "内容 deadly".encode()
    assert aside[0].headers["webhook-id"] == "deadly"
    remove(transport, TO_VIANET)
    transport.close()
