"""Plays 21Vianet: receives, stores, receipts, opens cases and answers, well behaved or badly, as its knobs say.

It knows the contract and nothing of the portal. Run it as `python -m portal.vianet.simulator`, as `manage.py
simulate_vianet`, or as `Simulator(...).run(stop)` in a thread.
"""

import argparse
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from random import Random
from threading import Event as Signal
from typing import Any
from uuid import uuid4

from portal.vianet import contracts
from portal.vianet.desk import Desk, OutOfOrder
from portal.vianet.envelope import (
    ATTEMPT_HEADER,
    BadSignature,
    Event,
    Malformed,
    Stale,
    headers_for,
    open_sealed,
    storable,
)
from portal.vianet.stopping import stop_on_signals
from portal.vianet.transports import TO_PORTAL, TO_VIANET, Parcel, Transport, connect

SOURCE = "/21vianet"


@dataclass(slots=True)
class Knobs:
    """How 21Vianet behaves. Rates run from 0 (never) to 1 (always). May be changed while the simulator runs."""

    latency: float = 0.3  # seconds before a case number is sent
    answer_after: float = -1.0  # seconds before an answer is sent; negative: never
    resolve_after: float = -1.0  # seconds before a resolution is sent; negative: never
    refuse: float = 0.0  # rate of messages refused, to be tried again
    refuse_for_good: float = 0.0  # rate of messages refused for good
    reject: float = 0.0  # rate of escalations sent back as inappropriate
    duplicate: float = 0.0  # rate of messages sent twice
    disorder: float = 0.0  # rate of batches sent back to front
    silence: float = 0.0  # rate of messages that are lost without a trace
    bad_signature: float = 0.0  # rate of messages signed with a wrong key
    patience: float = 30.0  # seconds before an unconfirmed message is sent again, doubled each time
    seed: int = 21


class Simulator:
    """One 21Vianet. `verify_keys` are the portal's, `signing_key` is its own."""

    def __init__(
        self,
        transport: Transport,
        database: str,
        *,
        verify_keys: Sequence[str],
        signing_key: str,
        knobs: Knobs | None = None,
        tolerance: float = 300.0,
    ) -> None:
        self.transport = transport
        self.desk = Desk(database)
        self.verify_keys = verify_keys
        self.signing_key = signing_key
        self.knobs = knobs or Knobs()
        self.tolerance = tolerance
        self._random = Random(self.knobs.seed)  # noqa: S311 - a repeatable story, not a secret
        self._something_to_say = Signal()

    def run(self, stop: Signal) -> None:
        """Work until `stop` is set. When listening or speaking fails, both end, and the failure is raised here."""
        over = Signal()
        with closing(self.desk), closing(self.transport), ThreadPoolExecutor(2, "vianet") as threads:
            halves = [threads.submit(work, over) for work in (self._listen, self._speak)]
            try:
                while not stop.wait(0.1) and not any(half.done() for half in halves):
                    pass
            finally:
                over.set()
        for half in halves:
            half.result()

    # --- listening

    def _listen(self, over: Signal) -> None:
        self.transport.consume(TO_VIANET, self.take, over)

    def take(self, parcels: Sequence[Parcel]) -> None:
        """One batch: written in one transaction, receipted after its commit, then acknowledged to the broker."""
        with self.desk.transaction():
            answers = [self._receive(parcel) for parcel in parcels]
        self._send([receipt for receipt in answers if receipt])
        self._something_to_say.set()

    def _receive(self, parcel: Parcel) -> Event | None:
        """The receipt for one message, None when there is none to give."""
        try:
            event = contracts.check(
                open_sealed(
                    parcel.headers,
                    parcel.body,
                    keys=self.verify_keys,
                    moment=datetime.now(UTC),
                    tolerance=self.tolerance,
                )
            )
        except BadSignature:
            # A receipt for a forged message would let the forger park the rightful one.
            self.desk.count_dropped("bad signature")
            return None
        except (Stale, Malformed) as error:
            return self._refuse_unread(parcel, error)
        if event.type == contracts.PORTAL_RECEIPT:
            self.desk.confirm(event.data["message_id"])
            return None
        return self._accept(event, parcel)

    def _refuse_unread(self, parcel: Parcel, error: Stale | Malformed) -> Event | None:
        """None for an id that no message has: the portal's receipts have ids of their own and are never answered."""
        try:
            return _refusal(parcel, retryable=isinstance(error, Stale), reason=str(error))
        except Malformed:
            self.desk.count_dropped("not to be refused")
            return None

    def _accept(self, event: Event, parcel: Parcel) -> Event | None:
        if self._happens(self.knobs.silence):
            self.desk.count_dropped("silence")
            return None
        if self._happens(self.knobs.refuse_for_good):
            return _refusal(parcel, retryable=False, reason="The simulator was told to refuse.")
        if self._happens(self.knobs.refuse):
            return _refusal(parcel, retryable=True, reason="The simulator was told to refuse for now.")
        try:
            if self.desk.note_arrival(event):
                self._apply(event)
        except OutOfOrder as error:
            return _refusal(parcel, retryable=False, reason=str(error))
        # A duplicate is receipted again: a lost receipt would never be repaired otherwise.
        return _receipt(event.id, self.desk.case_number(event.data["escalation_id"]))

    def _apply(self, event: Event) -> None:
        if event.type != contracts.versioned(contracts.ESCALATED, 1):
            return
        escalation_id = event.data["escalation_id"]
        case_number = self.desk.open_case(escalation_id)
        if self._happens(self.knobs.reject):
            self._plan(
                contracts.REJECTED,
                event,
                self.knobs.latency,
                reason="inappropriate",
                text="The partner's training and documentation cover this problem.",
            )
            return
        self._plan(contracts.ACKNOWLEDGED, event, self.knobs.latency, case_number=case_number)
        if self.knobs.answer_after >= 0:
            # An answer makes it the partner's turn, so it asks for something.
            text = f"Since when, and how many people does it concern? 问题何时开始？影响多少人？({case_number})"
            self._plan(contracts.ANSWERED, event, self.knobs.answer_after, text=text, language="zh-Hans")
        if self.knobs.resolve_after >= 0:
            self._plan(contracts.RESOLVED, event, self.knobs.resolve_after, text="The service works again.")

    def _plan(self, event_type: str, about: Event, delay: float, **data: Any) -> None:
        escalation_id = about.data["escalation_id"]
        place = {"escalation_id": escalation_id, "operator_seq": self.desk.next_seq(escalation_id)}
        event = _event(event_type, str(uuid4()), escalation_id, {**place, "in_reply_to": about.id, **data})
        self.desk.plan_reply(event, delay)

    # --- speaking

    def _speak(self, over: Signal) -> None:
        while not over.is_set():
            replies = self.desk.due_replies(self.knobs.patience)
            self._send_bodies((reply.id, reply.body, reply.attempts + 1) for reply in replies)
            if not replies:
                self._something_to_say.wait(0.1)
                self._something_to_say.clear()

    def _send(self, events: Iterable[Event]) -> None:
        self._send_bodies((event.id, contracts.check(event).to_bytes(), 1) for event in events)

    def _send_bodies(self, messages: Iterable[tuple[str, bytes, int]]) -> None:
        """Sign and publish. A failure needs no care: what is not confirmed is said again."""
        parcels = []
        for message_id, body, attempt in messages:
            parcels += [self._seal(message_id, body, attempt)] * (2 if self._happens(self.knobs.duplicate) else 1)
        if parcels and self._happens(self.knobs.disorder):
            parcels.reverse()
        if parcels:
            self.transport.publish(TO_PORTAL, parcels)

    def _seal(self, message_id: str, body: bytes, attempt: int) -> Parcel:
        key = "a key that nobody accepts" if self._happens(self.knobs.bad_signature) else self.signing_key
        headers = headers_for(message_id, body, key=key, moment=datetime.now(UTC), attempt=attempt)
        return Parcel(message_id, body, headers)

    def _happens(self, rate: float) -> bool:
        return rate > 0 and self._random.random() < rate


