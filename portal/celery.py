"""The engine that turns the handles. The database rows are the truth; losing every task loses nothing but seconds."""

import os
from threading import Thread
from typing import Any

from celery import Celery, Task
from celery.beat import Scheduler, Service
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django_structlog.celery.steps import DjangoStructLogInitStep

from portal.checks import refuse_unsafe
from portal.database import transaction_as
from portal.outbox.bell import QUEUE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class ActingTask(Task):  # type: ignore[misc]  # celery is published without types
    """Every task names the machine that it acts as, `@shared_task(system="lifecycle")`, and does not run without.

    The identity is set, the transaction is not: a task opens its own, short ones, so that no network call is inside.
    """

    abstract = True
    system = ""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.system:
            raise ImproperlyConfigured(f"The task {self.name} does not say as which machine it acts.")
        with transaction_as(system=self.system, atomic=False):
            return super().__call__(*args, **kwargs)


def transport_options(url: str) -> dict[str, Any]:
    """How a worker talks to its own broker. Redis gives a lost task back after a minute instead of an hour."""
    if url.startswith("memory"):
        return {"polling_interval": 0.05}
    if url.startswith("redis"):
        return {"visibility_timeout": 60, "socket_connect_timeout": 5}
    return {}


app = Celery("portal", task_cls=ActingTask)
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_transport_options=transport_options(settings.CELERY_BROKER_URL),
    broker_connection_retry_on_startup=True,
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_default_queue=QUEUE,
    task_publish_retry=False,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    timezone="UTC",
    beat_schedule={
        "outbox-sweep": {"task": "portal.outbox.tasks.sweep", "schedule": 5.0, "options": {"expires": 5.0}},
        "letters": {"task": "portal.mail.tasks.send_letters", "schedule": 5.0, "options": {"expires": 5.0}},
        "old-replies": {"task": "portal.outbox.tasks.drop_old_bodies", "schedule": 3600.0},
        "old-answers": {"task": "portal.api.tasks.purge_idempotency_keys", "schedule": 3600.0},
    },
)
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect  # type: ignore[untyped-decorator]  # celery is published without types
def keep_logging(**_kwargs: object) -> None:
    """Django has set logging up; a connected receiver keeps Celery from doing it again."""


@worker_init.connect  # type: ignore[untyped-decorator]  # celery is published without types
@beat_init.connect  # type: ignore[untyped-decorator]  # celery is published without types
def start_only_safely(**_kwargs: object) -> None:
    """Celery runs Django's checks and drops what they found; it also logs a receiver's exceptions and goes on, but not
    SystemExit.
    """
    try:
        refuse_unsafe()
    except ImproperlyConfigured as refusal:
        raise SystemExit(f"Refused to start: {refusal}") from refusal


class Engine:
    """Worker and beat inside this process, for the demo: `start()`, `alive()`, `stop()`."""

    def __init__(self, concurrency: int = 2) -> None:
        self.worker = app.WorkController(
            pool="threads", concurrency=concurrency, without_gossip=True, without_mingle=True
        )
        # It looks up that often at least, so that it hears soon that the demo ends.
        self.beat = Service(app, max_interval=0.2, scheduler_cls=Scheduler)
        self._threads = [
            Thread(target=self.worker.start, name="celery-worker", daemon=True),
            Thread(target=self.beat.start, name="celery-beat", daemon=True),
        ]

    def start(self) -> None:
        """Return at once; both run in threads."""
        for thread in self._threads:
            thread.start()

    def alive(self) -> bool:
        """False when either thread has ended."""
        return all(thread.is_alive() for thread in self._threads)

    def stop(self, seconds: float = 5.0) -> None:
        """End both, waiting so long for each."""
        self.beat.stop(wait=False)
        self.worker.stop()
        for thread in self._threads:
            thread.join(seconds)
