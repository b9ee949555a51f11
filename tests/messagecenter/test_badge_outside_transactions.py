"""Posts that may hash a password have no transaction; the frame around a refusal knows its reader all the same."""

from collections.abc import Callable

import pytest
from django.test import Client

from messagecenter.models import Post
from portal.database import transaction_as
from portal.demo.cast import Cast


@pytest.mark.parametrize(("address", "status"), [("/account/password/change/", 403), ("/account/nowhere/", 404)])
def test_a_refusal_below_the_account_is_drawn_with_the_badge(
    owners: Cast, post: Post, browser_of: Callable[[str], Client], address: str, status: int
) -> None:
    rosa, badge = browser_of("rosa"), f'id="unread-{owners.huaxin.pk}">1<'
    rosa.handler.enforce_csrf_checks = True  # a form that is too old
    with transaction_as():  # as in production, nobody asks before the request does
        refused = rosa.post(address)
    assert (refused.status_code, badge in refused.content.decode()) == (status, True)
