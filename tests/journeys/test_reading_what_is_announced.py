"""Walk C in a browser: a publisher writes in two languages, and each reader has a read state of their own."""

import pytest
from playwright.sync_api import expect

from subscriptions.models import Subscription
from tests.journeys.conftest import Enter
from tests.journeys.pages import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Owned = dict[tuple[str, str], Subscription]
NEWS = "Old mail programs can no longer connect"
NEWS_ZH = "旧版邮件程序将无法连接"
PRIVATE = "Data processing record updated"


def publish(qing: Person, title: str, chinese: str, *, tag: str = "") -> None:
    """From the form, by way of the preview."""
    qing.writes("Title in English", title)
    qing.writes("Text in English (HTML)", "<p>Update them to a version with <strong>modern</strong> sign-in.</p>")
    qing.writes("Title in Chinese", chinese)
    qing.writes("Text in Chinese (HTML)", "<p>请将其更新为支持新式登录的版本。</p>")
    qing.chooses("Services", "Exchange Online")
    if tag:
        qing.chooses("Tags", tag)
    qing.presses("Preview")
    qing.reads("Preview: not published yet", title, chinese)


def badge(person: Person) -> str:
    """What the sidebar says of the Message Center."""
    link = person.sidebar.get_by_role("link", name="Message Center")
    return " ".join(link.inner_text().split()).removeprefix("Message Center").strip()


def test_qing_publishes_and_every_reader_has_a_state_of_their_own(enter: Enter, owned: Owned) -> None:
    qing = enter("qing")
    qing.stands_on("Welcome, Qing Qian")
    qing.looks_around()
    qing.follows("Write a message")
    qing.stands_on("New message")
    qing.looks_around()
    publish(qing, NEWS, NEWS_ZH)
    qing.looks_around()
    qing.presses("Publish")
    qing.turns_to("Publishing")
    qing.reads(NEWS)
    qing.looks_around()
    qing.follows("New message")
    publish(qing, PRIVATE, "数据处理记录已更新", tag="Data privacy")
    qing.presses("Publish")
    qing.turns_to("Publishing")
    qing.reads(NEWS, PRIVATE)

    rosa = enter("rosa")
    assert badge(rosa) == "1 unread message"
    rosa.turns_to("Message Center")
    rosa.reads("1 unread message.", NEWS)
    rosa.never_reads(PRIVATE)
    rosa.looks_around()
    rosa.follows(NEWS)
    rosa.stands_on(NEWS)
    expect(rosa.main.get_by_role("button", name="Mark as unread")).to_be_visible()
    rosa.reads("Update them to a version with modern sign-in.")
    rosa.looks_around()
    rosa.turns_to("Message Center")
    rosa.reads("You have read everything.")
    assert badge(rosa) == ""

    alice = enter("alice")
    assert badge(alice) == "2 unread messages"
    alice.turns_to("Message Center")
    alice.reads("2 unread messages.", NEWS, PRIVATE)


def test_a_privacy_post_is_for_the_privacy_reader_and_not_even_its_address_for_others(
    enter: Enter, owned: Owned
) -> None:
    qing = enter("qing")
    qing.follows("Write a message")
    publish(qing, PRIVATE, "数据处理记录已更新", tag="Data privacy")
    qing.presses("Publish")
    messages = f"/organisations/{owned['O365_E3', 'huaxin'].tenant_id}/messages/"

    pia = enter("pia")
    pia.goes_to(messages)
    pia.follows(PRIVATE)
    pia.stands_on(PRIVATE)
    pia.looks_around()
    address = pia.page.url.removeprefix(pia.origin)

    rosa = enter("rosa")
    rosa.goes_to(messages)
    rosa.reads("You have read everything.")
    rosa.never_reads(PRIVATE)
    rosa.goes_to(address)
    rosa.is_refused(404)
    rosa.never_reads(PRIVATE)

    ed = enter("ed")
    ed.goes_to(messages)
    ed.is_refused(403)
    ed.never_reads(PRIVATE)


def test_lily_reads_it_in_chinese_and_jade_bikes_only_what_it_owns(enter: Enter, owned: Owned) -> None:
    qing = enter("qing")
    qing.follows("Write a message")
    publish(qing, NEWS, NEWS_ZH)
    qing.chooses("Services", "SharePoint Online")
    qing.page.get_by_role("group", name="Services").get_by_label("Exchange Online").uncheck()
    qing.presses("Publish")

    lily = enter("lily", locale="zh-CN", signed_in=False)
    lily.goes_to("/")
    lily.page.get_by_role("textbox").first.fill(lily.upn)
    lily.page.locator("input[type=password]").fill("Portal-Demo-2026")
    lily.page.keyboard.press("Enter")
    expect(lily.page).to_have_url(f"{lily.origin}/")
    lily.goes_to(f"/organisations/{owned['O365_E3', 'huaxin'].tenant_id}/messages/")
    lily.never_reads(NEWS)
    lily.follows(NEWS_ZH)
    lily.stands_on(NEWS_ZH)
    lily.reads("请将其更新为支持新式登录的版本。")
    expect(lily.page.locator("html")).to_have_attribute("lang", "zh-hans")
    lily.looks_around()

    jun = enter("jun")
    jun.goes_to(f"/organisations/{owned['EXO_P1', 'jade'].tenant_id}/messages/")
    jun.never_reads(NEWS, NEWS_ZH)
