"""`manage.py makedocs`: write the generated documents anew; `--check` only says which are out of date."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.shell.documents import documents


class Command(BaseCommand):
    """Ends with 1 under `--check` when a document does not say what the code does."""

    help = "Write docs/permissions.md and docs/verbs.md from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail when something is out of date")

    def handle(self, *_words: Any, check: bool, **_options: Any) -> None:
        old = {path: text for path, text in documents().items() if not path.exists() or path.read_text("utf-8") != text}
        names = ", ".join(str(path.relative_to(settings.BASE_DIR)) for path in old)
        if check and old:
            raise CommandError(f"Out of date: {names}. Run `make docs`.")
        for path, text in old.items():
            path.write_text(text, "utf-8")
        self.stdout.write(f"Written: {names}" if names else "Everything is up to date.")
