"""The frame around every page: it stands without data, and shows who one is, where, and for whom one acts."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.template.loader import render_to_string

from portal.ui.parts import Count
from tests.ui.drawing import HOSTILE, Page

ANNA = SimpleNamespace(user=SimpleNamespace(display_name="Anna Chen", upn="anna@fanyun.example"), tenant="Fanyun Cloud")
UNREAD = Count("unread-1", "3", "unread messages")
NAVIGATION: list[dict[str, Any]] = [
    {
        "label": "Business",
        "items": [
            {"label": "Customers", "href": "/customers/", "icon": "users", "current": True, "count": None},
            {"label": "Message center", "href": "/messages/", "icon": "megaphone", "current": False, "count": UNREAD},
        ],
    }
]


def frame(**context: Any) -> Page:
    return Page(render_to_string(context.pop("template", "base.html"), context))


@pytest.mark.parametrize("template", ["base.html", "base_bare.html"])
def test_the_frame_stands_without_any_data(template: str) -> None:
    page = frame(template=template)
    assert page.one("main").attributes["id"] == "main"
    assert page.one("a", class_="skip-link").attributes["href"] == "#main"
    assert not page.all("nav")
    assert "data-theme" not in page.one("html").attributes


@pytest.mark.parametrize("template", ["base.html", "base_bare.html"])
@pytest.mark.parametrize(
    ("theme", "written"), [("dark", "dark"), ("light", "light"), ("system", None), (HOSTILE, None)]
)
def test_the_chosen_theme_is_on_the_page_from_the_server(template: str, theme: str, written: str | None) -> None:
    assert frame(template=template, theme=theme).one("html").attributes.get("data-theme") == written


def test_the_navigation_marks_where_one_is_and_counts_what_is_new() -> None:
    page = frame(navigation=NAVIGATION)
    assert page.one("a", aria_current="page").text.strip() == "Customers"
    assert page.one("span", class_="count").text == "3 unread messages"
    assert page.one("button", class_="nav-toggle").attributes["popovertarget"] == "navigation"
    assert "popover" in page.by_id("navigation").attributes


def test_a_count_of_none_is_hidden_and_can_come_back() -> None:
    none = {"label": "Message center", "href": "/messages/", "icon": "megaphone", "count": Count("unread-1", "", "x")}
    assert "hidden" in frame(navigation=[{"label": "", "items": [none]}]).by_id("unread-1").attributes


def test_the_account_menu_says_who_is_signed_in() -> None:
    page = frame(actor=ANNA)
    assert page.one("p", class_="organisation").text == "Fanyun Cloud"
    assert "anna@fanyun.example" in page.one("div", class_="menu-person").text


def test_acting_on_behalf_of_a_customer_is_said_on_every_page() -> None:
    page = frame(actor=ANNA, customer="Huaxin", acting_on_behalf=True)
    banner = page.one("div", class_="behalf")
    assert banner.text.strip().startswith("You are acting on behalf of Huaxin.")
    assert "/customers/" in [link.attributes["href"] for link in page.all("a")]


def test_ones_own_organisation_needs_no_banner() -> None:
    assert not frame(actor=ANNA, customer="Huaxin", acting_on_behalf=False).all("div", class_="behalf")


def test_hostile_names_are_text_in_the_frame() -> None:
    person = SimpleNamespace(user=SimpleNamespace(display_name=HOSTILE, upn=HOSTILE), tenant=HOSTILE)
    hostile = Count(HOSTILE, HOSTILE, HOSTILE)
    item = {"label": HOSTILE, "href": HOSTILE, "icon": "users", "current": False, "count": hostile}
    page = frame(
        actor=person,
        customer=HOSTILE,
        acting_on_behalf=True,
        navigation=[{"label": HOSTILE, "items": [item]}],
        messages=[Message(SUCCESS, HOSTILE)],
    )
    assert page.one("div", class_="toast").text.strip() == HOSTILE
    assert all(script.attributes.get("src") for script in page.all("script"))
    assert all("onerror" not in image.attributes for image in page.all("img"))
