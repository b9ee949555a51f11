"""The commands of docker-compose.yml, run on the loopback: production settings, PostgreSQL, Redis, RabbitMQ."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from portal.vianet.transports import TO_PORTAL, Parcel, connect
from tests.servers import brokers, postgres, processes
from tests.servers.site import Site, copy_of_the_image, make_roles

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.rabbitmq]
GRACE_SECONDS = 35


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, rabbitmq_url: str, queue_prefix: str) -> Iterator[Site]:
    """Every process of docker-compose.yml, migrated and started; whatever still runs at the end is killed."""
    with ExitStack() as servers:
        admin_url = servers.enter_context(postgres.private_server())
        redis_url = servers.enter_context(brokers.private_redis())
        corner = servers.enter_context(brokers.private_vhost(rabbitmq_url, queue_prefix))
        make_roles(admin_url)
        port = int(admin_url.rpartition(":")[2].partition("/")[0])
        folder = copy_of_the_image(tmp_path_factory.mktemp("site"))
        site = Site(folder, port, redis_url, corner or rabbitmq_url, processes.free_port())
        site.manage("migrate", *site.command("migrate"))
        site.manage("web", sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0")
        for service in ("web", "worker", "beat", "consumer"):
            site.start(service)
        try:
            site.eventually(site.listens)
            yield site
        finally:
            for process in site.running.values():
                process.kill()
                process.wait()


def test_the_web_answers_and_is_ready(site: Site) -> None:
    assert site.get("/healthz").status == 200
    site.eventually(lambda: site.get("/readyz").status == 200)


def test_a_visitor_is_sent_to_the_sign_in_page_over_tls(site: Site) -> None:
    plain = site.get("/")
    secure = site.get("/", **{"X-Forwarded-Proto": "https"})

    assert (plain.status, plain.headers["Location"]) == (301, "https://portal.example/")
    assert secure.status == 302
    assert secure.headers["Location"].startswith("/account/")
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


def test_the_worker_does_what_beat_asks(site: Site) -> None:
    site.eventually(lambda: "task_succeeded" in site.log("worker") and "outbox.tasks.sweep" in site.log("worker"))


def test_the_consumer_refuses_what_nobody_signed(site: Site) -> None:
    wire = connect(site.rabbitmq_url, "vianet")

    assert wire.publish(TO_PORTAL, [Parcel("forged", b"{}")]) == [None]

    wire.close()
    site.eventually(lambda: "inbox_not_applicable" in site.log("consumer") and '"UNSIGNED"' in site.log("consumer"))


def test_every_process_is_the_application_role_and_none_the_owner(site: Site) -> None:
    admin_url = f"postgres://postgres@127.0.0.1:{site.postgres_port}/postgres"
    roles = "select distinct usename from pg_stat_activity where datname = 'portal'"

    site.eventually(lambda: postgres.execute(admin_url, roles) == [("portal_app",)])


def test_every_process_ends_in_its_grace_period(site: Site) -> None:
    for process in site.running.values():
        process.terminate()

    codes = {name: process.wait(GRACE_SECONDS) for name, process in site.running.items()}

    assert codes == dict.fromkeys(("web", "worker", "beat", "consumer"), 0), {name: site.log(name) for name in codes}
