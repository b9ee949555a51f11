"""Walk D in a browser: a customer administers itself, its partner on its behalf, and the customer has the last word."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.pages import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BANNER = "Acting on behalf of a customer"
TRANSLATE = "Translate documents automatically"
PROTECT = "Protect downloaded files"


def secret_on(person: Person) -> str:
    """The temporary password that stands on the page."""
    person.reads("This password is shown only here, only once", "It must be changed at the first sign-in.")
    return person.main.get_by_role("definition").last.get_by_role("code").inner_text()


def open_account(uma: Person) -> str:
    """A new colleague; returns the temporary password."""
    uma.turns_to("Users")
    uma.stands_on("Users")
    uma.follows("New user")
    uma.stands_on("New user")
    uma.writes("Display name", "Nina New")
    uma.writes("Sign-in name", "nina")
    uma.presses("Create the account")
    uma.stands_on("The account of Nina New is ready")
    return secret_on(uma)


def test_uma_opens_an_account_whose_password_is_shown_once_and_must_be_changed(enter: Enter) -> None:
    uma = enter("uma")
    secret = open_account(uma)
    uma.looks_around()
    uma.page.reload()
    uma.never_reads(secret)
    assert [status for status, _path in uma.answers] == [409], "The form was sent again: one account is enough."
    uma.answers.clear()
    uma.turns_to("Users")
    expect(uma.row("Nina New")).to_contain_text("Must change the password")
    uma.never_reads(secret)
    uma.looks_around()
    uma.follows("New user")
    uma.looks_around()

    nina = enter("nina@huaxin.example", signed_in=False)
    nina.signs_in(secret)
    nina.stands_on("Change password")
    nina.reads("Your password is temporary. Choose one of your own to continue.")
    nina.looks_around()
    nina.goes_to("/")
    nina.stands_on("Change password")
    nina.writes("Current Password", secret)
    nina.writes("New Password", "Her-own-words-2026")
    nina.writes("New Password (again)", "Her-own-words-2026")
    nina.presses("Change password")
    nina.stands_on("Welcome, Nina New")
    nina.reads("You have no admin role.")
    nina.looks_around()


def test_uma_blocks_deletes_and_restores_and_each_takes_effect_at_the_next_click(enter: Enter) -> None:
    uma, ed = enter("uma"), enter("ed")
    ed.stands_on("Welcome, Ed Ding")
    uma.turns_to("Users")
    uma.follows("Ed Ding")
    uma.looks_around()
    uma.follows("Block")
    uma.stands_on("Block Ed Ding?")
    uma.reads("Every open session and every token ends at once.")
    uma.looks_around()
    uma.presses("Block")
    uma.is_told("Ed Ding is blocked.")
    ed.goes_to("/")
    ed.stands_on("Sign in")
    uma.follows("Unblock")
    uma.presses("Unblock")
    uma.is_told("Ed Ding can sign in again.")
    ed.signs_in()
    ed.stands_on("Welcome, Ed Ding")

    uma.follows("Delete")
    uma.stands_on("Delete the account of Ed Ding?")
    uma.presses("Delete")
    uma.is_told("The account of Ed Ding is deleted.")
    ed.goes_to("/")
    ed.stands_on("Sign in")
    uma.follows("Restore")
    uma.presses("Restore")
    uma.stands_on("The account of Ed Ding is restored")
    ed.signs_in(secret_on(uma))
    ed.stands_on("Change password")


def test_alice_sends_data_abroad_only_after_confirming_it(enter: Enter) -> None:
    alice = enter("alice")
    alice.turns_to("Service settings")
    expect(alice.row(TRANSLATE)).to_contain_text("Off")
    alice.looks_around()
    alice.follows(TRANSLATE)
    alice.looks_around()
    alice.chooses(TRANSLATE, "On")
    alice.presses("Save")
    alice.reads("Data may leave the country", "is sent to a service that runs outside mainland China.")
    alice.is_asked_again()
    alice.looks_around()
    alice.presses("Confirm and save")
    alice.reads("Data may leave the country")
    alice.is_asked_again()
    alice.ticks("I understand that data may leave the country.")
    alice.presses("Confirm and save")
    alice.is_told("The setting is saved.")
    history = alice.main.get_by_role("listitem").filter(has_text="From Off to On")
    expect(history).to_contain_text("Alice Ai")
    alice.turns_to("Service settings")
    expect(alice.row(TRANSLATE)).to_contain_text("Alice Ai")


def test_anna_acts_on_behalf_until_alice_revokes_the_grant(enter: Enter) -> None:
    anna, alice = enter("anna"), enter("alice")
    anna.turns_to("Customers")
    anna.follows("Huaxin Manufacturing")
    anna.turns_to("Service settings")
    anna.follows(PROTECT)
    banner = anna.page.get_by_role("region", name=BANNER)
    expect(banner).to_contain_text("You are acting on behalf of Huaxin Manufacturing.")
    expect(banner).to_contain_text("What you do here is written to their audit log.")
    anna.looks_around()
    anna.chooses(PROTECT, "On")
    anna.presses("Save")
    anna.is_told("The setting is saved.")
    anna.reads("From Off to On", "On behalf")

    alice.turns_to("Service settings")
    alice.follows(PROTECT)
    expect(alice.page.get_by_role("region", name=BANNER)).to_have_count(0)
    assert alice.page.url == anna.page.url
    alice.turns_to("Audit log")
    expect(alice.row(f"Changed the setting {PROTECT}")).to_contain_text(
        "Anna An (Fanyun Cloud) on behalf of Huaxin Manufacturing"
    )
    alice.looks_around()
    alice.turns_to("Partners")
    alice.stands_on("Partners")
    alice.looks_around()
    alice.row("Fanyun Cloud").get_by_role("link", name="Revoke").click()
    alice.stands_on("Revoke the delegated administration of Fanyun Cloud?")
    alice.looks_around()
    alice.presses("Revoke")
    alice.is_told("The grant of Fanyun Cloud is revoked.")

    anna.chooses(PROTECT, "Off")
    anna.presses("Save")
    anna.is_refused(403, "The customer has not granted you delegated administration for this, or has revoked it.")
    anna.looks_around()
    alice.turns_to("Audit log")
    expect(alice.row("Tried a change and was refused")).to_contain_text("Anna An (Fanyun Cloud)")
    alice.turns_to("Service settings")
    expect(alice.row(PROTECT)).to_contain_text("On")
