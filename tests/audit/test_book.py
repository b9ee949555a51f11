"""The book of deeds: append-only, and every way of tampering shows."""

from collections.abc import Callable
from io import StringIO
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from portal.audit import book, chain
from portal.audit.models import AuditEntry, AuditHead
from portal.demo import cast as demo_cast
from portal.demo.cast import Cast
from tenants.actions.organisations import found_organisation
from tenants.actor import Actor, acting_as
from tenants.models import Kind
from tests.triggers import triggers


def tamper(sql: str, *parameters: object) -> None:
    """Change the book as somebody with the database in hand would: past triggers and policies."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("alter table audit_auditentry disable trigger user")
            cursor.execute("alter table audit_audithead disable trigger user")
            cursor.execute("alter table audit_auditentry no force row level security")
        else:
            for name in triggers():
                cursor.execute(f"drop trigger {name}")
        cursor.execute(sql, parameters)


def last_of(cast: Cast) -> AuditEntry:
    return AuditEntry.objects.filter(tenant_id=cast.huaxin.pk).order_by("-sequence")[0]


def change_a_row(cast: Cast) -> str:
    entry = AuditEntry.objects.filter(tenant_id=cast.huaxin.pk, sequence=2).get()
    tamper("update audit_auditentry set actor_name = 'nobody' where target_id = %s and sequence = 2", entry.target_id)
    return f"chain {cast.huaxin.pk}: entry 2 ({entry.pk}) was changed"


def remove_a_row(cast: Cast) -> str:
    entry = AuditEntry.objects.get(tenant_id=cast.huaxin.pk, sequence=2)
    tamper("delete from audit_auditentry where mac = %s", entry.mac)
    return f"chain {cast.huaxin.pk}: entry 2 is missing"


def remove_the_last_row(cast: Cast) -> str:
    entry = last_of(cast)
    tamper("delete from audit_auditentry where mac = %s", entry.mac)
    return f"chain {cast.huaxin.pk}: entry {entry.sequence} of {entry.sequence} is missing"


def remove_the_last_row_and_move_the_head(cast: Cast) -> str:
    entry = last_of(cast)
    before = AuditEntry.objects.get(tenant_id=cast.huaxin.pk, sequence=entry.sequence - 1)
    tamper("delete from audit_auditentry where mac = %s", entry.mac)
    AuditHead.objects.filter(chain_id=cast.huaxin.pk).update(sequence=before.sequence, mac=before.mac)
    return f"chain {cast.huaxin.pk}: its head was changed"


def remove_a_chain(cast: Cast) -> str:
    first = AuditEntry.objects.filter(tenant_id=cast.huaxin.pk)[0]
    parameter = first.tenant_id if connection.vendor == "postgresql" else first.tenant_id.hex
    tamper("delete from audit_auditentry where tenant_id = %s", parameter)
    AuditHead.objects.filter(chain_id=cast.huaxin.pk).delete()
    return f"chain {cast.huaxin.pk}: registered, but every entry of it is gone"


def verified() -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    return out.getvalue()


def test_a_whole_book_is_counted(cast: Cast) -> None:
    assert verified() == f"{AuditEntry.objects.count()} entries checked. Every chain is whole.\n"


@pytest.mark.parametrize(
    "deed",
    [change_a_row, remove_a_row, remove_the_last_row, remove_the_last_row_and_move_the_head, remove_a_chain],
    ids=lambda deed: deed.__name__,
)
def test_tampering_shows(cast: Cast, deed: Callable[[Cast], str]) -> None:
    expected = deed(cast)
    assert chain.verify().broken == expected
    with pytest.raises(CommandError, match=expected.split(":")[0]):
        verified()


def put_the_head_back(cast: Cast) -> str:
    """As it was one entry ago, with the seal that it had then: the entry after it is still there."""
    entry = last_of(cast)
    before = AuditEntry.objects.get(tenant_id=cast.huaxin.pk, sequence=entry.sequence - 1)
    tamper("select 1")
    seal = chain.seal_of(cast.huaxin.pk, before.sequence, before.mac)
    AuditHead.objects.filter(chain_id=cast.huaxin.pk).update(sequence=before.sequence, mac=before.mac, seal=seal)
    return f"chain {cast.huaxin.pk}: its head stands before its last entry"


def test_a_head_that_was_put_back_shows(cast: Cast) -> None:
    expected = put_the_head_back(cast)
    assert chain.verify().broken == expected


@pytest.mark.django_db(transaction=True)
def test_deeds_that_are_written_meanwhile_are_no_false_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = demo_cast.load() if demo_cast.is_present() else demo_cast.build()
    setup, written = Actor.system("setup"), AuditEntry.objects.count()
    monkeypatch.setattr(chain, "BATCH", 3)

    def write() -> None:
        with acting_as(setup):
            book.record(setup, "test.deed", cast.huaxin)
            found_organisation(Kind.CUSTOMER, "New Silk", f"{uuid4()}.example", actor=setup)
        connection.close()

    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "audit_" in sql:
            writer = Thread(target=write)
            writer.start()
            writer.join(timeout=30)
            assert not writer.is_alive(), "a verification keeps nobody waiting"
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        said = verified()

    assert said.endswith("entries checked. Every chain is whole.\n")
    assert int(said.split()[0]) > written
    assert AuditEntry.objects.filter(deed="test.deed").count() > 10


def test_an_empty_book_proves_nothing(cast: Cast) -> None:
    tamper("delete from audit_auditentry")
    AuditHead.objects.all().delete()
    with pytest.raises(CommandError, match="0 entries checked"):
        verified()


def test_another_key_proves_nothing(cast: Cast, settings: object) -> None:
    settings.AUDIT_KEY = "another key"  # type: ignore[attr-defined] # pytest-django's settings take any name
    assert chain.verify().broken != ""


@pytest.mark.parametrize("statement", ["update audit_auditentry set deed = 'x'", "delete from audit_auditentry"])
def test_the_database_refuses_to_change_a_deed(cast: Cast, statement: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("alter table audit_auditentry no force row level security")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_partner_acts_on_behalf(cast: Cast) -> None:
    entry = book.record(cast.actor("anna"), "test.deed", cast.huaxin, before={"a": 1}, after={"a": 2})
    assert (entry.actor_name, entry.actor_tenant_id, entry.on_behalf_of_id) == (
        "Anna An",
        cast.fanyun.pk,
        cast.huaxin.pk,
    )
    assert entry.data == {"before": {"a": 1}, "after": {"a": 2}}


@pytest.mark.django_db(transaction=True)
def test_a_deed_outside_its_verbs_transaction_is_refused() -> None:
    cast = Cast()
    with pytest.raises(RuntimeError, match="in the transaction of its verb"):
        book.record(cast, "test.deed", None)  # type: ignore[arg-type] # refused before either is looked at
