"""`manage.py consume_replies`: the process that listens to 21Vianet."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.checks import refuse_unsafe
from portal.outbox.consumer import consume_replies
from portal.vianet.stopping import stop_on_signals


class Command(BaseCommand):
    """Runs until SIGTERM or Ctrl-C."""

    help = "Listen to 21Vianet: store, handle and confirm what it sends."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """As the class says."""
        refuse_unsafe()
        stop = stop_on_signals()
        self.stdout.write("Listening to 21Vianet.")
        consume_replies(stop)
