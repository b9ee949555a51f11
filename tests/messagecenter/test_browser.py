"""Walk C in a real browser: Peng publishes, Rosa reads, the badge follows; hostile bodies stay text."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from messagecenter.models import Post, PostTranslation, PostView
from portal.demo.cast import Cast
from tests.messagecenter.corpus import BODIES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opener = Callable[..., Page]


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


def messages(cast: Cast) -> str:
    return f"/organisations/{cast.huaxin.pk}/messages/"


def test_peng_publishes_and_rosa_reads(owners: Cast, open_as: Opener) -> None:
    peng = open_as("qing", "/publishing/messages/new/")
    peng.get_by_label("Title in English").fill("Mail moves")
    peng.get_by_label("Text in English").fill("<p>On <strong>Sunday</strong>.</p>")
    peng.get_by_label("Exchange Online").check()
    peng.get_by_role("button", name="Preview").click()
    peng.get_by_text("Customers with a subscription to Exchange Online").wait_for()
    peng.get_by_role("button", name="Publish").click()
    peng.get_by_text("was published.").wait_for()
    rosa = open_as("rosa", messages(owners))
    assert rosa.locator(".nav-item .count").first.inner_text().startswith("1")
    rosa.get_by_role("link", name="Mail moves").click()
    rosa.get_by_role("button", name="Mark as unread").wait_for()
    assert rosa.locator(".nav-item .count").first.is_hidden()
    assert PostView.objects.get().user == owners.rosa
    rosa.get_by_role("button", name="Mark as unread").click()
    rosa.get_by_role("button", name="Mark as read").wait_for()
    assert rosa.locator(".nav-item .count").first.is_visible()


def test_without_scripts_a_button_marks_it_read(owners: Cast, post: Post, open_as: Opener) -> None:
    rosa = open_as("rosa", f"{messages(owners)}{post.reference}/", java_script_enabled=False)
    rosa.get_by_role("button", name="Mark as read").click()
    assert rosa.get_by_text("Marked as read.").is_visible()
    rosa.get_by_role("button", name="Mark as unread").click()
    assert rosa.url.endswith(messages(owners))
    assert not PostView.objects.get().is_read


def test_nothing_hostile_runs_or_calls_home(owners: Cast, post: Post, open_as: Opener, live_server: LiveServer) -> None:
    PostTranslation.objects.filter(post=post).update(body="\n".join(BODIES))
    rosa = open_as("rosa", messages(owners))
    dialogs: list[str] = []
    requests: list[str] = []
    rosa.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    rosa.on("request", lambda request: requests.append(request.url))
    rosa.goto(f"{live_server.url}{messages(owners)}{post.reference}/")
    rosa.get_by_role("button", name="Mark as unread").wait_for()
    assert dialogs == []
    assert [url for url in requests if not url.startswith((live_server.url, "data:"))] == []
    assert rosa.locator("article.rich :is(script, style, svg, img, iframe, form, input, button)").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", ["list", "detail", "published", "new"])
def test_the_pages_are_accessible_and_fit_a_phone(
    owners: Cast, post: Post, open_as: Opener, where: str, scheme: str
) -> None:
    who, path = {
        "list": ("alice", messages(owners)),
        "detail": ("alice", f"{messages(owners)}{post.reference}/"),
        "published": ("qing", "/publishing/messages/"),
        "new": ("qing", "/publishing/messages/new/"),
    }[where]
    page = open_as(who, path, viewport={"width": 360, "height": 800}, color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
