"""Looking into a customer for a moment never hides what went wrong there, and never outlasts the moment."""

from uuid import uuid4

import pytest
from django.db import OperationalError, connection

from portal.database import current_identity, is_jam, looking_into, transaction_as
from portal.errors import NotVisible

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

LOCKED = "do $$ begin raise exception 'locked' using errcode = '55P03'; end $$"


def acting() -> str:
    """`portal.acting` as PostgreSQL knows it."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('portal.acting', true)")
        return cursor.fetchone()[0] or ""


def test_a_lock_that_does_not_come_in_time_is_still_known_for_what_it_is() -> None:
    with pytest.raises(OperationalError) as failed, transaction_as(home=uuid4()), looking_into(uuid4()):
        connection.cursor().execute(LOCKED)

    assert is_jam(failed.value)
    assert (current_identity().acting, acting()) == ("", "")


def test_who_found_nothing_there_reaches_nothing_there_afterwards() -> None:
    customer = uuid4()
    with transaction_as(home=uuid4()):
        with pytest.raises(NotVisible), looking_into(customer):
            assert acting() == str(customer)
            raise NotVisible

        assert (current_identity().acting, acting()) == ("", "")
