"""Redis and RabbitMQ for one run: found or started, and freed of the run's names afterwards."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import redis
from kombu import Connection
from kombu.exceptions import OperationalError

from tests.servers import header, processes

DEFAULT_REDIS = "redis://127.0.0.1:6379/0"
DEFAULT_RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"


def redis_answers(url: str) -> bool:
    try:
        header.redis_version(url)
    except redis.RedisError:
        return False
    return True


@contextmanager
def redis_server(prefix: str) -> Iterator[str]:
    """`REDIS_URL`, else the usual address where it answers, else a private server. The run's own keys are deleted."""
    given = os.environ.get("REDIS_URL", "")
    if given or redis_answers(DEFAULT_REDIS):
        url = given or DEFAULT_REDIS
        try:
            yield url
        finally:
            with redis.Redis.from_url(url) as client:
                for key in client.scan_iter(match=f"*{prefix}*"):
                    client.delete(key)
    else:
        with private_redis() as url:
            yield url


@contextmanager
def private_redis(port: int = 0) -> Iterator[str]:
    """A server of this run alone, which writes nothing to disk; on any free port unless it is told which."""
    server = processes.program("redis-server", "opt/homebrew/bin")
    if not server:
        raise SystemExit("No Redis answers on 127.0.0.1:6379 and none is installed: apt-get install redis-server")
    port = port or processes.free_port()
    url = f"redis://127.0.0.1:{port}/0"
    with processes.private_folder(processes.Account()) as folder:
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with processes.running(command, folder, lambda: redis_answers(url), signal.SIGTERM, processes.Account()):
            yield url


@contextmanager
def rabbitmq_server(prefix: str) -> Iterator[str]:
    """`RABBITMQ_URL`, else the usual address where it answers, else an empty string: RabbitMQ is not started here."""
    given = os.environ.get("RABBITMQ_URL", "")
    url = given or DEFAULT_RABBITMQ
    try:
        header.rabbitmq_version(url)
    except (OSError, OperationalError):
        if given:
            raise
        print("No RabbitMQ answers on 127.0.0.1:5672: its tests are skipped. apt-get install rabbitmq-server")
        yield ""
        return
    try:
        yield url
    finally:
        _forget_queues(url, prefix)


def _forget_queues(url: str, prefix: str) -> None:
    """Tests remove their own queues; this finds what a killed test left, where the broker's tool may be asked."""
    tool = shutil.which("rabbitmqctl")
    if not tool:
        return
    listed = subprocess.run(
        [tool, "-q", "list_queues", "name"], capture_output=True, text=True, timeout=60, check=False
    )
    left = [name for name in listed.stdout.split() if name.startswith(prefix)]
    if left:
        with suppress(OSError, OperationalError), Connection(url, connect_timeout=3) as connection:
            for name in left:
                connection.default_channel.queue_delete(name)


@contextmanager
def private_vhost(url: str, name: str) -> Iterator[str]:
    """An empty corner of the RabbitMQ at `url`, removed with its queues; an empty string where it cannot be made."""
    tool = shutil.which("rabbitmqctl")
    parts = urlsplit(url)
    if not (tool and parts.hostname in ("127.0.0.1", "localhost") and _control(tool, "add_vhost", name)):
        yield ""
        return
    try:
        _control(tool, "set_permissions", "--vhost", name, parts.username or "guest", ".*", ".*", ".*")
        yield parts._replace(path=f"/{name}").geturl()
    finally:
        _control(tool, "delete_vhost", name)


def _control(tool: str, *words: str) -> bool:
    answer = subprocess.run([tool, "-q", *words], capture_output=True, timeout=60, check=False)
    return answer.returncode == 0
