"""Emptying the tables between transactional tests sets SQLite's triggers aside for that moment only."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.models import Model

from tenants.models import Tenant
from tests.triggers import triggers

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL truncates, which fires no row trigger"),
]


@pytest.fixture
def stubborn_table() -> Iterator[type[Model]]:
    """A table that refuses every deletion, as the book of deeds does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "create trigger stubborn before delete on tenants_tenant begin select raise(abort, 'never deleted'); end"
        )
    yield Tenant
    with connection.cursor() as cursor:
        cursor.execute("drop trigger stubborn")


def test_a_table_that_refuses_deletion_is_emptied_and_refuses_again(stubborn_table: type[Model]) -> None:
    before = triggers()
    Tenant.objects.create(kind="customer", name="Before", domain="before.example")

    call_command("flush", interactive=False, verbosity=0)

    assert Tenant.objects.for_system("the test counts what the flush left").count() == 0
    assert triggers() == before
    Tenant.objects.create(kind="customer", name="After", domain="after.example")
    with pytest.raises(IntegrityError, match="never deleted"), connection.cursor() as cursor:
        cursor.execute("delete from tenants_tenant")


def test_the_book_of_deeds_keeps_its_triggers() -> None:
    assert any("audit" in name for name in triggers())
