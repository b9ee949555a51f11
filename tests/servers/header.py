"""The lines that open a test run: what it really talks to."""

import os
import sqlite3
import subprocess
from typing import Any

import psycopg2
import redis
from kombu import Connection


def lines(database: dict[str, Any], chromium: str) -> list[str]:
    """One line per server in use."""
    described = [f"database: {_postgresql(database) if 'postgresql' in database['ENGINE'] else _sqlite()}"]
    if url := os.environ.get("PORTAL_TEST_RABBITMQ_URL"):
        described.append(f"broker: {rabbitmq_version(url)}")
    if url := os.environ.get("PORTAL_TEST_REDIS_URL"):
        described.append(f"broker: {redis_version(url)}")
    described.append(f"browser: {_browser(chromium) if chromium else 'none found'}")
    return described


def _sqlite() -> str:
    return f"SQLite {sqlite3.sqlite_version}"


def _postgresql(database: dict[str, Any]) -> str:
    connection = psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname="postgres",
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "select current_setting('server_version'), rolname, rolsuper, rolbypassrls"
                " from pg_roles where rolname = current_user"
            )
            version, role, superuser, bypass = cursor.fetchone()
    finally:
        connection.close()
    return f"PostgreSQL {version}, role {role}, rolsuper {superuser}, rolbypassrls {bypass}"


def rabbitmq_version(url: str) -> str:
    """Raises OSError where no broker answers."""
    with Connection(url, connect_timeout=3) as connection:
        properties = connection.connection.server_properties
        return f"{properties['product']} {properties['version']}"


def redis_version(url: str) -> str:
    """Raises redis.ConnectionError where no server answers."""
    with redis.Redis.from_url(url, socket_connect_timeout=3) as client:
        return f"Redis {client.info('server')['redis_version']}"


def _browser(chromium: str) -> str:
    answer = subprocess.run([chromium, "--version"], capture_output=True, text=True, timeout=60, check=False)
    return answer.stdout.strip() or f"{chromium} did not say its version"
