"""The gallery in a real browser: accessible, narrow, dark, without scripts, and never calling anybody else."""

from typing import Any

import pytest
from django.template import Context, Template
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.ui.test_frame import NAVIGATION
from tests.windows import Opener, too_wide, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

complaints: dict[Page, list[str]] = {}  # what each page's console said, and the foreign addresses it asked for


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Opener:
    """Open an address in a fresh browser context; `complaints` collects what goes wrong."""

    ours = (live_server.url, "data:")

    def open_page(path: str = "/_ui/", width: int = 1280, language: str = "en", **options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            extra_http_headers={"Accept-Language": language},
            reduced_motion="reduce",
            **options,
        )
        page = context.new_page()
        heard = complaints[page] = []
        page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(ours) else heard.append(asked.url))
        page.goto(live_server.url + path)
        return page

    return open_page


def customers_page() -> str:
    """A page with navigation, as the server draws it for somebody who is signed in."""
    blocks = "{% block title %}Customers{% endblock %}{% block heading %}Customers{% endblock %}"
    return Template("{% extends 'base.html' %}" + blocks).render(Context({"navigation": NAVIGATION}))


@pytest.mark.parametrize("path", ["/_ui/", "/_ui/bare/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (1280, "zh-hans"), (360, "fr"), (360, "zh-hans")])
def test_everybody_can_use_the_gallery(visit: Opener, path: str, scheme: str, width: int, language: str) -> None:
    page = visit(path, width, language, color_scheme=scheme)
    assert page.locator("html").get_attribute("lang") == language
    assert violations(page) == []
    assert too_wide(page) <= 0
    assert complaints[page] == []


def test_rows_are_cards_on_a_phone_and_the_checkbox_has_its_own_place(visit: Opener) -> None:
    page = visit(width=360)
    checkbox = page.locator("tbody .pick label").first.bounding_box()
    name = page.locator(".table tbody th").first.bounding_box()
    assert checkbox is not None and name is not None
    assert checkbox["x"] + checkbox["width"] <= name["x"] + 1
    assert abs(checkbox["y"] - name["y"]) < 12
    assert min(checkbox["width"], checkbox["height"]) >= 44


def test_buttons_are_as_big_as_a_finger_on_a_phone(visit: Opener) -> None:
    page = visit(width=360)
    heights = page.eval_on_selector_all(
        "main .button, .topbar .button, input:not([type=checkbox], [type=radio]), select",
        "elements => elements.map(element => element.getBoundingClientRect().height).filter(height => height)",
    )
    assert min(heights) >= 44


def test_a_dialog_opens_over_the_page_and_gives_the_focus_back(visit: Opener) -> None:
    page = visit()
    opener = page.locator("[data-dialog]")
    opener.click()
    assert page.locator("#sample-dialog").is_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert not page.locator("#sample-dialog").is_visible()
    assert opener.evaluate("element => element === document.activeElement")


def test_without_scripts_the_dialogs_link_leads_to_a_page(visit: Opener) -> None:
    page = visit(java_script_enabled=False)
    page.locator("[data-dialog]").click()
    assert page.url.endswith("/_ui/bare/")


def test_a_toast_announces_itself_and_can_be_closed(visit: Opener) -> None:
    page = visit()
    fragment = '<div class="toast" data-tone="warning" role="status"><p>Saved</p></div>'
    page.evaluate("html => document.getElementById('toasts').insertAdjacentHTML('beforeend', html)", fragment)
    toast = page.locator("#toasts .toast")
    assert toast.locator("p").inner_text() == "Saved"
    assert violations(page) == []
    toast.get_by_role("button", name="Close").click()
    assert toast.count() == 0


def test_the_navigation_of_a_phone_is_gone_until_it_is_asked_for(visit: Opener) -> None:
    page = visit("/_ui/bare/", width=360)
    page.set_content(customers_page())
    customers = page.get_by_role("link", name="Customers")
    assert customers.count() == 0
    for _ in range(8):
        page.keyboard.press("Tab")
        assert not page.evaluate("document.getElementById('navigation').contains(document.activeElement)")
    page.get_by_role("button", name="Open the menu").click()
    assert customers.is_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert customers.count() == 0


def test_the_navigation_stands_beside_the_page_where_there_is_room(visit: Opener) -> None:
    page = visit("/_ui/bare/", width=1280)
    page.set_content(customers_page())
    assert page.get_by_role("link", name="Customers").is_visible()
    assert not page.get_by_role("button", name="Open the menu").is_visible()
