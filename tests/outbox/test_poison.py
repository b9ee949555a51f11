"""Whatever lies in the queue, the good message behind it is applied, and the bad one is kept."""

import json

import pytest
from django.conf import LazySettings
from kombu import Connection, Producer
from redis import Redis

from portal.outbox import wire
from portal.outbox.consumer import consume_replies, take
from portal.outbox.contracts import Inbound
from portal.outbox.models import InboundMessage, Outcome
from portal.vianet.transports import TO_PORTAL, Parcel
from tests.outbox.conftest import arrived
from tests.outbox.messages import acknowledged, commit, escalation
from tests.queues import remove
from tests.threads import running
from tests.waiting import wait_until

LETTER = {
    "body": "Pw==",
    "headers": {},
    "properties": {
        "body_encoding": "base64",
        "delivery_tag": "1",
        "delivery_info": {"exchange": "", "routing_key": "x"},
    },
}
PROPERTIES = LETTER["properties"]
GARBAGE = [
    b"",
    b"not JSON",
    b"\xff\xfe",
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"{}",
    b"[" * 100_000,
    *(
        json.dumps(LETTER | change).encode()
        for change in (
            {"body": {"an": "object"}},
            {"body": -1},
            {"body": 10**15},
            {"body": [1, 2]},
            {"body": None},
            {"body": "not Base64"},
            {"body": {"__type__": "uuid", "__value__": 1}},
            {"headers": []},
            {"headers": "text"},
            {"headers": None},
            {"properties": None},
            {"properties": {"body_encoding": 5}},
            {"properties": {"body_encoding": "rot13"}},
        )
    ),
]
# Readable letters whose headers are poison; all have the same body, `?`.
POISONED_HEADERS = [
    {"webhook-id": "\ud800", "webhook-timestamp": "1", "webhook-signature": "v1,\ud800"},
    {"webhook-id": ["x"], "webhook-timestamp": {"a": 1}, "webhook-signature": -1},
    {"compression": "zlib"},
    {"compression": ["x"]},
]


def tell(settings: LazySettings, url: str) -> Parcel:
    """Escalate over this broker; 21Vianet's answer to it."""
    settings.VIANET_QUEUE_URL = url
    wire.transport.cache_clear()
    about = escalation()
    commit(about)
    return acknowledged(about.subject_id)


def applied(parcel: Parcel) -> None:
    wait_until(lambda: InboundMessage.objects.filter(pk=parcel.id, outcome=Outcome.APPLIED).exists())


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_on_redis_no_garbage_stops_a_good_message(redis_url: str, settings: LazySettings) -> None:
    good = tell(settings, redis_url)
    prefix = settings.VIANET_QUEUE_PREFIX
    items = [*GARBAGE, *(json.dumps(LETTER | {"headers": headers}).encode() for headers in POISONED_HEADERS)]
    queue = f"{prefix}:{prefix}.{TO_PORTAL}"
    with Redis.from_url(redis_url) as server:
        for item in items:
            server.lpush(queue, item)
        wire.transport().publish(TO_PORTAL, [good])
        with running(consume_replies):
            applied(good)
        assert server.llen(queue) == server.hlen(f"{prefix}:unacked") == 0
    kept = InboundMessage.objects.filter(outcome=Outcome.UNSIGNED)
    assert sum(kept.values_list("seen", flat=True)) == len(items)
    assert {bytes(row.body) for row in kept} >= {b"not JSON", b"[]", b"?"}
    assert InboundMessage.objects.count() == kept.count() + 1


@pytest.mark.rabbitmq
@pytest.mark.django_db(transaction=True)
def test_on_rabbitmq_no_header_stops_a_good_message(rabbitmq_url: str, settings: LazySettings) -> None:
    good = tell(settings, rabbitmq_url)
    wait_until(lambda: wire.transport().publish(TO_PORTAL, [good]) == [None])
    with Connection(rabbitmq_url) as connection:
        producer = Producer(connection.channel())
        for headers in POISONED_HEADERS:
            queue = f"{settings.VIANET_QUEUE_PREFIX}.{TO_PORTAL}"
            producer.publish(b"?", routing_key=queue, headers=headers, content_encoding="binary")
        with running(consume_replies):
            applied(good)
            wait_until(lambda: InboundMessage.objects.filter(outcome=Outcome.UNSIGNED, seen=4).exists())
    remove(wire.transport(), TO_PORTAL)


@pytest.mark.django_db
def test_a_rightly_signed_message_with_a_nul_in_its_header_is_applied(heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    parcel = acknowledged(about.subject_id)
    signature = f"{parcel.headers['webhook-signature']} \0"
    take([Parcel(parcel.id, parcel.body, {**parcel.headers, "webhook-signature": signature})])
    assert [told.subject_id for told in heard] == [about.subject_id]
    assert InboundMessage.objects.get().signature == signature.replace("\0", "")


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", ["\ud800", "\0", "\udfff\0", ["a list"], b"bytes", None, 10**400])
def test_a_header_that_is_no_text_makes_a_message_unsigned(header: str, value: object, heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    parcel, good = acknowledged(about.subject_id), acknowledged(about.subject_id)
    take([Parcel(parcel.id, parcel.body, {**parcel.headers, header: value}), good])
    assert (len(heard), InboundMessage.objects.get(pk=good.id).outcome) == (1, Outcome.APPLIED)
    assert InboundMessage.objects.exclude(pk=good.id).get().outcome == Outcome.UNSIGNED


class Hostile(dict[str, object]):
    """Headers of which nobody has thought."""

    def get(self, *_key: object) -> object:
        raise ZeroDivisionError("Nobody has thought of this. \ud800\0")


@pytest.mark.django_db
def test_a_message_that_cannot_be_examined_is_kept_and_stops_no_other(heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    good = acknowledged(about.subject_id)
    take([Parcel("x", b"poison", Hostile()), good])
    assert [told.subject_id for told in heard] == [about.subject_id]
    kept = InboundMessage.objects.get(outcome=Outcome.UNSIGNED)
    assert (bytes(kept.body), kept.seen) == (b"poison", 1)
    assert kept.reason.startswith("It could not be examined: ZeroDivisionError(")
    assert len(arrived()) == 1
