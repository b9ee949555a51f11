"""Where the operator's publishers write."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from messagecenter.models import Post
from messagecenter.vocabulary import Tag
from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from tenants.services import Service
from tests.clicks import sent_twice
from tests.messagecenter.conftest import Publish

Browser = Callable[[str], Client]
LIST, NEW = "/publishing/messages/", "/publishing/messages/new/"


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "title_en": "Mail moves",
        "body_en": "<p>It <em>moves</em>.</p><script>alert(1)</script>",
        "title_zh": "邮件迁移",
        "body_zh": "<p>将迁移。</p>",
        "services": ["exchange", "teams"],
        "tags": ["adminImpact"],
        "category": "planForChange",
        "severity": "high",
        "action_required_by": "2030-01-02T08:00",
        "form_key": "b7e1f2a0-0000-4000-8000-000000000001",
        **changes,
    }


def test_peng_publishes_and_rosa_reads(owners: Cast, browser_of: Browser) -> None:
    answer = browser_of("peng").post(NEW, typed())
    post = Post.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}{post.reference}/")
    assert post.services == [Service.EXCHANGE, Service.TEAMS]
    assert post.action_required_by and post.action_required_by.isoformat() == "2030-01-02T00:00:00+00:00"
    page = browser_of("rosa").get(f"/organisations/{owners.huaxin.pk}/messages/{post.reference}/").content.decode()
    assert '<article class="rich" lang="en" hx-disable><p>It <em>moves</em>.</p></article>' in page
    assert "2 Jan 2030, 08:00" in page


def test_a_second_click_publishes_once(owners: Cast, browser_of: Browser) -> None:
    peng = browser_of("peng")
    answers = [peng.post(NEW, typed()) for _click in range(2)]
    assert Post.objects.count() == 1
    assert [answer.headers["Location"] for answer in answers] == [f"{LIST}{Post.objects.get().reference}/"] * 2


def test_who_goes_back_and_writes_another_message_is_told_and_can_publish_it(owners: Cast, browser_of: Browser) -> None:
    qing = browser_of("qing")
    qing.post(NEW, typed())
    answer = qing.post(NEW, typed(title_en="Calendars move"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This form was already sent with other content, and that was done. Send it again to do this too." in page
    assert 'value="Calendars move"' in page
    (fresh,) = re.findall('name="form_key" value="([^"]+)"', page)
    again = qing.post(NEW, typed(title_en="Calendars move", form_key=fresh))
    assert (again.status_code, Post.objects.count()) == (303, 2)


def test_the_preview_publishes_nothing_and_names_the_audience(owners: Cast, browser_of: Browser) -> None:
    answer = browser_of("qing").post(NEW, typed(preview="1", tags=["dataPrivacy"]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<article class="rich" lang="en" hx-disable><p>It <em>moves</em>.</p></article>' in page
    assert '<article class="rich" lang="zh-hans" hx-disable><p>将迁移。</p></article>' in page
    assert "Customers with a subscription to Exchange Online, Teams." in page
    assert "Partners do not see it." in page
    assert not Post.objects.exists()


def test_the_preview_names_every_subscriber_where_all_have_the_service(owners: Cast, browser_of: Browser) -> None:
    page = browser_of("qing").post(NEW, typed(preview="1", services=["exchange", "identity"])).content.decode()
    assert "Every customer with a subscription, whatever it is for: all of them use Identity Service." in page
    assert "Customers with a subscription to" not in page
    assert "for all services." in page


@pytest.mark.parametrize(
    "change",
    [
        {"title_en": ""},
        {"body_en": ""},
        {"body_en": "<script>alert(1)</script>"},
        {"services": []},
        {"services": ["nonsense"]},
        {"category": "nonsense"},
        {"title_zh": ""},
        {"body_zh": ""},
        {"end_at": "2020-01-01T00:00"},
        {"action_required_by": "2020-01-01T00:00"},
        {"start_at": "2030-02-01T00:00"},
        {"start_at": "tomorrow"},
    ],
)
@pytest.mark.parametrize("preview", [{}, {"preview": "1"}])
def test_a_wrong_form_says_so_and_keeps_what_was_typed(
    owners: Cast, browser_of: Browser, change: dict[str, Any], preview: dict[str, str]
) -> None:
    answer = browser_of("qing").post(NEW, typed(severity="critical", **change, **preview))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'class="form-errors"' in page
    assert '<option value="critical" selected>' in page
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("address", "missing"),
    [
        ("new/", {"title_en", "body_en", "services", "category", "severity"}),
        ("{reference}/withdraw/", {"reason"}),
    ],
)
def test_an_empty_form_names_what_is_missing(
    owners: Cast, post: Post, browser_of: Browser, address: str, missing: set[str]
) -> None:
    answer = browser_of("peng").post(LIST + address.format(reference=post.reference))
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == missing


def test_a_message_that_was_withdrawn_is_not_withdrawn_again(owners: Cast, post: Post, browser_of: Browser) -> None:
    qing, where = browser_of("qing"), f"{LIST}{post.reference}/withdraw/"
    assert qing.post(where, {"reason": "Wrong"}).status_code == 303
    again = qing.post(where, {"reason": "Still wrong"})
    assert again.status_code == 409
    assert "This message was withdrawn." in again.content.decode()
    assert qing.get(where).status_code == 409


def test_an_update_and_a_stale_one(owners: Cast, post: Post, browser_of: Browser) -> None:
    qing, where = browser_of("qing"), f"{LIST}{post.reference}/"
    assert 'value="Quarantine changes"' in qing.get(where).content.decode()
    assert qing.post(where, typed(version=1)).status_code == 303
    stale = qing.post(where, typed(version=1, title_en="Mine", form_key="b7e1f2a0-0000-4000-8000-000000000002"))
    page = stale.content.decode()
    assert stale.status_code == 412
    assert "updatedMessage" not in page
    assert all(
        text in page for text in ("Published version", "Your version", "Mail moves", 'value="Mine"', 'value="2"')
    )
    again = typed(version=2, title_en="Mine", form_key="b7e1f2a0-0000-4000-8000-000000000002")
    assert qing.post(where, again).status_code == 303
    post.refresh_from_db()
    assert (post.version, post.tags) == (3, [Tag.ADMIN_IMPACT, Tag.UPDATED_MESSAGE])


def test_a_new_title_leaves_the_moments_as_they_were(owners: Cast, publish: Publish, browser_of: Browser) -> None:
    """The form shows whole minutes; the audit log must not tell of a change that nobody made."""
    start = timezone.now().replace(second=33, microsecond=7) - timedelta(hours=1)
    moments = {"start_at": start, "action_required_by": start + timedelta(days=1), "end_at": start + timedelta(days=2)}
    post, qing = publish(**moments), browser_of("qing")
    where = f"{LIST}{post.reference}/"
    form = qing.get(where).content.decode()
    shown = dict(re.findall('name="(start_at|end_at|action_required_by)" value="([^"]+)"', form))
    assert shown.keys() == moments.keys()
    assert qing.post(where, typed(version=1, title_en="Another title", **shown)).status_code == 303
    post.refresh_from_db()
    assert {name: getattr(post, name) for name in moments} == moments
    told = AuditEntry.objects.filter(target_id=str(post.pk)).order_by("-sequence")[0].data
    assert [told["before"][name] for name in moments] == [told["after"][name] for name in moments]


def test_the_preview_of_a_change_says_what_readers_lose(owners: Cast, post: Post, browser_of: Browser) -> None:
    qing, where = browser_of("qing"), f"{LIST}{post.reference}/"
    later = typed(version=1, preview="1", start_at="2029-12-24T08:00")
    page = qing.post(where, later).content.decode()
    assert "Preview: these changes are not published yet" in page
    assert "These changes hide the message from its readers" in page
    assert "24 Dec 2029, 08:00" in page
    assert "hide the message" not in qing.post(where, typed(version=1, preview="1")).content.decode()
    assert "hide the message" not in qing.post(NEW, later).content.decode()


def test_the_moments_of_a_message_name_their_time_zone(owners: Cast, browser_of: Browser) -> None:
    page = browser_of("qing").get(NEW).content.decode()
    for label in ("Act by", "Show from", "Show until"):
        assert f"{label} (Shanghai time)" in page


def test_a_withdrawal_asks_first(owners: Cast, post: Post, browser_of: Browser) -> None:
    qing, where = browser_of("qing"), f"{LIST}{post.reference}/withdraw/"
    assert "Nobody can open the message any more, not even by a saved link" in qing.get(where).content.decode()
    assert qing.post(where, {"reason": ""}).status_code == 422
    assert qing.post(where, {"reason": "Wrong"}).status_code == 303
    assert [qing.get(where).status_code, qing.post(where, {"reason": "Wrong"}).status_code] == [409, 409]
    assert qing.post(f"{LIST}{post.reference}/", typed(version=2)).status_code == 409
    assert "Nobody sees this message any more." in qing.get(f"{LIST}{post.reference}/").content.decode()
    assert "Withdrawn" in qing.get(LIST).content.decode()


def test_a_withdrawn_message_is_read_by_its_author_and_becomes_a_new_one(
    owners: Cast, post: Post, browser_of: Browser
) -> None:
    qing, where = browser_of("qing"), f"{LIST}{post.reference}/"
    browser_of("peng").post(f"{where}withdraw/", {"reason": "Wrong"})
    page = qing.get(where).content.decode()
    assert '<article class="rich" lang="zh-hans" hx-disable><p>请阅读。</p></article>' in page
    assert "Withdrawn by Peng Pan" in page
    assert 'name="title_en"' not in page
    (again,) = re.findall(f'href="({NEW}[^"]+)"', page)
    form = qing.get(again).content.decode()
    assert 'value="Quarantine changes"' in form and 'value="隔离更改"' in form
    assert re.search('value="exchange"[^>]* checked', form)
    assert Post.objects.count() == 1
    home = qing.get("/").content.decode()
    assert '<span class="badge tone-danger">Withdrawn</span>' in home


@pytest.mark.parametrize("reference", ["MC999999", "x", "%00", "MC1%00"])
def test_a_message_begins_with_no_other_than_one_that_exists(owners: Cast, browser_of: Browser, reference: str) -> None:
    assert browser_of("peng").get(f"{NEW}?from={reference}").status_code == 404


def test_a_withdrawal_that_is_sent_twice_is_one(owners: Cast, post: Post, browser_of: Browser) -> None:
    there = f"{LIST}{post.reference}/"
    assert sent_twice(browser_of("qing"), f"{there}withdraw/", {"reason": "Wrong"}) == [(303, there)] * 2
    post.refresh_from_db()
    assert post.version == 2


def test_the_draft_of_a_message_that_was_withdrawn_meanwhile_becomes_a_new_one(
    owners: Cast, post: Post, browser_of: Browser
) -> None:
    qing, where = browser_of("qing"), f"{LIST}{post.reference}/"
    assert browser_of("peng").post(f"{where}withdraw/", {"reason": "Wrong"}).status_code == 303
    answer = qing.post(where, typed(version=1))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This message was withdrawn." in page.partition('class="form-errors"')[2]
    assert "&lt;p&gt;It &lt;em&gt;moves&lt;/em&gt;.&lt;/p&gt;" in page and "将迁移。" in page
    assert f'<form class="stack" method="post" action="{NEW}"' in page
    assert qing.post(NEW, typed(version=1)).status_code == 303
    assert Post.objects.exclude(pk=post.pk).get().withdrawn_at is None


def test_the_form_calls_services_as_its_boxes_do(owners: Cast, browser_of: Browser) -> None:
    page = browser_of("qing").get(NEW).content.decode()
    assert "Identity Service and Admin portal concern every customer with a subscription." in page


@pytest.mark.parametrize("rest", ["", "new/", "MC/", "MC/withdraw/"])
def test_only_the_operators_publishers_enter(owners: Cast, post: Post, browser_of: Browser, rest: str) -> None:
    where = LIST + rest.replace("MC", post.reference)
    for name, status in (("peng", 200), ("olivia", 200), ("alice", 403), ("anna", 403), ("pia", 403), ("ed", 403)):
        assert browser_of(name).get(where).status_code == status, name
    assert browser_of("").get(where).status_code == 302
    assert browser_of("peng").delete(where).status_code == 405
    if rest:
        assert browser_of("alice").post(where, typed()).status_code == 403


def test_what_does_not_exist(owners: Cast, browser_of: Browser) -> None:
    for rest in ("MC999999/", "MC999999/withdraw/"):
        assert browser_of("peng").get(LIST + rest).status_code == 404
    assert browser_of("peng").post(LIST).status_code == 405


def _copy(post: Post, number: int) -> dict[str, Any]:
    values = {field.attname: getattr(post, field.attname) for field in Post._meta.fields if field.name != "id"}
    return values | {"reference": f"MC{300_000 + number}", "version": 1}
