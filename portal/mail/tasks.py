"""The worker's handle for letters."""

from celery import shared_task

from portal.mail import sending


@shared_task(name="portal.mail.tasks.send_letters", system="mail")  # type: ignore[untyped-decorator]  # celery has no types
def send_letters() -> int:
    """Send what is due, batch after batch, until a batch is not full; how many letters went out."""
    total = 0
    while True:
        sent = sending.send_due()
        total += sent
        if sent < sending.BATCH:
            return total
