"""What somebody has typed and not sent yet is not lost to a click beside the form."""

import pytest
from playwright.sync_api import Dialog, Locator, expect

from tests.journeys.conftest import Enter
from tests.journeys.pages import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "Since this morning mail comes back."


def begin_a_request(alice: Person) -> Locator:
    alice.follows("New request")
    description = alice.page.get_by_label("Description")
    description.click()
    alice.page.keyboard.type(TEXT)
    return description


def test_the_theme_changes_around_it(enter: Enter) -> None:
    alice = enter("alice", color_scheme="light")
    description = begin_a_request(alice)
    canvas = "getComputedStyle(document.documentElement).backgroundColor"
    light = alice.page.evaluate(canvas)
    theme = alice.page.locator("summary").filter(has_text="Theme")
    theme.click()
    with alice.page.expect_response("**/theme/"):
        alice.page.get_by_role("button", name="Dark").click()
    expect(description).to_have_value(TEXT)
    expect(theme).to_be_focused()
    dark = alice.page.evaluate(canvas)
    assert light != dark
    description.fill("")
    alice.goes_to("/")
    assert alice.page.evaluate(canvas) == dark


def test_who_leaves_is_asked_first(enter: Enter) -> None:
    alice = enter("alice")
    description = begin_a_request(alice)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    alice.page.on("dialog", stay)
    alice.turns_to("Users")
    expect(description).to_have_value(TEXT)
    assert asked == ["beforeunload"]
    alice.follows("Cancel")
    alice.stands_on("Support requests")
    assert asked == ["beforeunload"]


def test_a_menu_closes_behind_the_keyboard(enter: Enter) -> None:
    alice = enter("alice")
    language = alice.page.locator("details.menu").filter(has_text="Language")
    language.locator("summary").press("Enter")
    expect(language).to_have_attribute("open", "")
    for _stop in range(4):
        alice.page.keyboard.press("Tab")
    expect(language).not_to_have_attribute("open", "")
