"""The doorbell: tell a worker that something was committed. It may fail without harm, the sweep finds every row
anyway.
"""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

import structlog
from celery import Celery
from django.conf import settings
from kombu import Connection

log = structlog.get_logger(__name__)
WAIT_SECONDS = 0.2
QUEUE = "portal"
DELIVER = "portal.outbox.tasks.deliver"


@cache
def _publisher() -> Celery:
    """A Celery client of its own: its short timeouts would break a worker, and a worker's long ones would hold up a
    page.

    With the broker `memory://` (the demo) publishing is putting into a queue of this very process.
    """
    app = Celery("portal.bell", broker=settings.CELERY_BROKER_URL, set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_publish_retry=False,
        broker_connection_timeout=WAIT_SECONDS,
        broker_transport_options=_impatient(settings.CELERY_BROKER_URL),
    )
    return app


def _impatient(url: str) -> dict[str, Any]:
    if url.startswith("redis"):
        return {"socket_timeout": WAIT_SECONDS, "socket_connect_timeout": WAIT_SECONDS, "max_retries": 0}
    if url.startswith("amqp"):
        return {"read_timeout": WAIT_SECONDS, "write_timeout": WAIT_SECONDS, "max_retries": 0}
    return {}


def brokers_answer() -> bool:
    """Whether Celery's broker and the one to 21Vianet take a connection now; asks each for half a second at most."""
    return all(_answers(url) for url in sorted({settings.CELERY_BROKER_URL, settings.VIANET_QUEUE_URL}))


def _answers(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=WAIT_SECONDS, transport_options=_impatient(url)) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=WAIT_SECONDS)
    except Exception as error:  # noqa: BLE001 - as below
        log.warning("broker_away", broker=urlsplit(url).hostname, error=repr(error))
        return False
    return True


def ring() -> None:
    """Wake a worker. Call it after the commit; never raises, never waits long."""
    try:
        _publisher().send_task(DELIVER, ignore_result=True, retry=False)
    except Exception as error:  # noqa: BLE001 - the verb is committed; whatever the broker's client raises is no error of it
        log.warning("bell_unheard", error=repr(error))
