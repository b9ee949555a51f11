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

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = pytest.mark.postgres

# Tables about an organisation or a person that stay outside, each with its reason. Identity is resolved before
# anybody's home is known.
OUTSIDE = {
    "tenants_user": "identity: read to find out who asks",
    "tenants_roleassignment": "identity: read to find out with which roles",
    "tenants_resellerrelationship": "identity: read to find out for whom a partner may act",
    "tenants_delegatedadmin": "identity: as above",
    "tenants_tenantgrouppermission": "identity: as above, guardian's half of it",
    "tenants_partnerrolegroup": "identity: which of Django's groups stands for a partner's role",
    "tenants_user_groups": "identity: who is in these groups",
    "tenants_accesstoken": "identity: read by its digest to find out who asks",
    "mfa_authenticator": "identity: read while somebody signs in",
    "account_emailaddress": "identity: allauth's, as above",
    "tenants_user_user_permissions": "Django's: no right of ours is asked there, and it stays empty",
    "guardian_userobjectpermission": "guardian's: rights are held by groups, and it stays empty",
    "django_admin_log": "Django's: what the operator's people did in its admin",
    "subscriptions_offer": "the operator's catalogue, which is everybody's",
    "messagecenter_post": "the operator's announcements, which are no organisation's",
}
OWN = "tenant_id = home or machine"
CHOSEN = "tenant_id = home or tenant_id = acting or machine"
WORKED_ON = "tenant_id = home or reach_partner_id = home or machine"
SPOKEN = "tenant_id = home AND visibility::text = 'public'::text or reach_partner_id = home or machine"
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
    "support_comment": {"SELECT": SPOKEN, "INSERT": SPOKEN, "UPDATE": "machine"},
    "support_escalation": {
        "SELECT": WORKED_ON,
        "INSERT": "reach_partner_id = home or machine",
        "UPDATE": WORKED_ON,
    },
    "support_supportrequest": {"SELECT": WORKED_ON, "INSERT": WORKED_ON, "UPDATE": WORKED_ON},
    "tenants_servicesetting": always(CHOSEN),
    "tenants_servicesettingchange": always(CHOSEN),
}
WORDS = {
    "NULLIF(current_setting('portal.home'::text, true), ''::text))::uuid": "home",
    "NULLIF(current_setting('portal.acting'::text, true), ''::text))::uuid": "acting",
    "NULLIF(current_setting('portal.system'::text, true), ''::text) IS NOT NULL": "machine",
}
# A table is about somebody if it points at an organisation or a person, or has a column that is called so.
UNPROTECTED = """
    select c.relname from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and (exists (select 1 from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'
                   and f.confrelid in ('tenants_tenant'::regclass, 'tenants_user'::regclass))
           or exists (select 1 from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
                      and a.attname ~ '(^|_)(tenant|customer|partner|user)_id$'))
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
    return {name for (name,) in rows(UNPROTECTED)}


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
        condition, *others = {in_words(clause) for clause in (qual, check) if clause}
        assert not others, "an UPDATE may leave what it would not find"
        assert statement not in found[table], "two policies for one statement add up"
        found[table][statement] = condition
    return dict(found)


@ON_POSTGRESQL
def test_every_table_about_somebody_is_protected_and_forced_or_outside_for_a_reason() -> None:
    assert unprotected() == set(OUTSIDE)


@ON_POSTGRESQL
def test_every_policy_is_the_one_that_is_written_here() -> None:
    assert policies() == POLICIES


@ON_POSTGRESQL
@pytest.mark.parametrize(
    "planted",
    [
        "alter policy portal_select on support_comment using (tenant_id is not null)",
        "drop policy portal_delete on tenants_servicesetting",
        "create policy planted on support_supportrequest for delete using (true)",
    ],
)
def test_the_catalogue_bites_a_policy_that_is_changed_dropped_or_added(planted: str) -> None:
    do(planted)
    assert policies() != POLICIES


@ON_POSTGRESQL
@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ("create policy planted on mail_letter for select using (true)", "two policies for one statement add up"),
        (
            "alter policy portal_update on support_supportrequest with check (true)",
            "an UPDATE may leave what it would not find",
        ),
    ],
)
def test_the_catalogue_bites_policies_that_say_two_things(planted: str, fault: str) -> None:
    do(planted)
    with pytest.raises(AssertionError, match=fault):
        policies()


@ON_POSTGRESQL
@pytest.mark.parametrize(
    "column",
    [
        "tenant_id uuid",
        "customer_id uuid",
        "reach_partner_id uuid",
        "user_id uuid",
        "host uuid references tenants_tenant",
        "guest uuid references tenants_user",
    ],
)
def test_the_catalogue_bites_a_table_about_somebody(column: str) -> None:
    do(f"create table planted ({column})")
    assert unprotected() - set(OUTSIDE) == {"planted"}


@ON_POSTGRESQL
def test_the_catalogue_bites_a_policy_that_is_not_forced() -> None:
    do("create table planted (tenant_id uuid)")
    do(
        "alter table planted enable row level security",
        "create policy p on planted for select using (tenant_id is null)",
    )
    assert unprotected() - set(OUTSIDE) == {"planted"}, "the owner walks past it"


@ON_POSTGRESQL
def test_the_catalogue_bites_a_policy_that_asks_nobody_who_they_are() -> None:
    do(
        "create table planted (tenant_id uuid)",
        "alter table planted enable row level security",
        "alter table planted force row level security",
        "create policy p on planted for select using (true)",
    )
    assert unprotected() - set(OUTSIDE) == {"planted"}
    do("alter policy p on planted using (tenant_id = nullif(current_setting('portal.home', true), '')::uuid)")
    assert unprotected() - set(OUTSIDE) == set()
    do("create policy q on planted for select using (true)")
    assert unprotected() - set(OUTSIDE) == {"planted"}, "policies add up"


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
