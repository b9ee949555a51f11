"""Walk B in a real browser: Anna sees the difference while she types, Alice sees the result and whom to ask."""

import pytest

from subscriptions.models import Subscription
from tests.windows import Opener, too_wide, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_partner_changes_a_quantity_and_the_customer_sees_it(open_as: Opener, seats: Subscription) -> None:
    page = open_as("anna", f"{seats.get_absolute_url()}quantity/")
    with page.expect_response(lambda response: "quantity=30" in response.url) as shown:
        page.get_by_label("Seats", exact=True).fill("30")
    assert "csrf" not in shown.value.url
    page.get_by_text("5 seats more: 30 in all.").wait_for()
    page.get_by_role("button", name="Change quantity").click()
    page.get_by_text("Office 365 E3 now has 30 seats.").wait_for()
    seen = open_as("alice", seats.get_absolute_url())
    assert seen.get_by_role("button", name="Change quantity").is_disabled()
    assert seen.get_by_text("From 25 to 30 seats.").is_visible()
    seen.get_by_role("link", name="Request a change").click()
    assert seen.get_by_label("Title").input_value() == "Change of subscription Office 365 E3"


def test_the_difference_is_shown_without_scripts_too(open_as: Opener, seats: Subscription) -> None:
    page = open_as("anna", f"{seats.get_absolute_url()}quantity/", java_script_enabled=False)
    page.get_by_label("Seats", exact=True).fill("24")
    page.get_by_role("button", name="Show the difference").click()
    assert page.get_by_text("1 seat fewer: 24 remain.").is_visible()


@pytest.mark.parametrize("step", ["", "quantity/?quantity=30", "suspend/", "name/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(open_as: Opener, seats: Subscription, step: str, scheme: str) -> None:
    page = open_as("anna", seats.get_absolute_url() + step, viewport={"width": 360, "height": 800}, color_scheme=scheme)
    assert violations(page) == []
    assert too_wide(page) <= 0
