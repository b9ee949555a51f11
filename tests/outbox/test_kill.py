"""SIGKILL at five points, brokers that lose everything: every committed message is acknowledged exactly once.

The story must bite: with a fault planted in the workers it has to fail.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outbox.killing.brokers import Broker, RabbitMQ, Redis, closing_broker
from tests.outbox.killing.story import tell

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


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
@pytest.mark.parametrize(
    ("mutant", "complaint"),
    [
        ("no token", "wrote over another worker's lease"),
        ("published is final", "for every message to be acknowledged"),
    ],
)
def test_the_story_fails_when_a_fault_is_planted(
    mutant: str, complaint: str, redis_of_its_own: Broker, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        tell(redis_of_its_own, tmp_path / "vianet.sqlite3", mutant=mutant, patience=6)
