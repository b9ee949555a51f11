"""A partner's customers, an organisation's first page, and the letters about grants."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.demo.cast import Cast
from portal.mail.models import Letter
from portal.mail.rendering import render
from tenants.actions.organisations import end_relationship, grant_delegated_admin, revoke_delegated_admin
from tenants.actions.people import reset_password
from tenants.models import ResellerRelationship
from tenants.services import Service

BrowserOf = Callable[[str], Client]


def customers_of(browser: Client, query: str = "") -> set[str]:
    shown = browser.get(f"/customers/{query}").content.decode()
    return {name for name in ("Huaxin Manufacturing", "Jade Bikes", "Lotus Tea") if f">{name}</a>" in shown}


def test_each_partner_sees_its_own_customers(browser_of: BrowserOf) -> None:
    assert customers_of(browser_of("anna")) == {"Huaxin Manufacturing", "Jade Bikes"}
    assert customers_of(browser_of("boris")) == {"Huaxin Manufacturing", "Lotus Tea"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=jade", {"Jade Bikes"}),
        ("?q=HUAXIN.example", {"Huaxin Manufacturing"}),
        ("?q=%E7%8E%89", {"Jade Bikes"}),
        ("?q=lotus", set()),
    ],
)
def test_customers_are_found_by_name_and_domain(browser_of: BrowserOf, query: str, found: set[str]) -> None:
    assert customers_of(browser_of("anna"), query) == found


def test_a_fragment_holds_the_list_alone(browser_of: BrowserOf) -> None:
    answer = browser_of("anna").get("/customers/", headers={"HX-Request": "true"})
    assert "Jade Bikes" in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert "HX-Request" in answer.headers["Vary"]


def test_the_list_says_by_what_a_customer_is_reached(cast: Cast, browser_of: BrowserOf) -> None:
    shown = browser_of("boris").get("/customers/").content.decode()
    assert "Grant only" in shown
    assert "SharePoint Online" in shown


def test_an_ended_relationship_ends_reach(cast: Cast, browser_of: BrowserOf) -> None:
    jade = ResellerRelationship.objects.get(partner=cast.fanyun, customer=cast.jade)
    assert browser_of("anna").get(f"/organisations/{cast.jade.pk}/").status_code == 200
    end_relationship(jade, actor=cast.actor("anna"))
    assert customers_of(browser_of("anna")) == {"Huaxin Manufacturing"}
    assert browser_of("anna").get(f"/organisations/{cast.jade.pk}/").status_code == 404


def test_a_customers_people_read_whom_to_call(cast: Cast, browser_of: BrowserOf) -> None:
    shown = browser_of("alice").get(f"/organisations/{cast.huaxin.pk}/").content.decode()
    assert "support@fanyun.example" in shown
    assert "Beichen" not in shown
    assert "support@fanyun.example" not in browser_of("anna").get(f"/organisations/{cast.huaxin.pk}/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans", "fr"])
def test_letters_about_grants_can_be_read_by_both_sides(cast: Cast, language: str) -> None:
    grant = grant_delegated_admin(
        cast.jade,
        cast.fanyun,
        actor=cast.actor("jun"),
        service=Service.SHAREPOINT,
        expires_at=timezone.now() + timedelta(days=9),
    )
    revoke_delegated_admin(grant, actor=cast.actor("jun"))
    reset_password(cast.ed, actor=cast.actor("uma"))
    letters = list(Letter.objects.all())
    assert {letter.template for letter in letters} == {"grant_made", "grant_revoked", "password_reset_for_you"}
    for letter in letters:
        letter.language = language
        words = render(letter)
        assert words.subject
        assert "{{" not in words.body + words.html
        if letter.template.startswith("grant_"):
            assert "SharePoint Online" in words.body
            assert "Jun Jiang" in words.body
            assert f"/organisations/{cast.jade.pk}/" in words.html
