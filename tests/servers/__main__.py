"""`python -m tests.servers [words for pytest]`: the suite on PostgreSQL with Redis and RabbitMQ (`make test-pg`)."""

import os
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from types import FrameType

from dev import SERVICE_NAMES
from tests.servers import brokers, postgres, suite


def main(words: Sequence[str]) -> int:
    """Furnish, run, put away; returns the suite's code."""
    run = secrets.token_hex(4)
    prefix = f"portal-test-{run}"
    with ExitStack() as put_away:
        admin_url = put_away.enter_context(postgres.administrator())
        furnished = put_away.enter_context(postgres.furnished(admin_url, run))
        redis_url = put_away.enter_context(brokers.redis_server(prefix))
        rabbitmq_url = put_away.enter_context(brokers.rabbitmq_server(prefix))
        environment = {name: value for name, value in os.environ.items() if name not in SERVICE_NAMES}
        environment |= {
            "DATABASE_URL": furnished.owner_url,
            "PORTAL_TEST_SERVERS": "1",
            "PORTAL_TEST_APP_URL": furnished.app_url,
            "PORTAL_TEST_TEMPLATE": furnished.template,
            "PORTAL_TEST_REDIS_URL": redis_url,
            "PORTAL_TEST_RABBITMQ_URL": rabbitmq_url,
            "PORTAL_TEST_PREFIX": prefix,
        }
        return suite.run(environment, words)


def end(number: int, frame: FrameType | None) -> None:
    """A SIGTERM outside the tests unwinds like a Ctrl-C, so that everything is put away."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(suite.INTERRUPTED)
