"""One journey with nothing but a keyboard: every stop is visible, and everything can be reached."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.pages import Person
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_STOPS = 60
# What a screen reader would say of the control that has the focus; enough for the controls of these pages.
SPOKEN = """() => {
  const at = document.activeElement;
  if (at === document.body) return "";
  const words = at.labels?.length ? [...at.labels].map((label) => label.innerText).join(" ")
    : at.getAttribute("aria-label") || at.innerText || "";
  return words.replace(/\\s+/g, " ").trim();
}"""
OUTLINED = """() => {
  if (document.activeElement === document.body) return true;
  const style = getComputedStyle(document.activeElement);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none";
}"""


def tab_to(person: Person, name: str) -> None:
    """Press Tab until the control of this name has the focus; each stop on the way has to be visible."""
    stops = []
    for _ in range(MOST_STOPS):
        person.page.keyboard.press("Tab")
        stops.append(person.page.evaluate(SPOKEN))
        assert person.page.evaluate(OUTLINED), f"The focus on {stops[-1]!r} cannot be seen on {person.page.url}."
        if stops[-1].endswith(name):
            return
    raise AssertionError(f"{name!r} is not among the stops of {person.page.url}: {stops}")


def press(person: Person, *keys: str) -> None:
    for key in keys:
        person.page.keyboard.press(key)


def test_alice_signs_in_asks_and_signs_out_without_a_mouse(enter: Enter) -> None:
    alice = enter("alice", signed_in=False)
    alice.goes_to("/")
    alice.stands_on("Sign in")
    tab_to(alice, "Sign-in name")
    alice.page.keyboard.type(alice.upn)
    tab_to(alice, "Password")
    alice.page.keyboard.type(PASSWORD)
    press(alice, "Enter")
    alice.stands_on("Welcome, Alice Ai")

    tab_to(alice, "Skip to the content")
    press(alice, "Enter")
    tab_to(alice, "New request")
    press(alice, "Enter")
    alice.stands_on("New request")

    tab_to(alice, "Service")
    alice.page.keyboard.type("Exch")
    expect(alice.page.get_by_label("Service", exact=True)).to_have_value("exchange")
    tab_to(alice, "B - moderate: work is impaired")
    press(alice, "ArrowUp")
    expect(alice.page.get_by_label("A - critical: nobody can work")).to_be_checked()
    tab_to(alice, "Title")
    alice.page.keyboard.type("Nobody can send mail")
    press(alice, "Enter")
    # What is missing is told at the top, where the focus is; each line leads to its field.
    alice.reads("Some values need your attention")
    alice.is_asked_again()
    tab_to(alice, "Description")
    press(alice, "Enter")
    alice.page.keyboard.type("Since nine o'clock.")
    tab_to(alice, "Business impact")  # a critical request needs it
    alice.page.keyboard.type("Orders wait.")
    tab_to(alice, "Send the request")
    press(alice, "Enter")
    alice.stands_on("Nobody can send mail")
    alice.reads("A - critical", "Since nine o'clock.")

    tab_to(alice, "Account of Alice Ai")
    press(alice, "Enter")
    expect(alice.page.get_by_role("button", name="Sign out")).to_be_visible()
    press(alice, "Escape")
    expect(alice.page.get_by_role("button", name="Sign out")).to_be_hidden()
    press(alice, "Enter")
    tab_to(alice, "Sign out")
    press(alice, "Enter")
    alice.stands_on("Sign in")
