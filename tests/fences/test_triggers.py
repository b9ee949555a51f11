"""The triggers that refuse what no policy on one row can see: each is there, on its table, at its moments, and awake.

SQLite forgets the triggers of a table that a later migration makes anew. What each refuses is asked beside its room's
own tests.
"""

import re
from collections import defaultdict

import pytest
from django.db import connection

from tests.fences.test_row_security import do, rows
from tests.triggers import triggers

pytestmark = pytest.mark.django_db
APPEND_ONLY = "audit_append_only"
# Name -> before what it is asked.
TRIGGERS = {
    APPEND_ONLY: "DELETE or UPDATE on audit_auditentry",
    "head_begins_at_nothing": "INSERT on audit_audithead",
    "head_moves_one_step": "UPDATE on audit_audithead",
    "head_stays": "DELETE on audit_audithead",
    "subscription_stays": "UPDATE OF tenant_id, partner_id on subscriptions_subscription",
    "subscription_tied": "INSERT on subscriptions_subscription",
    "subscription_tied_again": "UPDATE OF reach_partner_id on subscriptions_subscription",
    "request_stays": "UPDATE OF tenant_id, partner_id on support_supportrequest",
    "request_tied": "INSERT or UPDATE OF reach_partner_id on support_supportrequest",
    "comment_stays": "UPDATE OF tenant_id, support_request_id on support_comment",
    "comment_belongs": "INSERT on support_comment",
    "comment_reaches": "UPDATE OF reach_partner_id on support_comment",
    "escalation_stays": "UPDATE OF tenant_id, support_request_id on support_escalation",
    "escalation_belongs": "INSERT on support_escalation",
    "escalation_reaches": "UPDATE OF reach_partner_id on support_escalation",
}
# These ask who acts, which SQLite does not know.
ASK_WHO_ACTS = {
    "entry_tied": "INSERT on audit_auditentry",
    "letter_to_its_reader": "INSERT on mail_letter",
    "message_tied": "INSERT on outbox_outboundmessage",
}
BEFORE = re.compile(r"BEFORE (.+?) ON (?:public\.)?(\w+)")
# `D` is a trigger that somebody has switched off.
AWAKE = "select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal and tgenabled <> 'D'"


def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def awake() -> dict[str, str]:
    """Name -> before what it is asked. On SQLite one that is asked before several things is several triggers."""
    moments: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, statement in rows(AWAKE) if on_postgresql() else triggers().items():
        before, table = BEFORE.findall(statement)[0]
        moments[_plain(name), table] |= set(before.split(" OR "))
    return {name: f"{' or '.join(sorted(before))} on {table}" for (name, table), before in moments.items()}


def _plain(name: str) -> str:
    return re.sub(r"_\d$", "", name).replace("audit_no_update", APPEND_ONLY).replace("audit_no_delete", APPEND_ONLY)


def wanted() -> dict[str, str]:
    return TRIGGERS | (ASK_WHO_ACTS if on_postgresql() else {})


def test_every_trigger_is_there_and_awake() -> None:
    assert awake() == wanted()


@pytest.mark.parametrize(
    ("on_sqlite", "on_postgres", "gone"),
    [
        ("drop trigger head_stays_0", "drop trigger head_stays on audit_audithead", "head_stays"),
        (
            "drop trigger request_tied_1",
            "create or replace trigger request_tied before insert on support_supportrequest"
            " for each row execute function request_tied()",
            "request_tied",
        ),
        (
            "drop trigger audit_no_delete",
            "alter table audit_auditentry disable trigger audit_append_only",
            APPEND_ONLY,
        ),
    ],
)
def test_it_bites_a_trigger_that_is_dropped_narrowed_or_asleep(on_sqlite: str, on_postgres: str, gone: str) -> None:
    do(on_postgres if on_postgresql() else on_sqlite)
    found = awake()
    assert {name for name, where in wanted().items() if found.get(name) != where} == {gone}
