"""`manage.py simulate_vianet`: play 21Vianet on the queue that the settings name."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.vianet.simulator import Simulator, add_arguments, knobs_from
from portal.vianet.stopping import stop_on_signals
from portal.vianet.transports import connect


class Command(BaseCommand):
    """Runs until SIGTERM or Ctrl-C. Knows the keys of both sides, so it is for demonstrations and tests only."""

    help = "Play 21Vianet: receipt escalations, open cases, answer. Never in production."

    def add_arguments(self, parser: CommandParser) -> None:
        """The knobs."""
        add_arguments(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """As the class says."""
        if settings.PRODUCTION:
            raise CommandError("21Vianet is played in demonstrations and tests only, never in production.")
        simulator = Simulator(
            connect(settings.VIANET_QUEUE_URL, settings.VIANET_QUEUE_PREFIX),
            options["database"],
            verify_keys=[settings.VIANET_SIGNING_KEY],
            signing_key=settings.VIANET_VERIFY_KEYS[0],
            knobs=knobs_from(options),
            tolerance=settings.VIANET_TOLERANCE_SECONDS,
        )
        self.stdout.write("Playing 21Vianet.")
        simulator.run(stop_on_signals())
