"""On PostgreSQL the database itself shows each organisation its own messages only, and what 21Vianet sent to
machines only.
"""

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from portal.database import transaction_as
from portal.demo.cast import Cast
from portal.outbox import enqueue, let_go
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, OutboundMessage
from tests.outbox.messages import FANYUN, HUAXIN, LOTUS, acknowledged, comment, commit, escalation

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def seen_by(**identity: object) -> int:
    with transaction_as(**identity):  # type: ignore[arg-type]  # home, acting or system, as the test says
        return OutboundMessage.objects.count()


def test_the_customer_its_partner_and_machines_see_a_message_and_nobody_else() -> None:
    commit(escalation())
    assert (seen_by(home=HUAXIN), seen_by(home=FANYUN), seen_by(system="outbox")) == (1, 1, 1)
    assert (seen_by(home=LOTUS), seen_by()) == (0, 0)


def test_nobody_enqueues_in_a_strangers_name() -> None:
    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic(), transaction_as(home=LOTUS):
        enqueue(escalation(reach_partner_id=None))


def test_no_message_reaches_a_partner_that_does_not_serve_the_customer(cast: Cast) -> None:
    stranger = escalation(tenant_id=cast.huaxin.pk, reach_partner_id=cast.beichen.pk)
    for home in (cast.beichen.pk, cast.huaxin.pk):
        with pytest.raises(IntegrityError, match="no relationship"), transaction.atomic(), transaction_as(home=home):
            enqueue(stranger)


def test_a_stranger_changes_and_deletes_nothing() -> None:
    commit(escalation())
    with transaction_as(home=LOTUS):
        assert OutboundMessage.objects.update(state="ACKED") == 0
        assert OutboundMessage.objects.all().delete() == (0, {})
    assert seen_by(home=HUAXIN) == 1


def test_what_21vianet_sent_is_for_machines_only() -> None:
    about = escalation()
    commit(about)
    store([acknowledged(about.subject_id)])
    with transaction_as(home=HUAXIN):
        assert InboundMessage.objects.count() == 0
    with transaction_as(system="outbox"):
        assert InboundMessage.objects.count() == 1


def test_a_former_partner_sees_nothing_more() -> None:
    commit(escalation())
    with transaction_as(home=FANYUN):
        let_go(tenant_id=HUAXIN, partner_id=FANYUN)
    assert (seen_by(home=FANYUN), seen_by(home=HUAXIN)) == (0, 1)


def test_a_new_partner_goes_on_counting_where_the_former_one_stopped(cast: Cast) -> None:
    customer, partner = cast.lotus.pk, cast.beichen.pk
    about = escalation(tenant_id=customer)
    with transaction_as(system="test"):  # as it was while the former partner served the customer
        enqueue(about)
    let_go(tenant_id=customer, partner_id=FANYUN)
    assert seen_by(home=partner) == 0
    with transaction_as(home=partner):
        enqueue(comment(escalation(about.order_key, tenant_id=customer, reach_partner_id=partner)))
    numbers = OutboundMessage.objects.filter(order_key=about.order_key).order_by("order_seq")
    assert list(numbers.values_list("order_seq", flat=True)) == [1, 2]
