"""This process's way to 21Vianet, as the settings name it."""

from datetime import datetime
from functools import cache

from django.conf import settings

from portal.vianet.envelope import headers_for
from portal.vianet.transports import Parcel, Transport, connect


@cache
def transport() -> Transport:
    """Opened on first use, after any fork of a worker's process."""
    return connect(settings.VIANET_QUEUE_URL, settings.VIANET_QUEUE_PREFIX)


def seal(message_id: str, body: bytes, *, moment: datetime, attempt: int) -> Parcel:
    """The body with the headers of this attempt, signed with the portal's key."""
    headers = headers_for(message_id, body, key=settings.VIANET_SIGNING_KEY, moment=moment, attempt=attempt)
    return Parcel(message_id, body, headers)
