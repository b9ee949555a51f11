"""Odd input is refused, never a defect; on PostgreSQL most of all, which takes no NUL in a text."""

from collections.abc import Callable

import pytest
from django.test import Client

from messagecenter.models import Post
from portal.demo.cast import Cast
from tests.messagecenter.test_publishing_pages import NEW, typed

Browser = Callable[[str], Client]
MARK = "/v1.0/admin/serviceAnnouncement/messages/markRead"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("alice", "/organisations/{huaxin}/messages/%00/"),
        ("alice", "/publishing/messages/%00/withdraw/"),
        ("peng", "/publishing/messages/MC100001%00/"),
    ],
)
def test_nothing_is_named_with_a_nul(owners: Cast, browser_of: Browser, name: str, address: str) -> None:
    browser, here = browser_of(name), address.format(huaxin=owners.huaxin.pk)
    assert (browser.get(here).status_code, browser.post(here, {"reason": "x"}).status_code) == (404, 404)


def test_nor_over_rest(owners: Cast, rest_of: Browser) -> None:
    rest = rest_of("alice")
    assert rest.get("/v1.0/admin/serviceAnnouncement/messages/%00").status_code == 404
    assert rest.post(MARK, {"messageIds": ["MC1 or 1=1"]}, content_type="application/json").status_code == 404


@pytest.mark.parametrize("reference", ["\0", "MC\0", "", "MC1\n"])
def test_only_what_could_be_a_message_is_marked(owners: Cast, browser_of: Browser, reference: str) -> None:
    here = f"/organisations/{owners.huaxin.pk}/messages/mark/"
    answer = browser_of("alice").post(here, {"mark": "markRead", "references": [reference]})
    assert answer.status_code == 404


@pytest.mark.parametrize("field", ["start_at", "end_at", "action_required_by"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_moment_no_calendar_reaches_is_a_wrong_value(
    owners: Cast, browser_of: Browser, field: str, moment: str
) -> None:
    assert browser_of("peng").post(NEW, typed(**{field: moment})).status_code == 422
    assert not Post.objects.exists()
