"""What raw SQL can do to the book of deeds: nobody takes a place in a stranger's chain, and nobody bends its head."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg2 import errors

from portal.audit import book, chain
from portal.audit.models import AuditEntry, AuditHead
from portal.demo.cast import Cast
from tenants.actor import acting_as
from tests.raw_sql import as_, insert, row_of


def place_in(chain_id: UUID, actor_tenant_id: UUID) -> dict[str, Any]:
    """An entry for the next place of a chain, in the name of somebody of that organisation."""
    head = AuditHead.objects.get(chain_id=chain_id)
    row = row_of("audit_auditentry")
    return row | {
        "id": uuid4(),
        "tenant_id": chain_id,
        "actor_tenant_id": actor_tenant_id,
        "sequence": head.sequence + 1,
    }


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("actor", "acting", "chain_of", "written"),
    [
        ("lotus", "", "lotus", True),
        ("lotus", "", "huaxin", False),
        ("lotus", "", "beichen", True),  # its partner
        ("fanyun", "", "huaxin", True),  # its customer
        ("beichen", "", "huaxin", True),  # by the grant for one service
        ("fanyun", "", "jade", True),
        ("fanyun", "", "lotus", False),
        ("fanyun", "lotus", "lotus", True),  # who may act there is the portal's question
        ("vianet", "", "huaxin", False),
    ],
)
def test_a_deed_is_written_only_where_a_tie_leads(
    as_app_role: Any, cast: Cast, actor: str, acting: str, chain_of: str, written: bool
) -> None:
    home, chain_id = cast.organisations[actor].pk, cast.organisations[chain_of].pk
    cursor = as_(as_app_role, home, cast.organisations[acting].pk if acting else "")
    row = place_in(chain_id, home)
    if written:
        assert insert(cursor, "audit_auditentry", row) == 1
    else:
        with pytest.raises(errors.CheckViolation, match="nothing ties the actor to this organisation"):
            insert(cursor, "audit_auditentry", row)


@pytest.mark.postgres
def test_the_register_is_written_by_its_machine_alone(as_app_role: Any, cast: Cast) -> None:
    for organisation in (cast.vianet, cast.fanyun, cast.lotus):
        with pytest.raises(errors.CheckViolation, match="nothing ties"):
            cursor = as_(as_app_role, organisation.pk)
            insert(cursor, "audit_auditentry", place_in(chain.REGISTER, organisation.pk))


@pytest.mark.postgres
def test_a_stranger_neither_moves_nor_removes_nor_plants_a_head(as_app_role: Any, cast: Cast) -> None:
    huaxin = str(cast.huaxin.pk)
    for statement in (
        "update audit_audithead set sequence = sequence + 1 where chain_id = %s",
        "update audit_audithead set sequence = 0 where chain_id = %s",
        "update audit_audithead set mac = 'x' where chain_id = %s",
        "delete from audit_audithead where chain_id = %s",
    ):
        for home in (cast.lotus.pk, cast.huaxin.pk):
            with pytest.raises(errors.CheckViolation, match="a head "):
                as_(as_app_role, home).execute(statement, [huaxin])
    with pytest.raises(errors.CheckViolation, match="begins with nothing"):
        as_(as_app_role, cast.lotus.pk).execute("insert into audit_audithead values (gen_random_uuid(), 3, 'x', 'x')")
    as_app_role.rollback()

    with acting_as(cast.actor("alice")) as alice:
        book.record(alice, "test.deed", cast.huaxin)
    assert chain.verify().broken == ""


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"sequence": 0}, {"sequence": 100}, {"mac": "x"}, {"chain_id": UUID(int=7)}])
def test_no_head_is_bent_on_either_database(cast: Cast, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="a head moves to the entry"), transaction.atomic():
        AuditHead.objects.filter(chain_id=cast.huaxin.pk).update(**changes)


@pytest.mark.django_db
def test_no_head_is_removed_on_either_database(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="a head stays"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from audit_audithead")


@pytest.mark.django_db
def test_a_partner_that_founds_a_customer_begins_its_chain(cast: Cast) -> None:
    class Founded:
        """What `record` asks of a new organisation."""

        pk = tenant_id = uuid4()
        _meta = cast.huaxin._meta

        def __str__(self) -> str:
            return "New Silk"

    with acting_as(cast.actor("sam")) as sam:
        book.record(sam, "tenants.organisation.founded", Founded())
        assert AuditEntry.objects.get(tenant_id=Founded.pk).sequence == 1
    assert chain.verify().broken == ""
