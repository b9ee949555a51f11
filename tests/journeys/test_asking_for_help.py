"""Walk A in a browser: Alice asks, Helen answers and escalates, 21Vianet opens a case, both see it."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from portal.mail.tasks import send_letters
from portal.outbox import tasks
from subscriptions.models import Subscription
from tests.journeys.conftest import CASE_NUMBER, Enter
from tests.journeys.pages import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "Mail to two customers comes back"
NOTE = "Their connector looks wrong to me."
ANSWER = "Thank you, Alice. We are looking at your connectors."


def raise_request(alice: Person) -> str:
    """From the home page; returns the request's address."""
    alice.stands_on("Welcome, Alice Ai")
    alice.follows("New request")
    alice.reads("It goes to Fanyun Cloud, who answers here and by e-mail.")
    alice.chooses("Service", "Exchange Online")
    alice.chooses("Severity", "B - moderate: work is impaired")
    alice.writes("Title", TITLE)
    alice.writes("Description", "Since this morning mail to two customers comes back with 5.7.1.")
    alice.presses("Send the request")
    alice.stands_on(TITLE)
    alice.is_told("Fanyun Cloud has your request SR-")
    alice.reads("Next step: Fanyun Cloud", "They have not answered yet.")
    return alice.page.url.removeprefix(alice.origin)


def answer_and_escalate(helen: Person) -> None:
    """A public answer, a note for colleagues, then the hand-over with its reason."""
    helen.reads("Next step: Fanyun Cloud (you)", "The customer is waiting for you.")
    helen.writes("Comment", ANSWER)
    helen.presses("Send")
    helen.is_told("Your comment is sent.")
    helen.writes("Comment", NOTE)
    helen.chooses("Who may read this", "Internal note: only your colleagues")
    helen.presses("Send")
    helen.is_told("Your note is kept. Only your colleagues see it.")
    helen.follows("Escalate to 21Vianet")
    helen.stands_on("Escalate to 21Vianet")
    helen.reads("What 21Vianet receives", TITLE, "Internal notes and the conversation so far stay here.")
    helen.chooses("Why do you need 21Vianet?", "Our support tools cannot do what is needed")
    helen.writes("What you have tried", "Message trace: it ends at 21Vianet's edge.")
    helen.presses("Escalate")
    helen.is_told("The request is on its way to 21Vianet.")


def test_alice_asks_helen_escalates_and_both_see_21vianets_case_number(
    enter: Enter, owned: dict[tuple[str, str], Subscription], vianet: SimpleNamespace, mailoutbox: list[object]
) -> None:
    alice = enter("alice", signed_in=False)
    alice.goes_to("/")
    alice.stands_on("Sign in")
    alice.looks_around()
    alice.signs_in()
    alice.stands_on("Welcome, Alice Ai")
    alice.looks_around()
    alice.follows("New request")
    alice.stands_on("New request")
    alice.looks_around()
    alice.goes_to("/")
    address = raise_request(alice)
    alice.looks_around()

    helen = enter("helen")
    helen.stands_on("Welcome, Helen He")
    expect(helen.row(TITLE)).to_contain_text("Huaxin Manufacturing")
    helen.looks_around()
    helen.follows(TITLE)
    helen.stands_on(TITLE)
    helen.looks_around()
    answer_and_escalate(helen)
    helen.reads("Next step: 21Vianet", "Handed to 21Vianet", "Waiting to be sent", "You need not wait.")
    helen.looks_around()

    alice.goes_to(address)
    alice.reads("Next step: 21Vianet", "Handed to 21Vianet", ANSWER, "21Vianet has not opened a case yet.")
    alice.never_reads(NOTE, "Waiting to be sent", "Message trace")

    tasks.deliver()

    for person in (helen, alice):
        # Nobody reloads: the page asks by itself while 21Vianet works.
        expect(person.main).to_contain_text(CASE_NUMBER)
        person.reads("21Vianet has opened a case", "Case number")
    number = CASE_NUMBER.search(helen.main.inner_text())
    assert number
    alice.reads(number[0])
    helen.reads("Received by 21Vianet")
    alice.looks_around()
    send_letters()
    assert [letter.to for letter in mailoutbox if number[0] in letter.subject + letter.body] != []  # type: ignore[attr-defined]  # Django's letters


def test_who_has_no_part_in_the_request_does_not_see_it(enter: Enter, vianet: SimpleNamespace) -> None:
    address = raise_request(enter("alice"))
    for stranger in ("mallory", "boris"):
        somebody = enter(stranger)
        somebody.goes_to(address)
        somebody.is_refused(404)
        somebody.never_reads(TITLE)
    rosa = enter("rosa")
    rosa.goes_to(address)
    rosa.is_refused(403)
    rosa.never_reads(TITLE)
    rosa.looks_around()
