"""The commands of docker-compose.yml, run on the loopback: production settings, PostgreSQL, Redis, RabbitMQ."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from portal.vianet.transports import TO_PORTAL, Parcel, connect
from tests.servers import brokers, postgres, processes
from tests.servers.site import Site, copy_of_the_image, make_roles

pytestmark = [pytest.mark.long, pytest.mark.postgres, pytest.mark.redis, pytest.mark.rabbitmq]
GRACE_SECONDS = 35
PROCESSES = ("web", "worker", "beat", "consumer")
ENROLMENT = "/account/mfa/totp/activate/"
UNBOUND = "is not bound by row-level security"
# A partner's person as docs/runbook.md opens an account, with a token; prints the token and how the password is kept.
PASSWORD = "a-password-of-her-own"  # noqa: S105 - of a person of this test
NEWCOMER = f"""
from tenants.actions.organisations import found_organisation
from tenants.actions.people import create_user
from tenants.actions.roles import assign_role
from tenants.actions.tokens import issue_token
from tenants.actor import Actor, acting_as
from tenants.models import Kind, Role, User

setup = Actor.system("setup")
with acting_as(setup):
    partner = found_organisation(Kind.PARTNER, "Fanyun Cloud", "fanyun.example", actor=setup)
    anna, _ = create_user(partner, actor=setup, alias="anna", display_name="Anna An", password={PASSWORD!r})
    assign_role(anna, Role.ADMIN_AGENT, actor=setup)
    token, secret = issue_token(anna, actor=setup, name="x", days=1)
print(secret, User.objects.for_system("how it is kept").get(pk=anna.pk).password.split("$")[0])
"""


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
        for service in PROCESSES:
            site.start(service)
        try:
            site.eventually(lambda: site.answers() and "task_succeeded" in site.log("worker"), seconds=120)
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


def test_the_application_role_waits_no_longer_than_compose_says(site: Site) -> None:
    app_url = f"postgres://portal_app:x1@127.0.0.1:{site.postgres_port}/portal"
    shown = {
        name: postgres.execute(app_url, f"show {name}")[0][0]
        for name in ("timezone", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    }

    assert shown == {
        "timezone": "UTC",
        "lock_timeout": "5s",
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "30s",
    }


def test_a_partner_person_without_a_second_factor_reaches_only_enrolment_with_a_token_too(site: Site) -> None:
    secret, algorithm = site.manage("web", sys.executable, "manage.py", "shell", lines=NEWCOMER).split()[-2:]
    browser = site.submit("/account/login/", {"login": "anna@fanyun.example", "password": PASSWORD})

    pages = {path: site.get(path, **browser) for path in ("/", "/customers/", "/requests/")}
    enrolment, form = site.ask(ENROLMENT, **site.submit("/account/reauthenticate/", {"password": PASSWORD}, browser))
    refused, problem = site.ask("/v1.0/me", **{"X-Forwarded-Proto": "https", "Authorization": f"Bearer {secret}"})

    assert {path: (page.status, page.headers["Location"]) for path, page in pages.items()} == dict.fromkeys(
        pages, (303, ENROLMENT)
    )
    assert (enrolment.status, b'name="code"' in form) == (200, True)
    assert (refused.status, json.loads(problem)["error"]["code"]) == (403, "mfaRequired")
    assert algorithm == "argon2"


@pytest.mark.parametrize("service", PROCESSES)
def test_no_process_starts_with_an_unsafe_setting(site: Site, service: str) -> None:
    assert "VIANET_QUEUE_URL is memory://" in site.refusal(service, VIANET_QUEUE_URL="memory://")


@pytest.mark.parametrize("service", PROCESSES)
def test_no_process_starts_as_a_role_that_row_level_security_does_not_bind(site: Site, service: str) -> None:
    superuser = f"postgres://postgres@127.0.0.1:{site.postgres_port}/portal"

    assert f"'postgres' {UNBOUND}" in site.refusal(service, DATABASE_URL=superuser)


def test_the_first_requests_after_a_restart_of_the_database_are_answered(site: Site) -> None:
    admin_url = f"postgres://postgres@127.0.0.1:{site.postgres_port}/postgres"
    ask = {"X-Forwarded-Proto": "https"}
    assert {site.get("/", **ask).status for _ in range(20)} == {302}

    ended = postgres.execute(
        admin_url, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'portal_app'"
    )

    assert ended
    assert {site.get("/", **ask).status for _ in range(20)} == {302}
    site.eventually(lambda: site.get("/readyz").status == 200)


def test_every_process_ends_in_its_grace_period(site: Site) -> None:
    for process in site.running.values():
        process.terminate()

    codes = {name: process.wait(GRACE_SECONDS) for name, process in site.running.items()}

    assert codes == dict.fromkeys(PROCESSES, 0), {name: site.log(name) for name in codes}
