"""How long to wait before the next try."""

from datetime import timedelta
from secrets import SystemRandom

from django.conf import settings

_random = SystemRandom()


def backoff(failures: int) -> timedelta:
    """A random pause up to half a second doubled with every failure, five minutes at most: no two workers come back
    together.
    """
    longest = min(settings.OUTBOX_RETRY_CAP_SECONDS, settings.OUTBOX_RETRY_SECONDS * 2 ** min(failures, 30))
    return timedelta(seconds=_random.random() * longest)


def acknowledgement_time(publishes: int) -> timedelta:
    """How long 21Vianet has to acknowledge the n-th publication: doubled each time up to sixteenfold, and up to a
    quarter more, so that what was sent together is not sent again together.
    """
    seconds = settings.OUTBOX_ACK_SECONDS * 2 ** min(max(publishes - 1, 0), 4)
    return timedelta(seconds=seconds * (1 + _random.random() / 4))
