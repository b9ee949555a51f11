"""Proof that the wire works from end to end: one message there, one receipt back."""

import time
from uuid import uuid4

from portal import outbox
from portal.database import transaction_as
from portal.outbox import Contract
from tenants.models import Tenant


def send_probe(operator: Tenant) -> None:
    """Send a probe through outbox, worker, queue, 21Vianet, reply queue and consumer; answer when its receipt is in.

    Raises TimeoutError after half a minute.
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
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with transaction_as(system="probe", atomic=False):
            delivery = outbox.delivery_of(subject)
        if delivery and delivery.settled:
            return
        time.sleep(0.05)
    raise TimeoutError("21Vianet's simulator did not acknowledge the probe within 30 seconds.")
