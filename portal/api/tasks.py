"""What the API tidies up now and then."""

from celery import shared_task

from portal.api import idempotency
from portal.database import transaction_as


@shared_task(name="portal.api.tasks.purge_idempotency_keys", system="housekeeping")  # type: ignore[untyped-decorator]  # celery has no types
def purge_idempotency_keys() -> int:
    """Forget answered POSTs that are older than IDEMPOTENCY_HOURS."""
    with transaction_as(system="housekeeping"):
        return idempotency.purge()
