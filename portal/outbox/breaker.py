"""The circuit breaker: while the broker is away, one message in five seconds tries it, the others keep their
patience.
"""

from threading import Lock
from time import monotonic

from django.conf import settings


class Breaker:
    """One per process. Counts batches that failed as a whole."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._errors = 0
        self._next_probe = 0.0

    def allowance(self, batch: int) -> int:
        """How many messages may be tried now: a batch, a single probe, or none."""
        with self._guard:
            if self._errors < settings.OUTBOX_BREAKER_ERRORS:
                return batch
            if monotonic() < self._next_probe:
                return 0
            self._next_probe = monotonic() + settings.OUTBOX_BREAKER_SECONDS
            return 1

    def record(self, *, worked: bool) -> None:
        """Tell how a batch went."""
        with self._guard:
            self._errors = 0 if worked else self._errors + 1
            if not worked:
                self._next_probe = monotonic() + settings.OUTBOX_BREAKER_SECONDS


breaker = Breaker()
