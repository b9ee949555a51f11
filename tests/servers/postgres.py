"""PostgreSQL for one run: an administrator's server, the run's own roles (neither superuser), database and grants."""

import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT
from psycopg2.sql import SQL, Identifier, Literal

from tests.servers import processes

DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/postgres"
PROGRAMS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")


@dataclass(frozen=True, slots=True)
class Furnished:
    """What the suite is told: the owner's address, the application role's, the database that test databases copy."""

    owner_url: str
    app_url: str
    template: str


def execute(url: str, *statements: SQL | str, **names: object) -> list[tuple[object, ...]]:
    """Run statements outside a transaction; returns the last one's rows."""
    connection = psycopg2.connect(url, connect_timeout=5)
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(SQL(statement).format(**names) if isinstance(statement, str) else statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def answers(url: str) -> bool:
    try:
        execute(url, "select 1")
    except psycopg2.OperationalError:
        return False
    return True


@contextmanager
def administrator() -> Iterator[str]:
    """An administrator's address: `DATABASE_URL`, else the usual one where it answers, else a private server."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
    elif answers(DEFAULT_URL):
        yield DEFAULT_URL
    else:
        with private_server() as url:
            yield url


@contextmanager
def private_server() -> Iterator[str]:
    """A server of this run alone; it never runs as root, which PostgreSQL refuses."""
    initdb = processes.program("initdb", *PROGRAMS)
    postgres = processes.program("postgres", *PROGRAMS)
    if not (initdb and postgres):
        raise SystemExit("No PostgreSQL answers on 127.0.0.1:5432 and none is installed: apt-get install postgresql")
    owner = processes.unprivileged("postgres")
    port = processes.free_port()
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    with processes.private_folder(owner) as folder:
        data = str(folder / "data")
        make = [initdb, "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            make,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            user=owner.user,
            group=owner.group,
            extra_groups=owner.groups,
        )
        options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        command = [postgres, "-D", data, *(f"--{name}={value}" for name, value in options.items())]
        with processes.running(command, folder, lambda: answers(url), signal.SIGINT, owner):
            yield url


@contextmanager
def furnished(admin_url: str, run: str) -> Iterator[Furnished]:
    """Roles and a database named after the run; all of it is gone afterwards, whatever happened in between."""
    owner, app, database = f"portal_owner_{run}", f"portal_app_{run}", f"portal_{run}"
    secret = secrets.token_hex(16)
    names = {name: Identifier(value) for name, value in {"owner": owner, "app": app, "database": database}.items()}
    made = Furnished(_address(admin_url, owner, secret, database), _address(admin_url, app, secret, database), database)
    try:
        execute(
            admin_url,
            "CREATE ROLE {owner} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD {secret}",
            "CREATE ROLE {app} LOGIN NOCREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD {secret}",
            "ALTER ROLE {app} SET timezone = 'UTC'",
            **names,
            secret=Literal(secret),
        )
        execute(_address(admin_url, owner, secret, "postgres"), "CREATE DATABASE {database}", **names)
        execute(
            made.owner_url,
            "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
            "ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {app}",
            **names,
        )
        yield made
    finally:
        _remove(admin_url, owner, app)


def _address(admin_url: str, role: str, secret: str, database: str) -> str:
    parts = urlsplit(admin_url)
    place = f"{parts.hostname or ''}:{parts.port or 5432}"
    return parts._replace(netloc=f"{quote(role)}:{secret}@{place}", path=f"/{database}").geturl()


def _remove(admin_url: str, owner: str, app: str) -> None:
    """Every database of the run's owner (test databases of killed workers too), then both roles."""
    databases = execute(
        admin_url,
        "SELECT datname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE rolname = {owner}",
        owner=Literal(owner),
    )
    for (name,) in databases:
        execute(admin_url, "DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=Identifier(str(name)))
    for role in (app, owner):
        execute(admin_url, "DROP ROLE IF EXISTS {role}", role=Identifier(role))
