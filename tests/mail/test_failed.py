"""What whoever keeps the portal running does about letters that were given up."""

from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from portal import mail
from portal.database import now
from portal.mail.models import Letter
from tests.mail.readers import Person

pytestmark = pytest.mark.django_db


def letters(*words: str) -> str:
    """What `manage.py letters` prints."""
    printed = StringIO()
    call_command("letters", *words, stdout=printed)
    return printed.getvalue()


@pytest.fixture
def failed() -> list[Letter]:
    """Alice's and Rosa's letters were given up after days without a server; Uma's waits."""
    long_ago = now() - timedelta(days=4)
    for name in ("alice", "rosa"):
        mail.queue("greeting", [Person(f"{name}@huaxin.example")], title="Hello")
        Letter.objects.update(state="failed", attempts=12, last_error="no server", created_at=long_ago)
    mail.queue("greeting", [Person("uma@huaxin.example")], title="Hello")
    return list(Letter.objects.filter(state="failed").order_by("address"))


def test_the_list_names_each_and_why(failed: list[Letter]) -> None:
    printed = letters("list")

    alices = f"{failed[0].pk}  {failed[0].created_at:%Y-%m-%d %H:%M}  greeting to alice@huaxin.example  no server"
    assert alices in printed.splitlines()
    assert "uma@huaxin.example" not in printed
    assert printed.endswith("given up: 2\n")
    assert mail.failed_count() == 2


def test_they_are_sent_again_when_the_server_is_back(failed: list[Letter], mailoutbox: list[Any]) -> None:
    assert letters("resend", "--all") == "to be sent again: 2\n"

    assert mail.failed_count() == 0
    assert mail.send_due() == 3
    assert sorted(message.to[0].partition("@")[0] for message in mailoutbox) == ["alice", "rosa", "uma"]


def test_one_that_is_sent_again_has_all_its_attempts_and_days(failed: list[Letter], settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.mail.test_sending.DeadServer"
    letters("resend", "--letter", str(failed[0].pk))
    mail.send_due()

    states = dict(Letter.objects.values_list("address", "state"))
    assert states == {"alice@huaxin.example": "queued", "rosa@huaxin.example": "failed", "uma@huaxin.example": "queued"}
    assert Letter.objects.get(pk=failed[0].pk).attempts == 0


def test_one_whose_link_is_gone_is_not_sent_again_but_discarded(failed: list[Letter]) -> None:
    Letter.objects.filter(pk=failed[0].pk).update(secret=True, context={})

    assert [line[:36] for line in letters("list").splitlines() if "its one-time link is gone" in line] == [
        str(failed[0].pk)
    ]
    with pytest.raises(CommandError, match=r"There is no such letter\."):
        letters("resend", "--letter", str(failed[0].pk))
    assert letters("discard", "--letter", str(failed[0].pk)) == "discarded: 1\n"
    assert mail.failed_count() == 1


@pytest.mark.parametrize("deed", ["resend", "discard"])
def test_a_letter_that_did_not_fail_is_left_alone(deed: str) -> None:
    mail.queue("greeting", [Person("uma@huaxin.example")], title="Hello")

    for which in (["--letter", str(Letter.objects.get().pk)], ["--letter", str(uuid4())], ["--all"]):
        with pytest.raises(CommandError, match=r"There is no such letter\."):
            letters(deed, *which)
    assert Letter.objects.get().state == "queued"
