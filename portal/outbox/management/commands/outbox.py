"""`manage.py outbox`: what waits, what is parked, and how it is sent again or given up.

What is done by hand is recorded in the audit log, in the chain `CHAIN`.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count, QuerySet

from portal.audit import book
from portal.database import transaction_as
from portal.outbox import handling, marking
from portal.outbox.bell import ring
from portal.outbox.models import NEEDS_A_PERSON, REPLY_MAY_BECOME, InboundMessage, OutboundMessage, Outcome, State
from portal.outbox.reading import oldest_due_age
from portal.states import leading_to
from portal.vianet.envelope import Malformed

CHAIN = UUID(int=1)
LONGEST_LIST = 100
NOT_THERE = "There is no such parked message."
Row = TypeVar("Row", OutboundMessage, InboundMessage)


class Command(BaseCommand):
    """`list`, `replay`, `discard` and `retry`; with `--dry-run` the others only say what they would do."""

    help = "Show the messages to and from 21Vianet, and send or handle parked ones again."

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command each."""
        deeds = parser.add_subparsers(dest="deed", required=True)
        deeds.add_parser("list", help="counts per state, and every message that needs a person")
        replay = deeds.add_parser("replay", help="send parked messages to 21Vianet again, in their order")
        choice = replay.add_mutually_exclusive_group(required=True)
        choice.add_argument("--message", type=UUID, help="one message, by its id")
        choice.add_argument("--subject", type=UUID, help="every parked message about one escalation")
        choice.add_argument("--all", action="store_true", help="every parked message")
        discard = deeds.add_parser("discard", help="give a parked message of either side up, and send what it held")
        discard.add_argument("id")
        retry = deeds.add_parser("retry", help="handle a parked message of 21Vianet again")
        retry.add_argument("id")
        for deed in (replay, discard, retry):
            deed.add_argument("--reason", required=True, help="who does this and why, for the audit log")
            deed.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Hand over to the sub-command."""
        getattr(self, f"_{options['deed']}")(options)

    def _list(self, _options: dict[str, Any]) -> None:
        with transaction_as(system="outbox"):
            for state, count in _counts(OutboundMessage, "state"):
                self.stdout.write(f"to 21Vianet    {state:<10} {count}")
            for outcome, count in _counts(InboundMessage, "outcome"):
                self.stdout.write(f"from 21Vianet  {outcome:<10} {count}")
            parked = OutboundMessage.objects.filter(state=State.DEAD).order_by("created_at").defer("envelope")
            self._name(parked, lambda row: f"parked    {row.pk}  {row}  {row.last_error}")
            replies = InboundMessage.objects.filter(outcome__in=NEEDS_A_PERSON).order_by("received_at").defer("body")
            self._name(replies, lambda row: f"{row.outcome.lower():<9} {row.pk}  {row.type}  {row.reason}")
        self.stdout.write(f"oldest overdue: {oldest_due_age().total_seconds():.0f} s")

    def _name(self, rows: QuerySet[Row], line: Callable[[Row], str]) -> None:
        """The oldest ones, and how many there are beside them."""
        for row in rows[:LONGEST_LIST]:
            self.stdout.write(line(row))
        if (others := rows.count() - LONGEST_LIST) > 0:
            self.stdout.write(f"... and {others} more, which came later")

    def _replay(self, options: dict[str, Any]) -> None:
        with transaction_as(system="outbox"):
            rows = OutboundMessage.objects.filter(state=State.DEAD).order_by("order_key", "order_seq")
            if options["message"]:
                rows = rows.filter(pk=options["message"])
            if options["subject"]:
                rows = rows.filter(subject_id=options["subject"])
            parked = list(rows.defer("envelope"))
        if not parked:
            raise CommandError(NOT_THERE)
        for row in parked:
            # One transaction each: nobody who writes to 21Vianet waits for all of them.
            with transaction_as(system="outbox"):
                if options["dry_run"] or marking.replay(row.pk):
                    self.stdout.write(f"{'would send' if options['dry_run'] else 'sending'} {row.pk}  {row}")
                    self._record("replayed", row, options)
        ring()

    def _discard(self, options: dict[str, Any]) -> None:
        with transaction_as(system="outbox"):
            row = _in_need(options["id"])
            if row is None or not (options["dry_run"] or _give_up(row, options["reason"])):
                raise CommandError(NOT_THERE)
            self.stdout.write(f"{'would discard' if options['dry_run'] else 'discarded'} {row.pk}  {row}")
            self._record("discarded", row, options)
        ring()

    def _retry(self, options: dict[str, Any]) -> None:
        if options["dry_run"]:
            self.stdout.write(f"would handle {options['id']}")
            return
        with transaction_as(system="outbox"):
            try:
                if not handling.retry(options["id"]):
                    raise CommandError(NOT_THERE)
            except Malformed as error:
                raise CommandError(f"It is still not understood: {error}") from error
            self._record("retried", InboundMessage.objects.get(pk=options["id"]), options)
        handling.handle_due()
        with transaction_as(system="outbox"):
            row = InboundMessage.objects.get(pk=options["id"])
        self.stdout.write(f"{row.outcome.lower()} {row.pk}  {row.reason}")

    @staticmethod
    def _record(deed: str, row: OutboundMessage | InboundMessage, options: dict[str, Any]) -> None:
        if not options["dry_run"]:
            reason, subject = options["reason"], str(row.subject_id or "")
            book.record(Operations(), f"outbox.message.{deed}", Handled(row), reason=reason, subject=subject)


@dataclass(frozen=True, slots=True)
class Operations:
    """Whoever may run commands on the server; `--reason` says who it was."""

    def audit_identity(self) -> dict[str, Any]:
        """As the book of deeds asks."""
        return {"kind": "system", "id": None, "name": "operations", "tenant_id": None}


class Handled:
    """A message in a chain of its own: how far a message has come is not the customer's to read (permissions.md 1)."""

    tenant_id = CHAIN

    def __init__(self, row: OutboundMessage | InboundMessage) -> None:
        self.pk, self._meta, self._name = str(row.pk)[:64], row._meta, str(row)

    def __str__(self) -> str:
        return self._name


def _in_need(pk: str) -> OutboundMessage | InboundMessage | None:
    """The message, of either side, if a person may give it up."""
    outcomes = leading_to(Outcome.DISCARDED, REPLY_MAY_BECOME)
    reply = InboundMessage.objects.filter(pk=pk, outcome__in=outcomes).defer("body").first()
    if reply is not None:
        return reply
    with suppress(ValueError):
        return OutboundMessage.objects.filter(pk=UUID(pk), state=State.DEAD).defer("envelope").first()
    return None


def _give_up(row: OutboundMessage | InboundMessage, reason: str) -> bool:
    """False when somebody else was faster."""
    if isinstance(row, OutboundMessage):
        return marking.discard(row.pk, reason)
    return handling.discard(row.pk, reason)


def _counts(model: type[OutboundMessage] | type[InboundMessage], column: str) -> list[tuple[str, int]]:
    return list(model._default_manager.values_list(column).annotate(rows=Count("pk")).order_by(column))
