"""The worker's handle for letters."""

from celery import shared_task

from portal.mail import sending


@shared_task(name="portal.mail.tasks.send_letters", system="mail", acks_late=True, soft_time_limit=40, time_limit=60)  # type: ignore[untyped-decorator]  # celery has no types
def send_letters() -> int:
    """Send what is due; how many letters went out."""
    return sending.send_due()
