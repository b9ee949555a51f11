"""Walk B in a browser: the partner of record changes seats; nobody else can, and everybody reads why."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import expect

from subscriptions.models import Subscription
from tests.journeys.conftest import Enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Owned = dict[tuple[str, str], Subscription]
PARTNER_ONLY = "Only your partner can change subscriptions. Ask your partner for the change."
OF_RECORD = "Only the partner of record can do this."
BUTTONS = ("Change quantity", "Change nickname", "Suspend")


def address_of(subscription: Subscription) -> str:
    return f"/organisations/{subscription.tenant_id}/subscriptions/{subscription.pk}/"


def test_anna_changes_the_seats_and_alice_sees_them_and_cannot(enter: Enter, owned: Owned) -> None:
    anna = enter("anna")
    anna.turns_to("Customers")
    anna.stands_on("Customers")
    anna.looks_around()
    anna.follows("Huaxin Manufacturing")
    anna.stands_on("Huaxin Manufacturing")
    anna.looks_around()
    anna.turns_to("Subscriptions")
    anna.looks_around()
    anna.follows("Office 365 E3")
    anna.stands_on("Office 365 E3")
    anna.looks_around()
    anna.follows("Change quantity")
    anna.stands_on("Change quantity")
    anna.writes("Seats", "130")
    anna.reads("10 seats more: 130 in all. They can be assigned at once.")
    anna.looks_around()
    anna.presses("Change quantity")
    anna.is_told("Office 365 E3 now has 130 seats.")
    anna.stands_on("Office 365 E3")

    alice = enter("alice")
    alice.turns_to("Subscriptions")
    alice.reads("Your partner buys and changes subscriptions for you.")
    expect(alice.row("Office 365 E3")).to_contain_text("130")
    alice.looks_around()
    alice.follows("Office 365 E3")
    alice.reads("130", "Fanyun Cloud")
    for button in BUTTONS:
        alice.cannot_press(button, PARTNER_ONLY)
    expect(alice.main.get_by_role("spinbutton")).to_have_count(0)
    expect(alice.main.get_by_role("textbox")).to_have_count(0)
    alice.looks_around()
    alice.follows("Request a change")
    alice.stands_on("New request")
    expect(alice.page.get_by_label("Title", exact=True)).to_have_value("Change of subscription Office 365 E3")
    alice.goes_to(address_of(owned["O365_E3", "huaxin"]) + "quantity/")
    alice.is_refused(403, PARTNER_ONLY)
    alice.looks_around()


def test_boris_with_delegated_administration_is_told_that_he_is_not_the_partner_of_record(
    enter: Enter, owned: Owned
) -> None:
    sites = owned["SPO_P1", "huaxin"]
    boris = enter("boris")
    boris.turns_to("Customers")
    boris.follows("Huaxin Manufacturing")
    boris.turns_to("Subscriptions")
    boris.never_reads("Power BI")
    boris.follows("SharePoint Online Plan 1")
    boris.reads("25", "Fanyun Cloud")
    for button in BUTTONS:
        boris.cannot_press(button, OF_RECORD)
    boris.looks_around()
    boris.goes_to(address_of(sites) + "quantity/")
    boris.is_refused(403, OF_RECORD, "error notPartnerOfRecord")
    boris.goes_to(address_of(owned["POWER_BI_PRO", "huaxin"]))
    boris.is_refused(403, OF_RECORD)
    boris.never_reads("Power BI")


def test_mallory_of_another_customer_finds_nothing(enter: Enter, owned: Owned) -> None:
    mallory = enter("mallory")
    for path in ("", "quantity/", "suspend/"):
        mallory.goes_to(address_of(owned["O365_E3", "huaxin"]) + path)
        mallory.is_refused(404)
        mallory.never_reads("Office 365 E3", "Huaxin")
    mallory.looks_around()


@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("lily", 403), ("boris", 403), ("mallory", 404)])
def test_a_form_sent_past_the_page_changes_nothing(
    name: str, status: int, browser_of: Callable[[str], Client], owned: Owned
) -> None:
    sites = owned["SPO_P1", "huaxin"]
    client = browser_of(name)

    answers = {
        client.post(address_of(sites) + verb, {"quantity": 1, "version": 1, "reason": "nonPayment"}).status_code
        for verb in ("quantity/", "suspend/", "name/", "reactivate/")
    }

    assert answers == {status}
    assert client.post(address_of(sites)).status_code == (404 if status == 404 else 405)
    admins_door = client.post(f"/admin/subscriptions/subscription/{sites.pk}/change/", {"quantity": 1})
    assert admins_door.status_code == 405
    sites.refresh_from_db()
    assert (sites.quantity, sites.status, sites.version) == (25, "active", 1)
