"""What happens when the forms about a subscription are sent: done, wrong, too late, against a rule."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from subscriptions import actions
from subscriptions.models import Offer, Subscription
from tenants.actor import Actor, acting_as
from tests.subscriptions.conftest import Buy, assign_seats

Browser = Callable[[str], Client]
PRESSABLE = re.compile(r'<button type="submit" class="[^"]*"><span>Change quantity')


def send(client: Client, subscription: Subscription, step: str, **data: object) -> HttpResponse:
    address = f"/organisations/{subscription.tenant_id}/subscriptions/{subscription.pk}/{step}/"
    return client.post(address, {"version": subscription.version, **data})


def test_a_new_quantity_is_saved_and_said(browser_of: Browser, seats: Subscription) -> None:
    anna = browser_of("anna")
    response = send(anna, seats, "quantity", quantity=30)
    assert (response.status_code, response["Location"]) == (303, seats.get_absolute_url())
    page = anna.get(response["Location"]).content.decode()
    assert "Office 365 E3 now has 30 seats." in page
    assert "From 25 to 30 seats." in page
    assert "Anna An, Fanyun Cloud" in page


@pytest.mark.parametrize("quantity", ["", "many", "-1", "0", "2.5", "99999999999", "25"])
def test_a_wrong_number_is_kept_and_explained(browser_of: Browser, seats: Subscription, quantity: str) -> None:
    response = send(browser_of("anna"), seats, "quantity", quantity=quantity)
    assert response.status_code == 422
    field = re.search(r'name="quantity"(?: value="([^"]*)")?', response.content.decode())
    assert field
    assert (field[1] or "") == quantity
    assert "Some values need your attention" in response.content.decode()


@pytest.mark.parametrize(
    ("step", "missing"), [("quantity", {"version", "quantity"}), ("suspend", {"version", "reason"})]
)
def test_an_empty_form_names_what_is_missing(
    browser_of: Browser, seats: Subscription, step: str, missing: set[str]
) -> None:
    response = browser_of("anna").post(f"{seats.get_absolute_url()}{step}/")
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == missing
    assert "Some values need your attention" in response.content.decode()


def test_more_than_the_offer_allows_is_explained(browser_of: Browser, seats: Subscription) -> None:
    response = send(browser_of("anna"), seats, "quantity", quantity=301)
    assert response.status_code == 422
    assert "This offer is sold from 1 to 300 seats." in response.content.decode()


def test_fewer_than_assigned_is_a_conflict_that_names_the_number(
    browser_of: Browser, cast: Cast, seats: Subscription
) -> None:
    assign_seats(seats, cast, 20)
    response = send(browser_of("anna"), seats, "quantity", quantity=10)
    assert response.status_code == 409
    assert "20 seats are assigned to people. Choose at least 20, or ask the customer" in response.content.decode()


def test_who_comes_too_late_sees_both_values(browser_of: Browser, seats: Subscription) -> None:
    send(browser_of("sam"), seats, "quantity", quantity=30)
    response = send(browser_of("anna"), seats, "quantity", quantity=28)
    page = response.content.decode()
    assert response.status_code == 412
    assert "It has 30 seats now. You asked for 28." in page
    assert PRESSABLE.search(page)
    assert 'name="quantity" value="28"' in page
    assert 'name="version" value="2"' in page


def test_who_comes_too_late_for_the_state_cannot_press_the_button(
    browser_of: Browser, cast: Cast, seats: Subscription, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, sam = actions.change_quantity, cast.actor("sam")

    def after_sam(subscription: Subscription, **arguments: Any) -> Subscription:
        with acting_as(sam, cast.huaxin):
            actions.suspend(Subscription.objects.get(pk=subscription.pk), actor=sam, version=1)
        return change(subscription, **arguments)

    monkeypatch.setattr(actions, "change_quantity", after_sam)
    response = send(browser_of("anna"), seats, "quantity", quantity=28)
    page = response.content.decode()
    assert response.status_code == 412
    assert "The subscription is suspended. Reactivate it first." in page
    assert PRESSABLE.search(page) is None


@pytest.mark.parametrize(("quantity", "words"), [(30, "5 seats more: 30 in all."), (24, "1 seat fewer: 24 remain.")])
def test_the_difference_is_shown_before_it_is_made(
    browser_of: Browser, seats: Subscription, quantity: int, words: str
) -> None:
    anna = browser_of("anna")
    assert words in send(anna, seats, "quantity", quantity=quantity, preview="1").content.decode()
    part = anna.get(
        f"{seats.get_absolute_url()}quantity/?quantity={quantity}", headers={"HX-Request": "true"}
    ).content.decode()
    assert words in part
    assert "<html" not in part
    seats.refresh_from_db()
    assert seats.quantity == 25


def test_suspending_asks_for_a_reason_and_shows_what_follows(browser_of: Browser, seats: Subscription) -> None:
    anna = browser_of("anna")
    page = anna.get(f"{seats.get_absolute_url()}suspend/").content.decode()
    assert "within 60 days, all data is deleted" in page
    assert send(anna, seats, "suspend").status_code == 422
    assert send(anna, seats, "suspend", reason="boredom").status_code == 422
    assert send(anna, seats, "suspend", reason="non_payment").status_code == 303
    assert "</strong> (60 days left)" in anna.get(seats.get_absolute_url()).content.decode()


def test_the_customer_reads_the_countdown_and_whom_to_ask(browser_of: Browser, seats: Subscription) -> None:
    send(browser_of("anna"), seats, "suspend", reason="non_payment")
    page = browser_of("alice").get(seats.get_absolute_url()).content.decode()
    assert "All data will be deleted on:" in page
    assert "Only Fanyun Cloud can reactivate it." in page


@pytest.mark.parametrize(
    ("who", "advice"),
    [
        ("anna", "If it is still needed, buy a new subscription."),
        ("alice", "If you still need it, ask Fanyun Cloud for a new subscription."),
    ],
)
def test_after_the_last_day_nobody_is_told_to_hurry(
    browser_of: Browser, seats: Subscription, who: str, advice: str
) -> None:
    send(browser_of("anna"), seats, "suspend", reason="non_payment")
    with acting_as(Actor.system("lifecycle")):
        Subscription.objects.filter(pk=seats.pk).update(suspended_at=timezone.now() - timedelta(days=60))
    page = browser_of(who).get(seats.get_absolute_url()).content.decode()
    assert "It was not reactivated in time. All data was deleted on:" in page
    assert advice in page
    assert "All data will be deleted on:" not in page
    assert "Contact them in time." not in page


def test_a_suspended_subscription_comes_back(browser_of: Browser, seats: Subscription) -> None:
    anna = browser_of("anna")
    send(anna, seats, "suspend", reason="fraud")
    seats.refresh_from_db()
    assert "The subscription is suspended. Reactivate it first." in anna.get(seats.get_absolute_url()).content.decode()
    assert send(anna, seats, "quantity", quantity=30).status_code == 409
    assert send(anna, seats, "reactivate").status_code == 303
    seats.refresh_from_db()
    assert (seats.status, seats.suspended_at, seats.suspension_reason, seats.version) == ("active", None, "", 3)


@pytest.mark.parametrize(
    ("who", "quantity", "price", "cost"),
    [
        ("anna", 30, "¥60,000.00 → ¥72,000.00 +¥12,000.00", "¥51,000.00 → ¥61,200.00 +¥10,200.00"),
        ("paul", 24, "¥60,000.00 → ¥57,600.00 −¥2,400.00", "¥51,000.00 → ¥48,960.00 −¥2,040.00"),
    ],
)
def test_who_may_see_prices_reads_what_the_difference_costs(
    browser_of: Browser, seats: Subscription, who: str, quantity: int, price: str, cost: str
) -> None:
    page = send(browser_of(who), seats, "quantity", quantity=quantity, preview="1").content.decode()
    assert f"Term1 yearRetail price per term{price}Your cost per term{cost}" in re.sub(r"<[^>]+>", "", page)


def test_who_may_not_see_prices_reads_about_seats_alone(browser_of: Browser, seats: Subscription) -> None:
    page = send(browser_of("sam"), seats, "quantity", quantity=30, preview="1").content.decode()
    assert "5 seats more: 30 in all." in page
    assert "per term" not in page


def test_an_offer_without_prices_is_changed_without_a_word_about_money(
    browser_of: Browser, sites: Offer, buy: Buy
) -> None:
    page = send(browser_of("anna"), buy(sites), "quantity", quantity=30, preview="1").content.decode()
    assert "5 seats more: 30 in all." in page
    assert "per term" not in page


def test_a_nickname_is_given_and_taken_back(browser_of: Browser, seats: Subscription) -> None:
    anna = browser_of("anna")
    assert send(anna, seats, "name", friendly_name=" Shanghai <plant> ").status_code == 303
    assert "Shanghai &lt;plant&gt;" in anna.get(seats.get_absolute_url()).content.decode()
    seats.refresh_from_db()
    assert send(anna, seats, "name", friendly_name="").status_code == 303
    assert "Nickname changed</strong>" in anna.get(seats.get_absolute_url()).content.decode()
    log = browser_of("alice").get(f"/organisations/{seats.tenant_id}/audit/").content.decode()
    assert "Renamed a subscription, which is called Shanghai &lt;plant&gt; now" in log
    assert "Renamed a subscription, which is called Office 365 E3 now" in log


def test_a_refused_post_is_remembered(browser_of: Browser, seats: Subscription) -> None:
    send(browser_of("alice"), seats, "quantity", quantity=30)
    entry = AuditEntry.objects.get(deed="portal.write.refused")
    assert (entry.actor_name, entry.target_id, entry.data["code"]) == ("Alice Ai", str(seats.pk), "partnerOnly")
