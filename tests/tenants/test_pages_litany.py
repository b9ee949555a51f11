"""Every page of the admin centre: a stranger gets 404, a colleague without the right 403, a wrong method 405."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from portal.demo.cast import Cast
from tenants.actions.people import delete_user
from tenants.models import DelegatedAdmin, User

BrowserOf = Callable[[str], Client]
# address -> (who may open it, colleagues of Huaxin or Fanyun who may not and why, whether it takes a POST)
PAGES: dict[str, tuple[str, dict[str, str], bool]] = {
    "": ("alice uma rosa anna helen sam boris", {"ed": "roleMissing", "bill": "roleMissing"}, False),
    "users/": ("alice uma sven lily rosa anna helen", {"ed": "roleMissing", "sam": "roleMissing"}, False),
    "users/new/": ("alice uma anna", {"sven": "roleMissing", "helen": "roleMissing", "rosa": "roleMissing"}, True),
    "users/{ed}/": ("alice uma sven rosa anna helen", {"sam": "roleMissing", "bill": "roleMissing"}, False),
    "users/{ed}/roles/": ("alice anna", {"uma": "roleMissing", "helen": "roleMissing"}, True),
    "users/{ed}/change/": ("alice uma anna", {"sven": "roleMissing", "helen": "roleMissing"}, True),
    "users/{ed}/block/": ("alice uma anna", {"sven": "roleMissing", "helen": "roleMissing"}, True),
    "users/{ed}/unblock/": ("alice uma anna", {"sven": "roleMissing", "helen": "roleMissing"}, True),
    "users/{ed}/delete/": ("alice uma anna", {"sven": "roleMissing", "helen": "roleMissing"}, True),
    "users/{ed}/restore/": ("alice uma anna", {"sven": "roleMissing", "helen": "roleMissing"}, True),
    "users/{ed}/reset-password/": ("alice uma anna helen", {"sven": "roleMissing", "rosa": "roleMissing"}, True),
    "settings/": ("alice sven anna boris", {"uma": "roleMissing", "ed": "roleMissing", "helen": "roleMissing"}, False),
    "settings/sharepoint.link_days/": ("alice sven anna boris", {"uma": "roleMissing", "sam": "roleMissing"}, True),
    "settings/exchange.mobile_devices/": (
        "alice sven anna",
        {"uma": "roleMissing", "boris": "delegatedAdminMissing"},
        True,
    ),
    "grants/": ("alice", {"uma": "roleMissing", "anna": "roleMissing", "boris": "roleMissing"}, False),
    "grants/new/": ("alice", {"uma": "roleMissing", "anna": "roleMissing"}, True),
    "grants/{grant}/revoke/": ("alice", {"uma": "roleMissing"}, True),
    "audit/": ("alice", {"uma": "roleMissing", "anna": "outOfReach", "sven": "roleMissing"}, False),
}


def address_of(cast: Cast, page: str) -> str:
    """The page's address; Ed is in the state that the page is about."""
    state = {"users/{ed}/unblock/": {"is_active": False}, "users/{ed}/restore/": {"deleted_at": timezone.now()}}
    if page in state:
        User.objects.filter(pk=cast.ed.pk).update(**state[page])
    grant = DelegatedAdmin.objects.in_force().get(customer=cast.huaxin, partner=cast.fanyun)
    return f"/organisations/{cast.huaxin.pk}/" + page.format(ed=cast.ed.pk, grant=grant.pk)


@pytest.mark.parametrize("page", PAGES)
def test_those_who_may_open_it_see_it(cast: Cast, browser_of: BrowserOf, page: str) -> None:
    for name in PAGES[page][0].split():
        assert browser_of(name).get(address_of(cast, page)).status_code == 200, name


@pytest.mark.parametrize("page", PAGES)
def test_a_colleague_without_the_right_reads_why(cast: Cast, browser_of: BrowserOf, page: str) -> None:
    for name, code in PAGES[page][1].items():
        for method in ("get", "post") if PAGES[page][2] else ("get",):
            answer = getattr(browser_of(name), method)(address_of(cast, page))
            assert (answer.status_code, answer.portal_error.code) == (403, code), (name, method)
            assert escape(str(answer.portal_error.message)) in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["mallory", "jun", "olivia", "peng"])
def test_a_stranger_finds_nothing(cast: Cast, browser_of: BrowserOf, page: str, name: str) -> None:
    browser = browser_of(name)
    for method in (browser.get, browser.post, browser.put, browser.delete):
        assert method(address_of(cast, page)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_other_methods_do_not_exist(cast: Cast, browser_of: BrowserOf, page: str) -> None:
    alice = browser_of("alice")
    for method in (alice.put, alice.patch, alice.delete):
        assert method(address_of(cast, page)).status_code == 405
    if not PAGES[page][2]:
        assert alice.post(address_of(cast, page)).status_code == 405


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_sign_in_and_back(cast: Cast, browser_of: BrowserOf, page: str) -> None:
    answer = browser_of("").get(address_of(cast, page))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/?next=/organisations/")


@pytest.mark.parametrize(
    "page", ["users/{mallory}/", "users/{mallory}/block/", "settings/nonsense/", "grants/{mallory}/revoke/"]
)
def test_what_belongs_to_another_organisation_is_not_here(cast: Cast, browser_of: BrowserOf, page: str) -> None:
    address = f"/organisations/{cast.huaxin.pk}/" + page.format(mallory=cast.mallory.pk)
    assert browser_of("alice").get(address).status_code == 404
    assert browser_of("anna").post(address).status_code == 404


def test_the_portfolio_is_for_partners_who_see_customers(browser_of: BrowserOf) -> None:
    for name in ("paul", "anna", "sam", "helen", "boris"):
        assert browser_of(name).get("/customers/").status_code == 200, name
    for name in ("bill", "alice", "ed", "olivia"):
        assert browser_of(name).get("/customers/").status_code == 403, name
    assert browser_of("anna").post("/customers/").status_code == 405
    assert browser_of("").get("/customers/").status_code == 302


def test_a_partners_own_staff_pages_are_for_its_admins(cast: Cast, browser_of: BrowserOf) -> None:
    own = f"/organisations/{cast.fanyun.pk}/"
    for page in ("", "users/", "users/new/", f"users/{cast.anna.pk}/", "audit/"):
        assert browser_of("paul").get(own + page).status_code == 200, page
    assert browser_of("anna").get(f"{own}users/").status_code == 403
    assert browser_of("anna").get(f"{own}audit/").status_code == 200
    assert browser_of("boris").get(own).status_code == 404


def test_the_deleted_are_found_under_the_filter_only(cast: Cast, browser_of: BrowserOf) -> None:
    delete_user(cast.ed, actor=cast.actor("uma"))
    users = f"/organisations/{cast.huaxin.pk}/users/"
    assert "ed@huaxin.example" not in browser_of("uma").get(users).content.decode()
    assert "ed@huaxin.example" in browser_of("uma").get(f"{users}?state=deleted").content.decode()