def _event(event_type: str, event_id: str, subject: str, data: dict[str, Any]) -> Event:
    event = Event(id=event_id, source=SOURCE, type=event_type, subject=subject, time=datetime.now(UTC), data=data)
    return contracts.check(event)


def _receipt(message_id: str, operator_ref: str) -> Event:
    data = {"message_id": message_id, "outcome": "accepted", "operator_ref": operator_ref or "no case"}
    return _event(contracts.RECEIPT, f"accepted:{message_id}", message_id, data)


def _refusal(parcel: Parcel, *, retryable: bool, reason: str) -> Event:
    """Every refusal is an event of its own: the same message may be refused several times, and says which copy of it
    was.
    """
    data = {"message_id": parcel.id, "outcome": "refused", "retryable": retryable, "reason": reason[:1000]}
    attempt = storable(parcel.headers.get(ATTEMPT_HEADER, ""))
    if attempt.isascii() and attempt.isdecimal() and 0 < int(attempt) < 2**31:
        data["attempt"] = int(attempt)
    return _event(contracts.RECEIPT, f"refused:{uuid4()}", parcel.id, data)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file and every knob, for both command lines."""
    parser.add_argument("--database", default="vianet-simulator.sqlite3", help="21Vianet's own SQLite file")
    for knob in fields(Knobs):
        parser.add_argument(f"--{knob.name.replace('_', '-')}", type=type(knob.default), default=knob.default)


def knobs_from(options: dict[str, Any]) -> Knobs:
    """The knobs as the command line set them."""
    return Knobs(**{knob.name: options[knob.name] for knob in fields(Knobs)})


def main() -> None:
    """Run alone. The address and the keys come from the environment, as a real 21Vianet would have its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    options = vars(parser.parse_args())
    transport = connect(os.environ["VIANET_QUEUE_URL"], os.environ.get("VIANET_QUEUE_PREFIX", "vianet"))
    simulator = Simulator(
        transport,
        options["database"],
        verify_keys=os.environ["SIMULATOR_VERIFY_KEYS"].split(","),
        signing_key=os.environ["SIMULATOR_SIGNING_KEY"],
        knobs=knobs_from(options),
    )
    simulator.run(stop_on_signals())


if __name__ == "__main__":
    main()
