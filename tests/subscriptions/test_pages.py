"""The pages of subscriptions, for the partner of record, the customer, a second partner and strangers."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlencode

import pytest
from django.test import Client

from portal.demo.cast import Cast
from subscriptions.actions import change_quantity, rename, suspend
from subscriptions.models import Offer, Subscription
from tenants.actions.people import create_user
from tenants.actions.roles import assign_role
from tenants.actor import Actor, acting_as
from tenants.models import Role, User
from tests.clicks import sent_twice
from tests.people import PASSWORD
from tests.subscriptions.conftest import Buy

Browser = Callable[[str], Client]


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()[-600:]
    return response.content.decode()


def below(subscription: Subscription, step: str = "") -> str:
    return f"/organisations/{subscription.tenant_id}/subscriptions/{subscription.pk}/{step}"


STEPS = ("", "quantity/", "suspend/", "reactivate/", "name/")
VERBS = STEPS[1:]


@pytest.mark.parametrize("who", ["anna", "alice"])
def test_partner_and_customer_open_the_same_list(browser_of: Browser, seats: Subscription, who: str) -> None:
    page = text(browser_of(who), f"/organisations/{seats.tenant_id}/subscriptions/")
    assert "Office 365 E3" in page
    assert "O365-E3" in page
    assert "Fanyun Cloud" in page


def test_a_chinese_reader_sees_the_offers_chinese_name(browser_of: Browser, seats: Subscription) -> None:
    assert "Office 365 企业版 E3" in text(browser_of("lily"), f"/organisations/{seats.tenant_id}/subscriptions/")


def test_a_customer_reads_who_can_change_it_and_asks(browser_of: Browser, seats: Subscription) -> None:
    alice, form = browser_of("alice"), f"/organisations/{seats.tenant_id}/requests/new/"
    page = text(alice, below(seats))
    assert "Only your partner can change subscriptions" in page
    ask = unescape(page.partition(f'href="{form}')[2].partition('"')[0])
    assert parse_qs(ask.removeprefix("?")).keys() == {"title", "partner"}
    assert 'value="Change of subscription Office 365 E3"' in text(alice, f"{form}{ask}")
    assert f'href="{form}"' in text(alice, f"/organisations/{seats.tenant_id}/subscriptions/")
    assert below(seats, "quantity/") not in page
    assert 'href="mailto:support@fanyun.example"' in page
    assert 'href="tel:+862155550101"' in page


def test_an_agent_gets_buttons_that_work(browser_of: Browser, seats: Subscription) -> None:
    page = text(browser_of("anna"), below(seats))
    for step in ("quantity/", "suspend/", "name/"):
        assert f'href="{below(seats, step)}"' in page
    assert "Request a change" not in page


def test_a_reader_without_the_right_to_ask_has_no_button(browser_of: Browser, seats: Subscription) -> None:
    assert "Request a change" not in text(browser_of("sven"), below(seats))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("who", ["mallory", "jun", "olivia"])
def test_a_stranger_finds_nothing(browser_of: Browser, seats: Subscription, who: str, step: str) -> None:
    assert browser_of(who).get(below(seats, step)).status_code == 404
    assert browser_of(who).post(below(seats, step)).status_code == 404


@pytest.mark.parametrize("step", VERBS)
@pytest.mark.parametrize("who", ["alice", "uma", "lily", "sven", "ed", "helen", "boris"])
def test_within_reach_but_without_the_right_is_refused(
    browser_of: Browser, seats: Subscription, who: str, step: str
) -> None:
    data = {"quantity": "30", "version": "1", "reason": "fraud", "friendly_name": "mine"}
    assert browser_of(who).get(below(seats, step)).status_code == 403
    assert browser_of(who).post(below(seats, step), data).status_code == 403
    before = (seats.quantity, seats.status, seats.friendly_name)
    seats.refresh_from_db()
    assert (seats.quantity, seats.status, seats.friendly_name) == before


@pytest.mark.parametrize("step", STEPS)
def test_visitors_are_asked_to_sign_in(browser_of: Browser, seats: Subscription, step: str) -> None:
    response = browser_of("").get(below(seats, step))
    assert response.status_code == 302
    assert response["Location"] == f"/account/login/?{urlencode({'next': below(seats, step)}, safe='/')}"


def test_only_the_methods_that_exist(browser_of: Browser, seats: Subscription) -> None:
    anna = browser_of("anna")
    for method in (anna.post, anna.put, anna.patch, anna.delete):
        assert method(below(seats)).status_code == 405
    for step in VERBS:
        assert anna.delete(below(seats, step)).status_code == 405


@pytest.mark.parametrize(
    ("step", "form"),
    [("quantity/", {"quantity": "30"}), ("suspend/", {"reason": "fraud"}), ("name/", {"friendly_name": "Plant"})],
)
def test_what_is_sent_twice_is_done_once_and_not_called_somebody_elses_change(
    browser_of: Browser, seats: Subscription, step: str, form: dict[str, str]
) -> None:
    clicks = sent_twice(browser_of("anna"), below(seats, step), form | {"version": "1"})
    assert clicks == [(303, below(seats))] * 2
    seats.refresh_from_db()
    assert seats.version == 2


def test_a_reactivation_is_sent_twice_too(browser_of: Browser, seats: Subscription) -> None:
    anna = browser_of("anna")
    assert anna.post(below(seats, "suspend/"), {"reason": "fraud", "version": "1"}).status_code == 303
    assert sent_twice(anna, below(seats, "reactivate/"), {"version": "2"}) == [(303, below(seats))] * 2
    seats.refresh_from_db()
    assert (seats.status, seats.version) == ("active", 3)


def test_another_customers_address_does_not_lead_to_it(browser_of: Browser, cast: Cast, seats: Subscription) -> None:
    assert browser_of("anna").get(f"/organisations/{cast.jade.pk}/subscriptions/{seats.pk}/").status_code == 404


def test_a_second_partner_sees_only_the_service_it_was_granted(
    browser_of: Browser, seats: Subscription, sites: Offer, buy: Buy
) -> None:
    granted = buy(sites)
    boris = browser_of("boris")
    listed = text(boris, f"/organisations/{seats.tenant_id}/subscriptions/")
    assert "SharePoint Online (Plan 1)" in listed
    assert "Office 365 E3" not in listed
    assert "Only the partner of record can do this." in text(boris, below(granted))
    assert boris.get(below(seats)).status_code == 403


@pytest.mark.parametrize(
    ("who", "price", "cost"),
    [("anna", True, True), ("alice", True, False), ("sam", False, False), ("uma", False, False)],
)
def test_money_and_notes_are_shown_to_those_in_the_table(
    browser_of: Browser, seats: Subscription, who: str, price: bool, cost: bool
) -> None:
    page = text(browser_of(who), below(seats))
    assert ("2,400.00" in page, "2,040.00" in page, "pays late" in page) == (price, cost, cost)


@pytest.mark.parametrize(
    ("who", "history"),
    [
        *((who, ["Nickname changed", "Seats changed", "Bought"]) for who in ("alice", "gloria", "paul")),
        ("anna", ["Seats changed", "Bought"]),
        ("sam", ["Nickname changed"]),
        *((who, []) for who in ("helen", "uma", "lily", "sven", "bea", "boris")),
    ],
)
def test_the_history_tells_no_more_than_the_audit_log(
    browser_of: Browser, cast: Cast, sites: Offer, buy: Buy, who: str, history: list[str]
) -> None:
    granted, anna, sam = buy(sites), cast.actor("anna"), cast.actor("sam")
    with acting_as(anna, cast.huaxin):
        change_quantity(granted, actor=anna, quantity=30, version=1)
    with acting_as(sam, cast.huaxin):
        rename(granted, actor=sam, friendly_name="Plant", version=2)
    for name, role in (("gloria", Role.GLOBAL_READER), ("bea", Role.BILLING_READER)):
        _join(cast, name, role)
    page = text(browser_of(who), below(granted))
    titles = re.findall(r'class="timeline-head"><strong>([^<]*)<', page)
    assert titles == history
    own = who in {"anna", "sam"}
    assert ("What you did" in page, ">History<" in page) == (own, bool(history) and not own)


def test_the_history_calls_a_machine_by_its_name(browser_of: Browser, cast: Cast, seats: Subscription) -> None:
    lifecycle = Actor.system("lifecycle")
    with acting_as(lifecycle):
        suspend(seats, actor=lifecycle, version=1)
    assert '<p class="timeline-by">Subscription lifecycle' in text(browser_of("alice"), below(seats))


def _join(cast: Cast, name: str, role: Role) -> None:
    """Somebody of Huaxin's with a role that nobody in the cast has."""
    setup = Actor.system("setup")
    with acting_as(setup):
        cast.people[name], _secret = create_user(
            cast.huaxin, actor=setup, alias=name, display_name=name.title(), password=PASSWORD
        )
        assign_role(cast.people[name], role, actor=setup)


