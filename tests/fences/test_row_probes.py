"""The probes of the threat model that attack row-level security (docs/threat-model.md), as the application's role."""

import os
import re
import subprocess
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from psycopg2 import errors

from dev import ROOT
from portal.demo.cast import Cast
from tests.raw_sql import as_, changed
from tests.servers import postgres, processes

pytestmark = pytest.mark.postgres
ENTRIES = "select 1 from audit_auditentry"
PACKAGES = ("portal", "tenants", "subscriptions", "messagecenter", "support")
# A setting that outlives its transaction: the next request on the same connection would be somebody else.
LASTING = re.compile(r"set_config\([^;]*?false\s*\)|\bset\s+(session\s+)?portal\.", re.IGNORECASE)


def test_the_application_is_neither_owner_nor_superuser(as_app_role: Any) -> None:
    cursor = as_app_role.cursor()
    cursor.execute("select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user")
    assert cursor.fetchone() == (False, False, False)
    owned = "select 1 from pg_class where relowner = (select oid from pg_roles where rolname = current_user)"
    assert changed(cursor, owned) == 0


def test_nobody_set_reads_nothing(as_app_role: Any, cast: Cast) -> None:
    assert changed(as_(as_app_role, system="any"), ENTRIES) > 0
    as_app_role.rollback()
    assert changed(as_app_role.cursor(), ENTRIES) == 0


def test_a_setting_of_one_transaction_is_gone_in_the_next(as_app_role: Any, cast: Cast) -> None:
    cursor = as_(as_app_role, cast.huaxin.pk)
    assert changed(cursor, ENTRIES) > 0
    as_app_role.commit()
    assert changed(cursor, ENTRIES) == 0


def test_a_setting_outside_a_transaction_does_not_stick(as_app_role: Any, cast: Cast) -> None:
    as_app_role.rollback()
    as_app_role.autocommit = True
    cursor = as_app_role.cursor()
    cursor.execute("select set_config('portal.home', %s, true)", [str(cast.huaxin.pk)])
    assert changed(cursor, ENTRIES) == 0


@pytest.mark.django_db(transaction=True)
def test_the_next_request_on_a_kept_connection_is_nobody(cast: Cast, browser_of: Callable[[str], Client]) -> None:
    assert browser_of("anna").get(f"/organisations/{cast.huaxin.pk}/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('portal.home', true), current_setting('portal.acting', true)")
        assert cursor.fetchone() == ("", "")


def test_no_code_of_ours_makes_a_setting_last() -> None:
    sources = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert len(sources) > 100
    assert [path.name for path in sources if LASTING.search(path.read_text("utf-8"))] == []
    assert LASTING.search("select set_config('portal.home', %s, false)")
    assert LASTING.search("SET portal.home = 'x'")


def test_each_organisation_reads_its_own_entries(as_app_role: Any, cast: Cast) -> None:
    for organisation in (cast.huaxin, cast.lotus, cast.fanyun):
        cursor = as_(as_app_role, organisation.pk)
        cursor.execute("select distinct tenant_id::text, actor_tenant_id::text from audit_auditentry")
        found = cursor.fetchall()
        assert found
        assert all(str(organisation.pk) in row for row in found)


def test_a_row_for_another_organisation_is_refused(as_app_role: Any, cast: Cast) -> None:
    insert = (
        "insert into tenants_servicesetting (id, tenant_id, service, key, value, version)"
        " values (gen_random_uuid(), %s, 'exchange', 'exchange.calendar_sharing', 'true', 1)"
    )
    cursor = as_(as_app_role, cast.lotus.pk)
    cursor.execute(insert, [str(cast.lotus.pk)])
    with pytest.raises(errors.InsufficientPrivilege):
        cursor.execute(insert, [str(cast.huaxin.pk)])


def test_what_was_read_hangs_on_a_reader_of_the_same_organisation(as_app_role: Any, cast: Cast) -> None:
    said = set()
    for reader in (cast.people["alice"].pk, uuid4()):
        cursor = as_(as_app_role, cast.lotus.pk)
        with pytest.raises(errors.ForeignKeyViolation) as refused:
            cursor.execute(
                "insert into messagecenter_postview"
                " (id, tenant_id, user_id, post_id, is_read, is_archived, is_favorited)"
                " values (gen_random_uuid(), %s, %s, gen_random_uuid(), true, false, false)",
                [str(cast.lotus.pk), str(reader)],
            )
            cursor.execute("set constraints messagecenter_postview_of_its_tenant immediate")
        said.add(refused.value.diag.constraint_name)
    assert said == {"messagecenter_postview_of_its_tenant"}


@pytest.mark.parametrize(
    "statement",
    [
        "truncate audit_auditentry",
        "create table planted (id int)",
        "alter table audit_auditentry disable row level security",
        "alter table audit_auditentry disable trigger all",
        "drop policy portal_select on audit_auditentry",
        "set session authorization {owner}",
        "set role {owner}",
        "set role postgres",
    ],
)
def test_the_application_cannot_loosen_anything(as_app_role: Any, statement: str) -> None:
    owner = connection.settings_dict["USER"]
    with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedObject, errors.InvalidParameterValue)):
        as_app_role.cursor().execute(statement.format(owner=owner))


def test_going_back_to_the_role_of_the_session_leads_nowhere(as_app_role: Any) -> None:
    cursor = as_app_role.cursor()
    cursor.execute("reset role")
    cursor.execute("reset session authorization")
    cursor.execute("select current_user = session_user, current_user = %s", [connection.settings_dict["USER"]])
    assert cursor.fetchone() == (True, False)


@pytest.mark.parametrize("statement", ["update audit_auditentry set deed = 'x'", "delete from audit_auditentry"])
def test_the_application_changes_no_deed(as_app_role: Any, cast: Cast, statement: str) -> None:
    cursor = as_(as_app_role, system="anything")
    before = changed(cursor, ENTRIES)
    assert before > 0
    assert changed(cursor, statement) == 0
    assert changed(cursor, f"{ENTRIES} where deed <> 'x'") == before


def test_the_statistics_of_a_protected_table_tell_nothing(as_app_role: Any, cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("analyze audit_auditentry")
        cursor.execute("analyze tenants_tenant")
    told = "select 1 from pg_stats where tablename = %s"
    asking = as_(as_app_role, cast.lotus.pk)
    asking.execute(told, ["tenants_tenant"])
    assert asking.rowcount > 0
    asking.execute(told, ["audit_auditentry"])
    assert asking.rowcount == 0


def test_a_dump_as_the_application_is_an_error_and_not_half_a_dump(as_app_role: Any, cast: Cast) -> None:
    dump = processes.program("pg_dump", *postgres.PROGRAMS)
    url = os.environ["PORTAL_TEST_APP_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    done = subprocess.run(
        [dump, "--data-only", "--table=audit_auditentry", url], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "row-level security" in done.stderr
