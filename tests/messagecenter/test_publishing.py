"""The publishers' verbs: publish, update, withdraw."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messagecenter.actions import publish_post, update_post, withdraw_post
from messagecenter.drafts import Draft
from messagecenter.models import Post
from messagecenter.vocabulary import Category, Severity, Tag
from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed, RuleBroken, StaleVersion
from tenants.actor import Actor, acting_as
from tenants.services import Service
from tests.messagecenter.conftest import Publish, a_draft


def mistakes(draft: Draft, actor: Actor) -> list[str]:
    with pytest.raises(InvalidInput) as refusal, acting_as(actor):
        publish_post(draft, actor=actor)
    return [detail["target"] for detail in refusal.value.details]


def deeds(post: Post) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(target_id=str(post.pk)).order_by("sequence"))


def test_a_publisher_publishes_in_two_languages(owners: Cast, publish: Publish) -> None:
    post = publish(
        chinese=("标题", "<p>正文</p>"),
        services=[Service.TEAMS, Service.EXCHANGE],
        tags=frozenset({Tag.RETIREMENT}),
        severity=Severity.HIGH,
    )
    post.refresh_from_db()
    assert (post.author, post.operator, post.category, post.severity) == (
        owners.peng,
        owners.vianet,
        Category.PLAN_FOR_CHANGE,
        Severity.HIGH,
    )
    assert (post.services, post.tags, post.version) == ([Service.EXCHANGE, Service.TEAMS], [Tag.RETIREMENT], 1)
    assert post.start_at == post.published_at == post.last_modified_at
    assert dict(post.translations.values_list("language", "title")) == {"en": "Quarantine changes", "zh-hans": "标题"}


def test_references_are_mc_and_six_digits_and_never_repeat(publish: Publish) -> None:
    first, second = publish(), publish()
    assert first.reference.startswith("MC")
    assert int(second.reference[2:]) > int(first.reference[2:]) > 100_000


def test_publishing_is_in_the_operators_book(owners: Cast, post: Post) -> None:
    (entry,) = deeds(post)
    assert (entry.deed, entry.tenant_id, entry.actor_name) == (
        "messagecenter.message.published",
        owners.vianet.pk,
        "Peng Pan",
    )
    assert entry.data["after"]["services"] == ["exchange"]
    assert len(entry.data["after"]["body_sha256"]["zh-hans"]) == 64


def test_the_queue_may_publish_as_a_machine(owners: Cast) -> None:
    machine = Actor.system("21vianet")
    with acting_as(machine):
        post = publish_post(a_draft(), actor=machine)
    assert (post.author, post.operator) == (None, owners.vianet)


@pytest.mark.parametrize("name", ["alice", "anna", "paul", "mallory", "pia", "ed"])
def test_nobody_but_the_operators_people_publishes(owners: Cast, post: Post, name: str) -> None:
    actor = owners.actor(name)
    with pytest.raises(NotAllowed), acting_as(actor):
        publish_post(a_draft(), actor=actor)
    with pytest.raises(NotAllowed), acting_as(actor):
        update_post(post, a_draft(), actor=actor, version=1)
    with pytest.raises(NotAllowed), acting_as(actor):
        withdraw_post(post, actor=actor, reason="x")


def test_every_mistake_is_named_at_once(owners: Cast) -> None:
    peng = owners.actor("peng")
    past = timezone.now() - timedelta(days=1)
    assert mistakes(a_draft(" ", "", services=[], end_at=past), peng) == ["services", "end_at", "title_en", "body_en"]
    assert mistakes(a_draft("x" * 201, chinese=("题", "<svg></svg>")), peng) == ["title_en", "body_zh"]
    assert mistakes(Draft(Category.STAY_INFORMED, frozenset({Service.TEAMS}), {}), peng) == ["title_en"]
    assert not Post.objects.exists()


def test_a_message_shows_before_readers_must_have_acted_and_their_time_is_not_over(owners: Cast) -> None:
    peng, now, day = owners.actor("peng"), timezone.now(), timedelta(days=1)
    assert mistakes(a_draft(action_required_by=now - day), peng) == ["action_required_by"]
    assert mistakes(a_draft(action_required_by=now + day, start_at=now + 2 * day), peng) == ["start_at"]
    assert mistakes(a_draft(start_at=now + 2 * day, end_at=now + day), peng) == ["end_at"]
    assert not Post.objects.exists()


def test_a_message_whose_act_by_has_passed_is_corrected_without_another_one(owners: Cast, post: Post) -> None:
    peng, passed = owners.actor("peng"), timezone.now() - timedelta(minutes=1)
    Post.objects.update(action_required_by=passed, start_at=passed - timedelta(days=3))
    with acting_as(peng):
        update_post(post, a_draft("Corrected", action_required_by=passed), actor=peng, version=1)
    with pytest.raises(InvalidInput) as refusal, acting_as(peng):
        earlier = a_draft(action_required_by=passed - timedelta(days=1))
        update_post(post, earlier, actor=peng, version=2)
    assert [detail["target"] for detail in refusal.value.details] == ["action_required_by"]


def test_an_update_is_tagged_rises_and_is_remembered(owners: Cast, publish: Publish) -> None:
    post, newer = publish(chinese=("标题", "<p>正文</p>")), publish()
    qing = owners.actor("qing")
    with acting_as(qing):
        changed = update_post(post, a_draft("New title", services=[Service.TEAMS]), actor=qing, version=1)
    assert (changed.tags, changed.services, changed.version) == ([Tag.UPDATED_MESSAGE], [Service.TEAMS], 2)
    assert (changed.published_at, changed.start_at) == (post.published_at, post.start_at)
    assert changed.last_modified_at > newer.last_modified_at
    assert list(changed.translations.values_list("language", "title")) == [("en", "New title")]
    entry = deeds(post)[-1]
    assert (entry.deed, entry.actor_name) == ("messagecenter.message.updated", "Qing Qian")
    assert entry.data["before"]["titles"] == {"en": "Quarantine changes", "zh-hans": "标题"}
    assert entry.data["after"]["titles"] == {"en": "New title"}


def test_an_update_without_a_start_shows_a_scheduled_message_at_once(owners: Cast, publish: Publish) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    scheduled, rosa, peng = publish(start_at=tomorrow), owners.actor("rosa"), owners.actor("peng")
    assert scheduled not in Post.objects.visible_in(rosa, owners.huaxin)
    with acting_as(peng):
        changed = update_post(scheduled, a_draft(), actor=peng, version=1)
    assert changed.start_at == changed.last_modified_at
    assert scheduled in Post.objects.visible_in(rosa, owners.huaxin)


def test_a_stale_version_changes_nothing(owners: Cast, post: Post) -> None:
    peng = owners.actor("peng")
    with acting_as(peng):
        update_post(post, a_draft("Second"), actor=peng, version=1)
    with pytest.raises(StaleVersion) as refusal, acting_as(peng):
        update_post(post, a_draft("Third"), actor=peng, version=1)
    assert refusal.value.current.version == 2
    assert post.translations.get().title == "Second"


def test_a_withdrawn_message_changes_no_more(owners: Cast, post: Post) -> None:
    peng = owners.actor("peng")
    with acting_as(peng):
        withdraw_post(post, actor=peng, reason="Wrong service")
    assert deeds(post)[-1].data["reason"] == "Wrong service"
    for verb in (
        lambda: withdraw_post(post, actor=peng, reason="again"),
        lambda: update_post(post, a_draft(), actor=peng, version=2),
    ):
        with pytest.raises(RuleBroken) as refusal, acting_as(peng):
            verb()
        assert refusal.value.code == "messageWithdrawn"