def test_djangos_admin_has_no_door_to_subscriptions(browser_of: Browser, cast: Cast, seats: Subscription) -> None:
    cast.olivia.is_superuser = True
    cast.olivia.save(update_fields=["is_superuser"])
    olivia, address = browser_of("olivia"), "/admin/subscriptions/subscription/"
    for path in (address, f"{address}add/", f"{address}{seats.pk}/change/", f"{address}{seats.pk}/delete/"):
        assert olivia.get(path).status_code == 404
        assert olivia.post(path, {"quantity": "1"}).status_code == 405


def test_the_audit_log_calls_offers_by_their_name_in_the_readers_language_and_says_which_was_renamed(
    cast: Cast, seats: Subscription, browser_of: Browser
) -> None:
    with acting_as(cast.actor("anna"), cast.huaxin):
        named = rename(seats, actor=cast.actor("anna"), friendly_name="Sales", version=1)
        rename(named, actor=cast.actor("anna"), friendly_name="", version=2)
    address = f"/organisations/{cast.huaxin.pk}/audit/"
    english = browser_of("alice").get(address).content.decode()
    assert "Renamed a subscription, which is called Sales now" in english
    assert "Renamed a subscription, which is called Office 365 E3 now" in english
    User.objects.filter(pk=cast.alice.pk).update(language="zh-hans")
    chinese = browser_of("alice").get(address).content.decode()
    assert "Office 365 企业版 E3" in chinese
    assert "Office 365 E3" not in chinese
    assert "Sales" in chinese


def test_a_refusal_leads_to_the_subscription_for_who_may_read_it(
    cast: Cast, seats: Subscription, browser_of: Browser
) -> None:
    there = seats.get_absolute_url()
    refused = browser_of("alice").get(f"{there}suspend/")
    assert refused.status_code == 403
    assert f'href="{there}"' in refused.content.decode().partition('class="problem-actions"')[2]
    refused = browser_of("rosa").get(f"{there}suspend/")
    assert refused.status_code == 403
    assert f'href="{there}"' not in refused.content.decode().partition('class="problem-actions"')[2]
