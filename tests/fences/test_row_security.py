"""Row-level security on PostgreSQL: the catalogue, and the probes of the threat model that apply
(docs/threat-model.md).
"""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection, transaction
from psycopg2 import errors

from portal.database import transaction_as
from portal.demo.cast import Cast

pytestmark = pytest.mark.postgres

# Tables with a tenant column that stay outside, each with its reason. Identity is resolved before anybody's home is
# known.
OUTSIDE = {
    "tenants_user": "identity: read to find out who asks",
    "tenants_roleassignment": "identity: read to find out with which roles",
}
UNPROTECTED = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p')
      and exists (select 1 from pg_attribute a
                  where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
      and not (c.relrowsecurity and c.relforcerowsecurity
               and exists (select 1 from pg_policies p where p.tablename = c.relname and p.cmd = 'SELECT'))
"""


def rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def unprotected() -> set[str]:
    return {name for (name,) in rows(UNPROTECTED)} - set(OUTSIDE)


@pytest.fixture
def app(cast: Cast) -> Iterator[Any]:
    """A connection of the application's role to the committed cast, in autocommit."""
    url = urlsplit(os.environ["PORTAL_TEST_APP_URL"])
    session = psycopg2.connect(
        host=url.hostname,
        port=url.port,
        user=url.username,
        password=url.password,
        dbname=connection.settings_dict["NAME"],
    )
    session.autocommit = True
    yield session.cursor()
    session.close()


def seen(app: Any, sql: str) -> int:
    app.execute(sql)
    return len(app.fetchall())


@pytest.mark.django_db
def test_every_table_with_a_tenant_is_protected_and_forced() -> None:
    assert unprotected() == set()


@pytest.mark.django_db
def test_the_tables_outside_exist() -> None:
    assert set(OUTSIDE) <= {name for (name,) in rows("select relname from pg_class where relkind = 'r'")}


@pytest.mark.django_db
def test_the_catalogue_bites_a_table_without_a_policy() -> None:
    with connection.cursor() as cursor:
        cursor.execute("create table planted (tenant_id uuid)")
        assert unprotected() == {"planted"}
        cursor.execute("alter table planted enable row level security")
        cursor.execute("create policy p on planted for select using (true)")
        assert unprotected() == {"planted"}, "the owner walks past a policy that is not forced"


@pytest.mark.django_db
def test_no_policy_asks_another_table() -> None:
    clauses = rows("select coalesce(qual, '') || coalesce(with_check, '') from pg_policies")
    assert [clause for (clause,) in clauses if "SELECT" in clause.upper()] == []


@pytest.mark.django_db
def test_there_is_no_view_and_no_function_that_runs_as_its_owner() -> None:
    views = "select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace"
    functions = "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
    assert (rows(views), rows(functions)) == ([], [])


def test_the_application_is_neither_owner_nor_superuser(app: Any) -> None:
    app.execute("select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user")
    assert app.fetchone() == (False, False, False)
    assert (
        seen(app, "select 1 from pg_class where relowner = (select oid from pg_roles where rolname = current_user)")
        == 0
    )


def test_nobody_set_reads_nothing(app: Any) -> None:
    assert seen(app, "select 1 from audit_auditentry") == 0


def test_a_setting_of_one_transaction_is_gone_in_the_next(app: Any, cast: Cast) -> None:
    app.execute("begin")
    app.execute("select set_config('portal.home', %s, true)", [str(cast.huaxin.pk)])
    assert seen(app, "select 1 from audit_auditentry") > 0
    app.execute("commit")
    assert seen(app, "select 1 from audit_auditentry") == 0


def test_a_setting_outside_a_transaction_does_not_stick(app: Any, cast: Cast) -> None:
    app.execute("select set_config('portal.home', %s, true)", [str(cast.huaxin.pk)])
    assert seen(app, "select 1 from audit_auditentry") == 0


def test_each_organisation_reads_its_own_entries(app: Any, cast: Cast) -> None:
    app.execute("begin")
    for organisation in (cast.huaxin, cast.lotus):
        app.execute("select set_config('portal.home', %s, true)", [str(organisation.pk)])
        app.execute("select distinct tenant_id, actor_tenant_id from audit_auditentry")
        assert all(organisation.pk in row for row in app.fetchall())
    app.execute("rollback")


def test_a_row_for_another_organisation_is_refused(app: Any, cast: Cast) -> None:
    app.execute("begin")
    app.execute("select set_config('portal.home', %s, true)", [str(cast.lotus.pk)])
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(
            "insert into tenants_servicesetting (id, tenant_id, key, value, version)"
            " values (gen_random_uuid(), %s, 'exchange.calendar_sharing', 'true', 1)",
            [str(cast.huaxin.pk)],
        )
    app.execute("rollback")


@pytest.mark.parametrize(
    "statement",
    [
        "truncate audit_auditentry",
        "create table planted (id int)",
        "alter table audit_auditentry disable row level security",
        "alter table audit_auditentry disable trigger all",
        "drop policy portal_select on audit_auditentry",
    ],
)
def test_the_application_cannot_loosen_anything(app: Any, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


@pytest.mark.parametrize("statement", ["update audit_auditentry set deed = 'x'", "delete from audit_auditentry"])
def test_the_application_changes_no_deed(app: Any, cast: Cast, statement: str) -> None:
    app.execute("begin")
    app.execute("select set_config('portal.system', 'anything', true)")
    before = seen(app, "select 1 from audit_auditentry")
    app.execute(statement)
    assert (app.rowcount, seen(app, "select 1 from audit_auditentry where deed <> 'x'")) == (0, before)
    app.execute("rollback")


def test_not_even_the_owner_changes_a_deed(cast: Cast) -> None:
    with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("alter table audit_auditentry no force row level security")
        cursor.execute("update audit_auditentry set deed = 'x'")


def test_the_identity_returns_after_a_nested_one(cast: Cast) -> None:
    with transaction_as(home=cast.huaxin.pk):
        with transaction_as(home=cast.lotus.pk):
            assert rows("select current_setting('portal.home')") == [(str(cast.lotus.pk),)]
        assert rows("select current_setting('portal.home')") == [(str(cast.huaxin.pk),)]
