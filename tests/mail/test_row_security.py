"""A letter goes to its reader's own address: raw SQL in an organisation's name sends no other."""

from typing import Any
from uuid import uuid4

import pytest
from psycopg2 import errors

from portal import mail
from portal.database import transaction_as
from portal.demo.cast import Cast
from portal.errors import ServiceBusy
from tenants.models import User
from tests.raw_sql import as_, insert, row_of

pytestmark = pytest.mark.postgres


def test_nobody_writes_to_another_address_or_in_another_organisations_mailbox(as_app_role: Any, cast: Cast) -> None:
    mail.queue("greeting", [cast.people["alice"]], title="x")
    row = row_of("mail_letter") | {"sender_id": cast.lotus.pk}

    for wrong in (
        {"address": "all@evil.example"},
        {"tenant_id": cast.lotus.pk},
        {"recipient_id": cast.people["mallory"].pk},
        {"recipient_id": uuid4()},
    ):
        with pytest.raises(errors.CheckViolation, match="a letter goes to its reader"):
            insert(as_(as_app_role, cast.lotus.pk), "mail_letter", row | {"id": uuid4()} | wrong)
    assert insert(as_(as_app_role, cast.lotus.pk), "mail_letter", row | {"id": uuid4()}) == 1


def test_a_letter_to_somebody_whose_address_has_just_changed_is_asked_for_again(db: None, cast: Cast) -> None:
    as_it_was = cast.people["alice"]
    User.objects.filter(pk=as_it_was.pk).update(email="alice@new.example")
    with transaction_as(home=cast.huaxin.pk):
        with pytest.raises(ServiceBusy):
            mail.queue("greeting", [as_it_was], title="x")
        mail.queue("greeting", [User.objects.for_system("read again").get(pk=as_it_was.pk)], title="x")
