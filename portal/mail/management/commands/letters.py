"""`manage.py letters`: those that were given up, and how they are sent again or discarded."""

from typing import Any
from uuid import UUID

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from portal.database import transaction_as
from portal.mail.failed import resend
from portal.mail.models import Letter, LetterState

logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    """`list`, `resend` and `discard`."""

    help = "Show the letters that were given up, and have them sent again or discard them."

    def add_arguments(self, parser: CommandParser) -> None:
        """One sub-command each."""
        deeds = parser.add_subparsers(dest="deed", required=True)
        deeds.add_parser("list", help="every letter that was given up")
        for deed, meaning in (("resend", "send them again"), ("discard", "delete them unsent")):
            choice = deeds.add_parser(deed, help=meaning).add_mutually_exclusive_group(required=True)
            choice.add_argument("--letter", type=UUID, help="one letter, by its id")
            choice.add_argument("--all", action="store_true", help="every letter that was given up")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Hand over to the sub-command."""
        with transaction_as(system="mail"):
            letters = Letter.objects.filter(state=LetterState.FAILED)
            if options.get("letter"):
                letters = letters.filter(pk=options["letter"])
            getattr(self, f"_{options['deed']}")(letters)

    def _list(self, letters: QuerySet[Letter]) -> None:
        for letter in letters.order_by("created_at", "id"):
            link = "  (its one-time link is gone: discard it)" if letter.secret else ""
            self.stdout.write(f"{letter.pk}  {letter.created_at:%Y-%m-%d %H:%M}  {letter}  {letter.last_error}{link}")
        self.stdout.write(f"given up: {letters.count()}")

    def _resend(self, letters: QuerySet[Letter]) -> None:
        self._say("letters_resent", "to be sent again", resend(letters))

    def _discard(self, letters: QuerySet[Letter]) -> None:
        self._say("letters_discarded", "discarded", letters.delete()[0])

    def _say(self, event: str, what: str, count: int) -> None:
        if not count:
            raise CommandError("There is no such letter.")
        logger.warning(event, count=count)
        self.stdout.write(f"{what}: {count}")
