"""Walk C in a real browser: Peng publishes, Rosa reads, the badge follows; hostile bodies stay text."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from messagecenter.models import Post, PostTranslation, PostView
from portal.demo.cast import Cast
from tests.messagecenter.conftest import Publish
from tests.messagecenter.corpus import BODIES
from tests.windows import HTMX_AT_WORK, Opener, too_wide, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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


def test_the_badge_comes_back_where_there_was_none(owners: Cast, post: Post, open_as: Opener) -> None:
    open_as("rosa", f"{messages(owners)}{post.reference}/").get_by_role("button", name="Mark as unread").wait_for()
    rosa = open_as("rosa", f"{messages(owners)}{post.reference}/")
    badge = rosa.locator(".nav-item .count")
    assert badge.is_hidden()
    rosa.get_by_role("button", name="Mark as unread").click()
    badge.wait_for()
    assert badge.inner_text().split() == ["1", "unread", "message"]


def test_by_keyboard_the_focus_stays_and_every_mark_is_announced(owners: Cast, post: Post, open_as: Opener) -> None:
    rosa = open_as("rosa", f"{messages(owners)}{post.reference}/")
    rosa.get_by_role("button", name="Mark as unread").wait_for()
    said = rosa.get_by_role("status")
    assert said.first.inner_text() == ""
    rosa.get_by_role("button", name="Add to favourites").focus()
    for pressed, announced, next_name in (
        ("Enter", "Added to your favourites.", "Remove from favourites"),
        ("Enter", "Removed from your favourites.", "Add to favourites"),
        ("Tab Space", "Archived. Only your own list changed.", "Restore"),
        ("Shift+Tab Shift+Tab Enter", "Marked as unread.", "Mark as read"),
    ):
        for key in pressed.split():
            rosa.keyboard.press(key)
        said.get_by_text(announced).first.wait_for()
        expect(rosa.locator(HTMX_AT_WORK)).to_have_count(0)
        expect(rosa.get_by_role("button", name=next_name, exact=True)).to_be_focused()


def test_without_scripts_a_button_marks_it_read(owners: Cast, post: Post, open_as: Opener) -> None:
    rosa = open_as("rosa", f"{messages(owners)}{post.reference}/", java_script_enabled=False)
    rosa.get_by_role("button", name="Mark as read").click()
    assert rosa.get_by_text("Marked as read.").is_visible()
    rosa.get_by_role("button", name="Mark as unread").click()
    assert rosa.url.endswith(messages(owners))
    assert not PostView.objects.get().is_read


def test_one_box_selects_every_message(owners: Cast, publish: Publish, open_as: Opener) -> None:
    publish("First"), publish("Second")
    rosa = open_as("rosa", messages(owners))
    every = rosa.get_by_label("Select all")
    every.check()
    boxes = rosa.locator("tbody input[type=checkbox]")
    assert [boxes.nth(place).is_checked() for place in range(2)] == [True, True]
    boxes.first.uncheck()
    assert not every.is_checked()
    every.check()
    rosa.get_by_role("button", name="Add to favourites").click()
    rosa.get_by_text("Added to your favourites.").wait_for()
    assert PostView.objects.filter(is_favorited=True).count() == 2


def test_without_scripts_there_is_no_box_for_all(owners: Cast, post: Post, open_as: Opener) -> None:
    rosa = open_as("rosa", messages(owners), java_script_enabled=False)
    assert rosa.get_by_label("Select Quarantine changes").is_visible()
    assert rosa.get_by_label("Select all").is_hidden()


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


def test_a_title_without_a_space_fits_a_phone(owners: Cast, publish: Publish, open_as: Opener) -> None:
    post = publish("W" * 200)
    rosa = open_as("rosa", messages(owners), viewport={"width": 360, "height": 800})
    assert too_wide(rosa) <= 0
    assert rosa.locator(".table-box").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    rosa.get_by_role("link", name=post.translations.get().title).click()
    rosa.get_by_role("button", name="Mark as unread").wait_for()
    assert too_wide(rosa) <= 0


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
    assert violations(page) == []
    assert too_wide(page) <= 0
