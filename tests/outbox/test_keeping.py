"""Of what 21Vianet sent long ago, ids and outcomes stay; bodies go."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import LazySettings

from portal.outbox import keeping
from portal.outbox.consumer import take
from portal.outbox.contracts import Inbound
from portal.outbox.handling import retry
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, Outcome
from portal.outbox.tasks import drop_old_bodies
from portal.vianet.envelope import Malformed
from tests.outbox.messages import acknowledged, answered, commit, escalation

pytestmark = pytest.mark.django_db


def grow_old(days: int) -> None:
    """As if everything had arrived so many days ago."""
    InboundMessage.objects.update(received_at=datetime.now(UTC) - timedelta(days=days))


def with_bodies() -> set[str]:
    """The outcomes of the messages whose bodies are kept."""
    return set(InboundMessage.objects.exclude(body=b"").values_list("outcome", flat=True))


def test_old_bodies_go_and_a_repetition_is_still_known(
    heard: list[Inbound], settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 2)
    told = [escalation() for _ in range(5)]
    commit(*told)
    parcels = [acknowledged(about.subject_id) for about in told]
    take(parcels)
    grow_old(399)
    drop_old_bodies()
    assert with_bodies() == {Outcome.APPLIED}
    settings.INBOX_BODY_DAYS = 398
    drop_old_bodies()
    assert with_bodies() == set()
    take(parcels)
    assert (len(heard), set(InboundMessage.objects.values_list("outcome", "seen"))) == (5, {(Outcome.APPLIED, 2)})


def test_what_is_still_needed_keeps_its_body() -> None:
    about = escalation()
    commit(about)
    take([acknowledged(uuid4())])
    store([acknowledged(about.subject_id)])
    grow_old(401)
    assert keeping.drop_old_bodies() == 0
    assert with_bodies() == {Outcome.PARKED, Outcome.RECEIVED}


def test_a_reply_without_its_body_is_not_handled_again(heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    take([acknowledged(about.subject_id, 1), answered(about.subject_id, 2)])
    ignored = answered(about.subject_id, 2)
    take([ignored])
    grow_old(401)
    assert keeping.drop_old_bodies() == 3
    with pytest.raises(Malformed, match="not JSON"):
        retry(ignored.id)
    assert [told.operator_seq for told in heard] == [1, 2]
