"""The process that listens to 21Vianet outlives the absence of the database."""

from collections.abc import Sequence

import pytest
from django.db import OperationalError, connection

from portal.outbox import consumer, wire
from portal.outbox.contracts import Inbound
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, Outcome
from portal.vianet.transports import TO_PORTAL, Parcel
from tests.outbox.messages import acknowledged, commit, escalation
from tests.threads import running
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Away:
    """A database that fails when a batch is to be stored, and then for three more questions."""

    def __init__(self) -> None:
        self.answers = iter([False, False, False])
        self.batches = 0

    def store(self, parcels: Sequence[Parcel]) -> list[str]:
        """The first batch fails."""
        self.batches += 1
        if self.batches == 1:
            raise OperationalError("no server")
        return store(parcels)

    def answered(self) -> bool:
        """Whether it is back."""
        return next(self.answers, True)


def test_a_batch_goes_back_to_the_broker_once_while_the_database_is_away(
    heard: list[Inbound], monkeypatch: pytest.MonkeyPatch
) -> None:
    about, database = escalation(), Away()
    commit(about)
    monkeypatch.setattr(consumer, "PAUSE_SECONDS", 0.3)
    monkeypatch.setattr(consumer, "store", database.store)
    monkeypatch.setattr(consumer, "_database_answers", database.answered)
    wire.transport().publish(TO_PORTAL, [acknowledged(about.subject_id)])
    with running(consumer.consume_replies):
        wait_until(lambda: InboundMessage.objects.filter(outcome=Outcome.APPLIED).exists())
    assert (database.batches, list(database.answers), len(heard)) == (2, [], 1)


def test_the_database_is_asked_whether_it_is_back() -> None:
    def refuse(*_args: object) -> None:
        raise OperationalError("no server")

    assert consumer._database_answers() is True
    with connection.execute_wrapper(refuse):
        assert consumer._database_answers() is False
