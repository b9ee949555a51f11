"""One journey without JavaScript: raising, answering and escalating a request work whole, and so does reading."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from portal.outbox import tasks
from tests.journeys.conftest import CASE_NUMBER, Enter
from tests.journeys.test_asking_for_help import ANSWER, NOTE, TITLE, answer_and_escalate, raise_request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_alice_and_helen_need_no_scripts(enter: Enter, vianet: SimpleNamespace) -> None:
    alice = enter("alice", java_script_enabled=False)
    address = raise_request(alice)

    helen = enter("helen", java_script_enabled=False)
    helen.follows(TITLE)
    answer_and_escalate(helen)
    helen.reads("Waiting to be sent", NOTE)

    alice.goes_to(address)
    alice.reads(ANSWER, "Next step: 21Vianet")
    alice.never_reads(NOTE)
    alice.writes("Comment", "It also concerns our branch in Suzhou.")
    alice.presses("Send")
    alice.is_told("Your comment is sent.")
    alice.reads("It also concerns our branch in Suzhou.")

    tasks.deliver()
    helen.comes_back_until(CASE_NUMBER)
    alice.comes_back_until(CASE_NUMBER)
    alice.reads("21Vianet has opened a case")
    expect(alice.page.get_by_role("status")).not_to_contain_text("Your comment is sent.")


def test_an_empty_form_says_what_is_missing_and_keeps_the_rest(enter: Enter) -> None:
    alice = enter("alice", java_script_enabled=False)
    alice.follows("New request")
    alice.writes("Title", "Only a title")
    alice.presses("Send the request")
    alice.reads("Some values need your attention")
    alice.is_asked_again()
    expect(alice.page.get_by_label("Title", exact=True)).to_have_value("Only a title")
    expect(alice.page.get_by_label("Description", exact=True)).to_have_attribute("aria-invalid", "true")
