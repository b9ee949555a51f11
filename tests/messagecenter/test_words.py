"""How posts are spoken of elsewhere: in the audit log, on an organisation's page, when it is too late."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from messagecenter.actions import withdraw_post
from messagecenter.models import Post
from messagecenter.panels import latest_messages
from messagecenter.vocabulary import Tag
from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from tenants import deeds
from tenants.actor import acting_as
from tests.messagecenter.conftest import Publish


def test_the_audit_log_tells_deeds_in_words(owners: Cast, post: Post) -> None:
    peng = owners.actor("peng")
    with acting_as(peng):
        withdraw_post(post, actor=peng, reason="Wrong")
    published, withdrawn = AuditEntry.objects.filter(target_id=str(post.pk)).order_by("sequence")
    assert deeds.sentence(published) == f"Published the message {post.reference}"
    assert deeds.sentence(withdrawn) == f"Withdrew the message {post.reference}"
    told = {name: after for name, _before, after in deeds.changes(published)}
    assert (told["Category"], told["Services"]) == ("Plan for change", "Exchange Online")


def test_an_overdue_action_alarms(owners: Cast, publish: Publish, browser_of: Callable[[str], Client]) -> None:
    post = publish()
    Post.objects.update(action_required_by=timezone.now() - timedelta(days=1))
    base = f"/organisations/{owners.huaxin.pk}/messages/"
    assert "badge tone-danger" in browser_of("rosa").get(base).content.decode()
    page = browser_of("rosa").get(f"{base}{post.reference}/").content.decode()
    assert "Action was required" in page
    assert 'class="bar tone-danger"' in page


def test_the_panel_shows_the_latest_three_to_readers_only(owners: Cast, publish: Publish) -> None:
    publish("Oldest")
    publish("Secret", tags=frozenset({Tag.DATA_PRIVACY}))
    for title in ("One", "Two", "Three"):
        publish(title)
    panel = latest_messages(owners.actor("rosa"), owners.huaxin)
    assert [title in panel for title in ("One", "Two", "Three", "Oldest", "Secret")] == [True, True, True, False, False]
    for name, tenant in (
        ("ed", owners.huaxin),
        ("sam", owners.huaxin),
        ("mallory", owners.huaxin),
        ("anna", owners.fanyun),
    ):
        assert latest_messages(owners.actor(name), tenant) == ""
