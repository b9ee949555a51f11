"""The bytes on the wire and their signature."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.vianet import envelope
from portal.vianet.envelope import BadSignature, Event, Malformed, Stale, headers_for, open_sealed, parse, verify

MOMENT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
EVENT = Event(
    id="7e1a608c-617b-48cc-ad03-39bf8d346474",
    source="/21vianet",
    type="vianet.escalation.answered.v1",
    subject="a0bbb845-0c94-498c-a1ef-2cf5f740ead9",
    time=MOMENT,
    data={"text": "请检查"},
)
BODY = EVENT.to_bytes()


def sealed(key: str = "key", moment: datetime = MOMENT) -> dict[str, object]:
    return dict(headers_for(EVENT.id, BODY, key=key, moment=moment, attempt=3))


def opened(headers: dict[str, object], body: bytes = BODY, keys: tuple[str, ...] = ("key",)) -> Event:
    return open_sealed(headers, body, keys=keys, moment=MOMENT, tolerance=300)


def test_an_event_survives_its_own_bytes_and_always_gives_the_same() -> None:
    assert parse(BODY) == EVENT
    assert parse(BODY).to_bytes() == BODY
    assert "请检查".encode() in BODY


def test_the_signature_is_the_standard_webhooks_one() -> None:
    # Worked out with `openssl dgst -sha256 -hmac secret -binary | base64` over "msg_1.1700000000.{}".
    assert envelope.signature("secret", "msg_1", 1700000000, b"{}") == "v1,A5oIrJxXPB/PkULSoVu0e4khvPiqpF9vljmhkSKg0FI="


def test_a_sealed_event_opens_with_its_key() -> None:
    assert opened(sealed()) == EVENT
    assert sealed()["webhook-attempt"] == "3"


def test_while_keys_are_rotated_either_side_may_have_two() -> None:
    assert opened(sealed("new"), keys=("old", "new")) == EVENT
    both = sealed("old")
    both["webhook-signature"] = f"{sealed('new')['webhook-signature']} {both['webhook-signature']}"
    assert opened(both, keys=("old",)) == EVENT


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1,é"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "١٢"},
        {"webhook-timestamp": "9" * 40},
        {"webhook-timestamp": str(int(MOMENT.timestamp()) + 1)},
        {"webhook-id": "another"},
        {"webhook-id": ""},
    ],
)
def test_whatever_is_changed_in_the_headers_breaks_the_seal(change: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        opened(sealed() | change)


def test_another_key_or_another_body_breaks_the_seal() -> None:
    with pytest.raises(BadSignature):
        opened(sealed("guess"))
    with pytest.raises(BadSignature):
        opened(sealed(), BODY + b" ")


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_signature_is_good_for_five_minutes_either_way(minutes: int) -> None:
    with pytest.raises(Stale):
        opened(sealed(moment=MOMENT + timedelta(minutes=minutes)))
    assert opened(sealed(moment=MOMENT + timedelta(minutes=minutes / 2)))


def test_the_header_cannot_name_another_message_than_the_body() -> None:
    headers: dict[str, object] = dict(headers_for("other", BODY, key="key", moment=MOMENT, attempt=1))
    assert verify(headers, BODY, keys=["key"], moment=MOMENT, tolerance=300) == "other"
    with pytest.raises(Malformed, match="another message"):
        opened(headers)


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (b'"specversion":"1.0"', b'"specversion":"2.0"'),
        (b'"id":"7e1a608c-617b-48cc-ad03-39bf8d346474"', b'"id":7'),
        (b'"id":"7e1a608c-617b-48cc-ad03-39bf8d346474"', b'"id":"a\\u0000b"'),
        (b'"time":"2026-11-22T08:00:00.000000Z"', b'"time":"2026-11-22T08:00:00"'),
        (b'"time":"2026-11-22T08:00:00.000000Z"', b'"time":"yesterday"'),
        (b'"data":{', b'"orderseq":true,"data":{'),
        (b'"data":{', b'"orderseq":-1,"data":{'),
        (b'"data":{', b'"partitionkey":{},"data":{'),
        (b'"source":"/21vianet"', b'"source":""'),
    ],
)
def test_what_is_not_a_cloud_event_of_ours_is_malformed(found: bytes, wanted: bytes) -> None:
    assert found in BODY
    with pytest.raises(Malformed):
        parse(BODY.replace(found, wanted))


@given(st.binary(max_size=300))
def test_no_bytes_bring_the_parser_down(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse(body)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40) | st.integers() | st.none(), max_size=6))
def test_no_headers_bring_the_verification_down(headers: dict[str, object]) -> None:
    with pytest.raises(BadSignature):
        verify(headers, BODY, keys=["key"], moment=MOMENT, tolerance=300)
