"""Windows for people: a page of a fresh browser, and what is wrong with it."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

Opener = Callable[..., Page]
# New buttons are bound a moment after they are there; until then they work as without scripts.
HTMX_AT_WORK = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer, browser_of: Callable[[str], Client]) -> Opener:
    """`open_as("rosa", path)`: a page of a fresh browser in which Rosa has signed in."""

    def visit(who: str, path: str, **options: object) -> Page:
        session = browser_of(who).cookies["sessionid"].value
        context = browser.new_context(reduced_motion="reduce", **options)
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return visit


def violations(page: Page) -> list[str]:
    """What axe finds wrong, as rule: element."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def too_wide(page: Page) -> int:
    """How many pixels of the page do not fit the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
