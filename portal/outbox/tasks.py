"""What Celery turns: each task has no arguments, because the rows say what is to be done, and may run any number of
times.
"""

from celery import shared_task

from portal.outbox import keeping
from portal.outbox.delivering import deliver_due
from portal.outbox.handling import handle_due
from portal.outbox.marking import bury_overdue


@shared_task(name="portal.outbox.tasks.deliver", system="outbox", acks_late=True, soft_time_limit=20, time_limit=30)  # type: ignore[untyped-decorator]  # celery has no types
def deliver() -> None:
    """Send what is due: started by the doorbell."""
    deliver_due()


@shared_task(name="portal.outbox.tasks.sweep", system="outbox", acks_late=True, soft_time_limit=40, time_limit=60)  # type: ignore[untyped-decorator]  # celery has no types
def sweep() -> None:
    """Find whatever no doorbell told about: started every five seconds."""
    deliver_due()
    handle_due()
    bury_overdue()


@shared_task(name="portal.outbox.tasks.drop_old_bodies", system="outbox")  # type: ignore[untyped-decorator]  # celery has no types
def drop_old_bodies() -> None:
    """Keep of old replies what protects against their repetition: started every hour."""
    keeping.drop_old_bodies()
