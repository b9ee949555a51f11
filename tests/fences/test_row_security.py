"""Row-level security on PostgreSQL: what the catalogue says, compared with what is written here by hand.

What the application's role can then do is asked in test_row_probes.py and beside each room's own tests.
"""

import re
from collections import defaultdict
from typing import Any

import pytest
from django.db import connection, transaction

from portal.database import transaction_as
from portal.demo.cast import Cast
from tests.triggers import triggers

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = pytest.mark.postgres

# Tables with a tenant column that stay outside, each with its reason. Identity is resolved before anybody's home is
# known.
OUTSIDE = {
    "tenants_user": "identity: read to find out who asks",
    "tenants_roleassignment": "identity: read to find out with which roles",
}
OWN = "tenant_id = home or machine"
CHOSEN = "tenant_id = home or tenant_id = acting or machine"
WORKED_ON = "tenant_id = home or reach_partner_id = home or machine"
SOLD = "reach_partner_id = home or current_setting'portal.system'::text, true = 'lifecycle'::text"
STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def always(condition: str) -> dict[str, str]:
    return dict.fromkeys(STATEMENTS, condition)


# A policy changes by a migration (`Protect(..., instead_of=...)`) and here. A statement without one is refused.
POLICIES = {
    "api_idempotencykey": always(OWN),
    "audit_auditentry": {
        "SELECT": "tenant_id = home or tenant_id = acting or actor_tenant_id = home or machine",
        "INSERT": "actor_tenant_id = home or machine",
    },
    "mail_letter": always("machine") | {"SELECT": OWN, "INSERT": "sender_id = home or machine"},
    "messagecenter_postview": always(OWN),
    "outbox_inboundmessage": always("machine"),
    "outbox_outboundmessage": {"SELECT": WORKED_ON, "INSERT": WORKED_ON, "UPDATE": "machine"},
    "subscriptions_subscription": always(SOLD)
    | {"SELECT": "tenant_id = home or tenant_id = acting or reach_partner_id = home or machine"},
    "support_comment": {"SELECT": WORKED_ON, "INSERT": WORKED_ON, "UPDATE": "machine"},
    "support_escalation": {
        "SELECT": WORKED_ON,
        "INSERT": "reach_partner_id = home or machine",
        "UPDATE": WORKED_ON,
    },
    "support_supportrequest": {"SELECT": WORKED_ON, "INSERT": WORKED_ON, "UPDATE": WORKED_ON},
    "tenants_servicesetting": always(CHOSEN),
    "tenants_servicesettingchange": always(CHOSEN),
}
# SQLite forgets the triggers of a table that a later migration makes anew.
TRIGGERS = {
    "audit_append_only",
    *("head_begins_at_nothing", "head_moves_one_step", "head_stays"),
    *("subscription_stays", "subscription_tied", "subscription_tied_again"),
    *("request_stays", "request_tied"),
    *("comment_stays", "comment_belongs", "comment_reaches"),
    *("escalation_stays", "escalation_belongs", "escalation_reaches"),
}
ASK_WHO_ACTS = {"entry_tied", "letter_to_its_reader", "message_tied"}
WORDS = {
    "NULLIF(current_setting('portal.home'::text, true), ''::text))::uuid": "home",
    "NULLIF(current_setting('portal.acting'::text, true), ''::text))::uuid": "acting",
    "NULLIF(current_setting('portal.system'::text, true), ''::text) IS NOT NULL": "machine",
}
UNPROTECTED = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p')
      and exists (select 1 from pg_attribute a
                  where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
      and not (c.relrowsecurity and c.relforcerowsecurity
               and exists (select 1 from pg_policies p where p.tablename = c.relname and p.cmd = 'SELECT')
               and not exists (select 1 from pg_policies p where p.tablename = c.relname
                               and coalesce(p.qual, p.with_check) !~ 'portal[.](home|system)'))
"""


def rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def do(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def unprotected() -> set[str]:
    return {name for (name,) in rows(UNPROTECTED)} - set(OUTSIDE)


def asking_another_table() -> list[str]:
    clauses = rows("select tablename, coalesce(qual, '') || coalesce(with_check, '') from pg_policies")
    return [table for table, clause in clauses if "SELECT" in clause.upper()]


def running_as_their_owner() -> list[str]:
    views = "select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace"
    functions = "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
    return [name for (name,) in rows(views) + rows(functions)]


def in_words(clause: str) -> str:
    for expression, word in WORDS.items():
        clause = clause.replace(expression, word)
    return re.sub("[()]", "", clause).replace(" OR ", " or ")


def policies() -> dict[str, dict[str, str]]:
    """Table -> statement -> condition; what an UPDATE finds and what it may leave must be the same."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, statement, qual, check in rows("select tablename, cmd, qual, with_check from pg_policies"):
        (condition,) = {in_words(clause) for clause in (qual, check) if clause}
        assert statement not in found[table], "two policies for one statement add up"
        found[table][statement] = condition
    return dict(found)


@ON_POSTGRESQL
def test_every_table_with_a_tenant_is_protected_and_forced() -> None:
    assert unprotected() == set()


@ON_POSTGRESQL
def test_every_policy_is_the_one_that_is_written_here() -> None:
    assert policies() == POLICIES


@ON_POSTGRESQL
def test_a_policy_that_is_changed_shows() -> None:
    do("alter policy portal_select on support_comment using (tenant_id is not null)")
    assert policies() != POLICIES


def test_every_trigger_is_there() -> None:
    if connection.vendor == "postgresql":
        found = {name for (name,) in rows("select distinct tgname from pg_trigger where not tgisinternal")}
        assert found == TRIGGERS | ASK_WHO_ACTS
    else:
        plain = {re.sub(r"_\d$", "", name) for name in triggers()}
        assert plain == TRIGGERS - {"audit_append_only"} | {"audit_no_update", "audit_no_delete"}


@ON_POSTGRESQL
def test_the_tables_outside_exist() -> None:
    assert set(OUTSIDE) <= {name for (name,) in rows("select relname from pg_class where relkind = 'r'")}


@ON_POSTGRESQL
def test_the_catalogue_bites_a_table_without_a_policy() -> None:
    do("create table planted (tenant_id uuid)")
    assert unprotected() == {"planted"}
    do(
        "alter table planted enable row level security",
        "create policy p on planted for select using (tenant_id is null)",
    )
    assert unprotected() == {"planted"}, "the owner walks past a policy that is not forced"


@ON_POSTGRESQL
def test_the_catalogue_bites_a_policy_that_asks_nobody_who_they_are() -> None:
    do(
        "create table planted (tenant_id uuid)",
        "alter table planted enable row level security",
        "alter table planted force row level security",
        "create policy p on planted for select using (true)",
    )
    assert unprotected() == {"planted"}
    do("alter policy p on planted using (tenant_id = nullif(current_setting('portal.home', true), '')::uuid)")
    assert unprotected() == set()
    do("create policy q on planted for select using (true)")
    assert unprotected() == {"planted"}, "policies add up"


@ON_POSTGRESQL
def test_no_policy_asks_another_table() -> None:
    assert asking_another_table() == []
    do("create policy p on mail_letter for select using (tenant_id in (select id from tenants_tenant))")
    assert asking_another_table() == ["mail_letter"]


@ON_POSTGRESQL
@pytest.mark.parametrize(
    "planted",
    [
        "create view planted as select * from mail_letter",
        "create materialized view planted as select * from mail_letter",
        "create function planted() returns bigint language sql security definer as 'select count(*) from mail_letter'",
    ],
)
def test_there_is_no_view_and_no_function_that_runs_as_its_owner(planted: str) -> None:
    assert running_as_their_owner() == []
    do(planted)
    assert running_as_their_owner() == ["planted"]


@ON_POSTGRESQL
def test_not_even_the_owner_changes_a_deed(cast: Cast) -> None:
    with pytest.raises(Exception, match="append-only"), transaction.atomic():
        do("alter table audit_auditentry no force row level security", "update audit_auditentry set deed = 'x'")


@ON_POSTGRESQL
def test_the_identity_returns_after_a_nested_one(cast: Cast) -> None:
    with transaction_as(home=cast.huaxin.pk):
        with transaction_as(home=cast.lotus.pk):
            assert rows("select current_setting('portal.home')") == [(str(cast.lotus.pk),)]
        assert rows("select current_setting('portal.home')") == [(str(cast.huaxin.pk),)]
