"""One journey on a telephone, 360 pixels wide: nothing is cut off, and everything can be touched."""

import pytest
from playwright.sync_api import expect

from subscriptions.models import Subscription
from tests.journeys.conftest import Enter
from tests.journeys.pages import TELEPHONE, Person
from tests.journeys.test_asking_for_help import TITLE, raise_request

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LEAST = 24  # pixels that a finger needs, each way (WCAG 2.2, target size)


def turn_to(person: Person, place: str) -> None:
    """By the menu, which lies over the page here."""
    menu = person.sidebar.get_by_role("link", name=place, exact=True)
    expect(menu).to_be_hidden()
    person.page.get_by_role("button", name="Open the menu").tap()
    expect(menu).to_be_visible()
    menu.tap()
    expect(menu).to_be_hidden()


def can_be_touched(person: Person) -> None:
    """Every button of the page is big enough for a finger."""
    boxes = {
        button.inner_text(): button.bounding_box()
        for button in person.page.get_by_role("button").all()
        if button.is_visible()
    }
    assert boxes, f"{person.page.url} shows no button at all."
    small = {name: box for name, box in boxes.items() if not box or min(box["width"], box["height"]) < LEAST}
    assert small == {}, f"on {person.page.url}"


def test_alice_asks_and_looks_at_what_she_owns_on_her_telephone(
    enter: Enter, owned: dict[tuple[str, str], Subscription]
) -> None:
    alice = enter("alice", viewport=TELEPHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    alice.fits()
    raise_request(alice)
    alice.fits()
    can_be_touched(alice)
    turn_to(alice, "Support requests")
    alice.reads(TITLE, "Fanyun Cloud")
    alice.fits()
    turn_to(alice, "Subscriptions")
    alice.reads("Office 365 E3", "120")
    alice.fits()
    alice.main.get_by_role("link", name="Office 365 E3").tap()
    alice.stands_on("Office 365 E3")
    alice.cannot_press(
        "Change quantity", "Only your partner can change subscriptions. Ask your partner for the change."
    )
    alice.fits()
    can_be_touched(alice)
    for place in ("Message Center", "Users", "Service settings", "Partners", "Audit log"):
        turn_to(alice, place)
        alice.stands_on(place)
        alice.fits()
        can_be_touched(alice)
