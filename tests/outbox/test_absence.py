"""21Vianet is away for hours and comes back: every copy of a message that lay in its queue is too old by then."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings

from portal.database import now, transaction_as
from portal.outbox import delivering, marking
from portal.outbox.consumer import take
from portal.outbox.delivering import deliver_due
from portal.outbox.models import State
from portal.vianet.simulator import Simulator
from portal.vianet.transports import Parcel
from tests.outbox.conftest import TO_PORTAL, arrived
from tests.outbox.messages import comment, commit, escalation, let_time_pass, message, receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent_hours_ago(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Parcel]]:
    """Send what is due five times, as if it were two hours ago; what lies in the queue then."""
    settings.OUTBOX_RETRY_CAP_SECONDS = 0
    settings.OUTBOX_MAX_REFUSALS = 3

    def send() -> list[Parcel]:
        with monkeypatch.context() as earlier:
            earlier.setattr(delivering, "now", lambda: now() - timedelta(hours=2))
            for _ in range(5):
                deliver_due()
                let_time_pass()
        return arrived()

    return send


def test_old_copies_do_not_park_a_message_of_which_a_new_one_is_on_its_way(
    sent_hours_ago: Callable[[], list[Parcel]], vianet: Callable[..., Simulator]
) -> None:
    about = escalation()
    first, second = commit(about, comment(about))
    queue, simulator = sent_hours_ago(), vianet()
    assert len(queue) == 5
    while queue:
        simulator.take([queue.pop(0)])
        take(arrived(TO_PORTAL))
        deliver_due()
        queue += arrived()
    assert [message(row.pk).state for row in (first, second)] == [State.ACKED, State.ACKED]
    assert message(first.pk).refusals == 0
    simulator.desk.close()


def test_only_a_refusal_of_the_newest_copy_counts_and_only_once() -> None:
    (row,) = commit(escalation())
    for _ in range(3):
        let_time_pass(row.pk)
        deliver_due()
    for attempt, refusals in ((1, 0), (2, 0), (3, 1), (3, 1)):
        take([receipt(row.pk, "refused", retryable=True, reason="too old", attempt=attempt)])
        assert message(row.pk).refusals == refusals
    assert message(row.pk).state == State.PENDING


def test_the_twelfth_refusal_parks_a_message_only_when_it_is_about_the_newest_copy(settings: LazySettings) -> None:
    settings.OUTBOX_MAX_REFUSALS = 1
    (row,) = commit(escalation())
    for _ in range(2):
        let_time_pass(row.pk)
        deliver_due()
    with transaction_as(system="test"):
        assert marking.refuse(row.pk, retryable=True, reason="too old", attempt=1) is False
        assert message(row.pk).state == State.PUBLISHED
        assert marking.refuse(row.pk, retryable=True, reason="too old", attempt=2) is True
    assert message(row.pk).state == State.DEAD
