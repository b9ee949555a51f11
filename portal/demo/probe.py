"""Proof that the wire works from end to end: one message there, one receipt back."""

import time
from collections.abc import Callable
from uuid import uuid4

from portal import outbox
from portal.database import transaction_as
from portal.outbox import Contract
from tenants.models import Tenant

PATIENCE = 30  # seconds


def send_probe(operator: Tenant, in_order: Callable[[], bool]) -> bool:
    """Send a probe through outbox, worker, queue, 21Vianet, reply queue and consumer; True when its receipt is in.

    False as soon as not everything is in order any more: there is nothing to wait for. Raises TimeoutError.
    """
    subject = uuid4()
    contract = Contract(
        type="portal.probe",
        version=1,
        order_key=subject,
        dedupe_key=f"probe:{subject}",
        tenant_id=operator.pk,
        reach_partner_id=None,
        subject_id=subject,
        data={"escalation_id": str(subject)},
    )
    with transaction_as(system="probe"):
        outbox.enqueue(contract)
    deadline = time.monotonic() + PATIENCE
    while in_order():
        with transaction_as(system="probe", atomic=False):
            delivery = outbox.delivery_of(subject)
        if delivery and delivery.settled:
            return True
        if time.monotonic() > deadline:
            raise TimeoutError(f"21Vianet's simulator did not acknowledge the probe within {PATIENCE} seconds.")
        time.sleep(0.05)
    return False
