"""The customer's Message Center as its people open it."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import formats, timezone

from messagecenter.models import Post, PostView
from messagecenter.vocabulary import Tag
from portal.database import transaction_as
from portal.demo.cast import Cast
from subscriptions.actions import create_subscription
from subscriptions.models import Offer
from tenants.actions.organisations import start_relationship
from tenants.actor import Actor, acting_as
from tenants.services import Service
from tests.messagecenter.conftest import Publish

Browser = Callable[[str], Client]
CANARY = "Canary-4711"


def address(cast: Cast, customer: str = "huaxin", rest: str = "") -> str:
    return f"/organisations/{cast.organisations[customer].pk}/messages/{rest}"


def page(client: Client, where: str) -> str:
    answer = client.get(where)
    assert answer.status_code == 200
    return answer.content.decode()


def test_rosa_sees_what_concerns_her_organisation(owners: Cast, publish: Publish, browser_of: Browser) -> None:
    deadline = timezone.now() + timedelta(days=30)
    mine = publish("Mail moves", action_required_by=deadline, is_major_change=True)
    publish("Sites move", services=[Service.SHAREPOINT])
    text = page(browser_of("rosa"), address(owners))
    assert "<strong>Mail moves</strong></a>" in text
    assert all(
        word in text for word in (mine.reference, "Exchange Online", "Plan for change", "Major change", "Unread")
    )
    assert "Sites move" not in text
    assert "1 unread message." in text
    assert (
        f'<span class="badge tone-warning">{timezone.localtime(deadline, timezone.get_fixed_timezone(480)).day} '
        in text
    )


def test_home_names_the_day_to_act_by_as_the_list_does(owners: Cast, publish: Publish, browser_of: Browser) -> None:
    deadline = timezone.now() + timedelta(days=30)
    publish(action_required_by=deadline)
    day = formats.date_format(timezone.localtime(deadline, ZoneInfo("Asia/Shanghai")), "DATE_FORMAT")
    rosa = browser_of("rosa")
    assert f"Act by: {day}</span>" in page(rosa, "/")
    assert f">{day}</span>" in page(rosa, address(owners))


def test_a_list_of_favourites_offers_to_remove_them(owners: Cast, post: Post, browser_of: Browser) -> None:
    rosa = browser_of("rosa")
    rosa.post(address(owners, rest="mark/"), {"mark": "favorite", "references": post.reference})
    favourites, everything = page(rosa, address(owners, rest="?view=favorites")), page(rosa, address(owners))
    assert ("Remove from favourites" in favourites, "Add to favourites" in favourites) == (True, False)
    assert ("Remove from favourites" in everything, "Add to favourites" in everything) == (False, True)


def test_get_writes_nothing_and_the_page_posts_read_itself(owners: Cast, post: Post, browser_of: Browser) -> None:
    rosa = browser_of("rosa")
    text = page(rosa, address(owners, rest=f"{post.reference}/"))
    assert not PostView.objects.exists()
    assert 'hx-trigger="load"' in text
    assert "Mark as read" in text
    answer = rosa.post(
        address(owners, rest="mark/"),
        {"mark": "markRead", "references": post.reference},
        headers={"HX-Request": "true"},
    )
    fragment = answer.content.decode()
    assert (answer.status_code, "Mark as unread" in fragment, "<html" in fragment) == (200, True, False)
    assert 'hx-trigger="load"' not in page(rosa, address(owners, rest=f"{post.reference}/"))


def test_without_scripts_the_buttons_return_where_they_stood(owners: Cast, post: Post, browser_of: Browser) -> None:
    rosa, here = browser_of("rosa"), address(owners, rest=f"{post.reference}/")
    answer = rosa.post(address(owners, rest="mark/"), {"mark": "favorite", "references": post.reference, "next": here})
    assert (answer.status_code, answer.headers["Location"]) == (303, here)
    answer = rosa.post(
        address(owners, rest="mark/"),
        {"mark": "archive", "references": post.reference, "next": "https://evil.example/"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, address(owners))


def test_filters(owners: Cast, publish: Publish, browser_of: Browser) -> None:
    rosa = browser_of("rosa")
    first, second = publish("Mail"), publish("Talk", services=[Service.TEAMS])
    for mark, reference in (
        ("markRead", first.reference),
        ("favorite", first.reference),
        ("archive", second.reference),
    ):
        rosa.post(address(owners, rest="mark/"), {"mark": mark, "references": reference})
    shown = {
        "": ("Mail", "Talk"),
        "?view=archived": ("Talk", "Mail"),
        "?view=favorites": ("Mail", "Talk"),
        "?service=exchange": ("Mail", "Talk"),
    }
    for query, (there, absent) in shown.items():
        text = page(rosa, address(owners, rest=query))
        assert (f">{there}<" in text, f">{absent}<" in text) == (True, False), query
    assert "No messages match" in page(rosa, address(owners, rest="?view=unread"))
    assert "No messages match" in page(rosa, address(owners, rest="?view=updated"))


def test_chinese_for_chinese_readers_english_with_a_label_for_french(
    owners: Cast, post: Post, browser_of: Browser
) -> None:
    where = address(owners, rest=f"{post.reference}/")
    lily = page(browser_of("lily"), where)
    assert '<article class="rich" lang="zh-hans" hx-disable><p>请阅读。</p></article>' in lily
    assert "隔离更改" in page(browser_of("lily"), address(owners))
    english = '<article class="rich" lang="en" hx-disable><p>Read this.</p></article>'
    assert english in page(browser_of("lily"), f"{where}?language=en")
    pia = page(browser_of("pia"), where)
    assert english in pia
    assert 'class="bar tone-info"' in pia
    assert 'class="bar tone-info"' not in page(browser_of("alice"), where)
    assert english in page(browser_of("alice"), f"{where}?language=klingon")


def test_privacy_posts_never_reach_rosa_nor_the_partner(owners: Cast, publish: Publish, browser_of: Browser) -> None:
    private = publish(CANARY, f"<p>{CANARY}</p>", tags=frozenset({Tag.DATA_PRIVACY}))
    assert CANARY in page(browser_of("pia"), address(owners))
    for name in ("rosa", "uma", "anna", "helen", "paul"):
        client = browser_of(name)
        for query in ("", "?view=unread", "?view=favorites", "?view=archived", "?service=exchange", "?view=updated"):
            text = page(client, address(owners, rest=query))
            assert CANARY not in text
            assert private.reference not in text
            assert "You have read everything." in text
        assert client.get(address(owners, rest=f"{private.reference}/")).status_code == 404
        marked = client.post(address(owners, rest="mark/"), {"mark": "markRead", "references": private.reference})
        assert marked.status_code == 404
        assert CANARY not in page(client, f"/organisations/{owners.huaxin.pk}/")
    assert not PostView.objects.exists()


def test_the_organisations_page_shows_the_latest(owners: Cast, post: Post, browser_of: Browser) -> None:
    assert f"{address(owners)}{post.reference}/" in page(browser_of("alice"), f"/organisations/{owners.huaxin.pk}/")


@pytest.mark.parametrize("rest", ["", "MC100001/", "mark/"])
def test_strangers_get_404_and_colleagues_without_the_right_403(
    owners: Cast, post: Post, browser_of: Browser, rest: str
) -> None:
    rest = f"{post.reference}/" if rest.startswith("MC") else rest
    method = "post" if rest == "mark/" else "get"
    for name, status in (("mallory", 404), ("jun", 404), ("peng", 404), ("ed", 403), ("sam", 403), ("boris", 403)):
        assert getattr(browser_of(name), method)(address(owners, rest=rest)).status_code == status, name
    assert getattr(browser_of("anna"), method)(address(owners, "jade", rest)).status_code == 403
    assert getattr(browser_of("anna"), method)(address(owners, "lotus", rest)).status_code == 404


def test_wrong_methods_visitors_and_what_does_not_exist(owners: Cast, post: Post, browser_of: Browser) -> None:
    rosa = browser_of("rosa")
    for method, rest in (("post", ""), ("delete", f"{post.reference}/"), ("put", "mark/")):
        assert getattr(rosa, method)(address(owners, rest=rest)).status_code == 405
    assert rosa.get(address(owners, rest="MC999999/")).status_code == 404
    answer = browser_of("").get(address(owners))
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/account/login/")


@pytest.mark.parametrize("rest", ["", "messages/", "requests/new/"])
def test_the_badge_counts_what_every_partner_sold_whatever_page_shows_it(
    owners: Cast, publish: Publish, browser_of: Browser, rest: str
) -> None:
    with transaction_as(system="setup"):
        start_relationship(owners.beichen, owners.huaxin, actor=Actor.system("setup"))
    boris = owners.actor("boris")
    with acting_as(boris, owners.huaxin):
        create_subscription(owners.huaxin, Offer.objects.get(sku="sharepoint"), actor=boris, quantity=5)
    publish(services=[Service.EXCHANGE])
    publish(services=[Service.SHAREPOINT])
    text = page(browser_of("anna"), f"/organisations/{owners.huaxin.pk}/{rest}")
    badge = text.partition(f'id="unread-{owners.huaxin.pk}"')[2]
    assert badge.partition(">")[2].partition("<")[0] == "2"


def test_whoever_reloads_a_refused_mark_comes_to_the_list(owners: Cast, post: Post, browser_of: Browser) -> None:
    answer = browser_of("rosa").get(address(owners, rest="mark/"))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(owners))


def test_bad_input(owners: Cast, post: Post, browser_of: Browser) -> None:
    rosa, mark = browser_of("rosa"), address(owners, rest="mark/")
    assert rosa.get(address(owners, rest="?view=nonsense")).status_code == 422
    assert rosa.get(address(owners, rest="?service=nonsense")).status_code == 422
    assert rosa.get(address(owners, rest="?after=nonsense")).status_code == 400
    assert rosa.post(mark, {"mark": "burn", "references": post.reference}).status_code == 422
    assert rosa.post(mark, {"mark": "markRead", "references": "MC999999"}).status_code == 404


def test_a_mark_for_no_message_asks_for_one_where_the_list_stood(owners: Cast, post: Post, browser_of: Browser) -> None:
    rosa, here = browser_of("rosa"), f"{address(owners)}?view=unread"
    answer = rosa.post(address(owners, rest="mark/"), {"mark": "archive", "next": here})
    assert (answer.status_code, answer.headers["Location"]) == (303, here)
    assert '<div class="toast" data-tone="warning"><p>Choose at least one message.</p></div>' in page(rosa, here)


def test_the_second_page_follows_the_first(owners: Cast, publish: Publish, browser_of: Browser) -> None:
    wanted = {publish(f"Post {number}").reference for number in range(60)}
    rosa = browser_of("rosa")
    first = page(rosa, address(owners))
    more = first.split('rel="next" href="', 1)[1].split('"', 1)[0]
    second = page(rosa, address(owners) + more)
    assert sum(reference in first for reference in wanted) == 50
    assert {reference for reference in wanted if reference in first or reference in second} == wanted
