"""SIGKILL at five points, brokers that lose everything: every committed message is acknowledged exactly once.

The story must bite: with a fault planted in the workers it has to fail.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.database import now
from portal.outbox.models import OutboundMessage, State
from tests.outbox.killing.brokers import Broker, RabbitMQ, Redis, closing_broker
from tests.outbox.killing.story import HALF, tell

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def redis_of_its_own() -> Iterator[Broker]:
    """Killed and wiped by the test."""
    with closing_broker(Redis()) as broker:
        yield broker


@pytest.mark.redis
def test_killed_workers_and_a_wiped_redis_lose_nothing(redis_of_its_own: Broker, tmp_path: Path) -> None:
    tell(redis_of_its_own, tmp_path / "vianet.sqlite3")


@pytest.mark.rabbitmq
def test_killed_workers_and_wiped_queues_on_rabbitmq_lose_nothing(
    rabbitmq_url: str, queue_prefix: str, tmp_path: Path
) -> None:
    with closing_broker(RabbitMQ(rabbitmq_url, queue_prefix)) as broker:
        tell(broker, tmp_path / "vianet.sqlite3")


@pytest.mark.redis
def test_the_story_fails_when_a_worker_writes_without_its_lease(redis_of_its_own: Broker, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="wrote over another worker's lease"):
        tell(redis_of_its_own, tmp_path / "vianet.sqlite3", mutant="no token")


@pytest.mark.redis
def test_the_story_fails_when_published_is_final(redis_of_its_own: Broker, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="Waited 6 seconds for every message to be acknowledged"):
        tell(redis_of_its_own, tmp_path / "vianet.sqlite3", mutant="published is final", patience=6)
    # Not for want of time: what was lost is long overdue, and nobody sends it again.
    overdue = OutboundMessage.objects.filter(state=State.PUBLISHED, due_at__lt=now(), publishes=1)
    assert overdue.count() >= HALF
