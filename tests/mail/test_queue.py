"""A letter is a row that commits with the verb."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy

from portal import mail
from portal.database import transaction_as
from portal.demo.cast import Cast
from portal.mail.models import Letter
from tests.mail.readers import Person

pytestmark = pytest.mark.django_db


def test_every_person_gets_one_letter_in_one_insert() -> None:
    alice, rosa = Person("alice@huaxin.example"), Person("rosa@huaxin.example", "zh-hans")
    with CaptureQueriesContext(connection) as queries:
        mail.queue("greeting", [alice, rosa, alice, Person("")], title="Hello")
    assert len([query for query in queries if query["sql"].startswith("INSERT")]) == 1
    letters = {letter.address: letter for letter in Letter.objects.all()}
    assert len(letters) == Letter.objects.count() == 2
    assert letters["rosa@huaxin.example"].language == "zh-hans"
    assert letters["alice@huaxin.example"].tenant_id == alice.tenant_id
    assert letters["alice@huaxin.example"].state == "queued"


def test_a_letter_vanishes_with_the_verb_that_failed() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        mail.queue("greeting", [Person("alice@huaxin.example")], title="Hello")
        raise ZeroDivisionError
    assert not Letter.objects.exists()


def test_it_comes_from_the_organisation_of_who_acts(cast: Cast) -> None:
    home = uuid4()
    with transaction_as(home=home):
        mail.queue("greeting", [cast.people["alice"]])
    with transaction_as(system="lifecycle"):
        mail.queue("greeting", [Person("rosa@huaxin.example")])
    senders = dict(Letter.objects.values_list("address", "sender_id"))
    assert senders == {"alice@huaxin.example": home, "rosa@huaxin.example": None}


def test_an_unknown_language_falls_back() -> None:
    mail.queue(
        "greeting", [Person("a@huaxin.example", "zh-CN"), Person("b@huaxin.example", ""), Person("c@x.example", "xx")]
    )
    assert dict(Letter.objects.values_list("address", "language")) == {
        "a@huaxin.example": "zh-hans",
        "b@huaxin.example": "en",
        "c@x.example": "en",
    }


def test_text_in_the_writers_language_is_refused() -> None:
    with pytest.raises(TypeError, match="translated"):
        mail.queue("greeting", [Person("a@huaxin.example")], title=gettext_lazy("Waiting"))
    with pytest.raises(TypeError, match="stored"):
        mail.queue("greeting", [Person("a@huaxin.example")], title=object())


def test_moments_survive_the_row() -> None:
    at = datetime(2026, 11, 22, 1, 2, tzinfo=UTC)
    mail.queue("greeting", [Person("a@huaxin.example")], at=at, ids=[uuid4()], name="any word is free")
    assert Letter.objects.get().context["at"] == {"$moment": at.isoformat()}


def test_a_mailbox_holds_ones_own_letters_newest_first() -> None:
    alice = Person("alice@huaxin.example")
    for title in ("first", "second"):
        mail.queue("greeting", [alice, Person("rosa@huaxin.example")], title=title)
    assert [letter.context["title"] for letter in mail.mailbox(alice.id)] == ["second", "first"]
