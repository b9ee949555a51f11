"""`make test-pg` proves something only if its roles are weak, and is welcome only if it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2.extensions import connection as PostgresConnection

from dev import ROOT
from tests.servers import postgres
from tests.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.postgres]
OURS = (
    "select rolname from pg_roles where rolname like 'portal_%'"
    " union select datname from pg_database where datname like '%portal_%'"
)


@pytest.fixture(scope="module")
def admin_url() -> Iterator[str]:
    """A server of these tests alone, with its administrator."""
    with postgres.private_server() as url:
        yield url


def test_roles_and_databases_are_gone_even_after_a_failure(admin_url: str) -> None:
    with pytest.raises(ZeroDivisionError), postgres.furnished(admin_url, "gone") as furnished:
        postgres.execute(furnished.owner_url, "create database test_portal_gone_gw0")
        raise ZeroDivisionError

    assert postgres.execute(admin_url, OURS) == []


def test_neither_role_is_a_superuser_or_passes_row_level_security(admin_url: str) -> None:
    with postgres.furnished(admin_url, "weak"):
        rights = postgres.execute(
            admin_url,
            "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles"
            " where rolname like 'portal_%' order by rolname",
        )

    assert rights == [("portal_app_weak", False, False, False, False), ("portal_owner_weak", False, False, False, True)]


@pytest.mark.parametrize(
    "statement",
    [
        "create table mine (a int)",
        "truncate tenants_tenant cascade",
        "alter table tenants_tenant disable row level security",
        "drop table tenants_tenant",
        "set session_replication_role = replica",
    ],
)
def test_the_application_role_cannot(as_app_role: PostgresConnection, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), as_app_role.cursor() as cursor:
        cursor.execute(statement)


def test_the_application_role_reads_and_writes_tables_that_it_does_not_own(as_app_role: PostgresConnection) -> None:
    # A list of privileges in one question asks whether any of them is held.
    rights = ("select", "insert", "update", "delete", "truncate")
    with as_app_role.cursor() as cursor:
        cursor.execute(
            "select array_agg(has_table_privilege('tenants_tenant', privilege) order by place)"
            " from unnest(%s) with ordinality as asked (privilege, place)",
            [list(rights)],
        )

        assert cursor.fetchone() == ([True, True, True, True, False],)
        cursor.execute("select tableowner = current_user from pg_tables where tablename = 'tenants_tenant'")
        assert cursor.fetchone() == (False,)


def databases(admin_url: str) -> list[str]:
    """Of runs that are under way."""
    return [str(name) for (name,) in postgres.execute(admin_url, OURS) if "test_" in str(name)]


def test_a_run_that_is_told_to_stop_puts_everything_away(admin_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": admin_url}
    command = [sys.executable, "-m", "tests.servers", "tests/test_servers.py", "-k", "waits_to_be_stopped", "-s"]
    run = subprocess.Popen(command, cwd=ROOT, env={**environment, "PORTAL_TEST_WAIT": "1"}, stdout=subprocess.PIPE)
    try:
        wait_until(lambda: run.poll() is not None or databases(admin_url), "the run's database", 60)
        assert run.poll() is None
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=60)
    finally:
        run.kill()
    assert run.returncode == 130
    assert postgres.execute(admin_url, OURS) == []


@pytest.mark.skipif("PORTAL_TEST_WAIT" not in os.environ, reason="the test above starts it in a process of its own")
def test_one_that_waits_to_be_stopped(db: None) -> None:
    time.sleep(120)
    pytest.fail("Nobody stopped it.")
