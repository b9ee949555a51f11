"""Who sees which posts: owners of a service, once it is time, and data-privacy posts only those entitled."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messagecenter.actions import withdraw_post
from messagecenter.models import Post
from messagecenter.reading import unread_count
from messagecenter.vocabulary import SERVICE_BITS, TAG_BITS, Tag
from portal.demo.cast import Cast
from subscriptions.models import Status, Subscription
from tenants.actor import NOBODY, Actor, acting_as
from tenants.models import AccessToken, Tenant
from tenants.permissions import Permission
from tenants.services import Service
from tests.messagecenter.conftest import Publish

PRIVATE = frozenset({Tag.DATA_PRIVACY})


def seen(cast: Cast, name: str, customer: str) -> set[str]:
    posts = Post.objects.visible_in(cast.actor(name), cast.organisations[customer])
    return set(posts.values_list("reference", flat=True))


def time_passes(customer: Tenant, **changes: Any) -> None:
    """What only the partner of record and time may write: row-level security holds in tests too."""
    with acting_as(Actor.system("lifecycle")):
        Subscription.objects.for_system("time passes").filter(tenant=customer).update(**changes)


def test_only_owners_of_a_service_see_its_posts(owners: Cast, publish: Publish) -> None:
    exchange = publish(services=[Service.EXCHANGE])
    both = publish(services=[Service.EXCHANGE, Service.SHAREPOINT])
    publish(services=[Service.INTUNE])
    assert seen(owners, "rosa", "huaxin") == {exchange.reference, both.reference}
    assert seen(owners, "mallory", "lotus") == {both.reference}
    assert seen(owners, "jun", "jade") == set()


def test_the_admin_portal_concerns_whoever_owns_anything(owners: Cast, publish: Publish) -> None:
    portal = publish(services=[Service.ADMIN_PORTAL])
    assert seen(owners, "mallory", "lotus") == {portal.reference}
    time_passes(owners.lotus, status=Status.DELETED)
    assert seen(owners, "mallory", "lotus") == set()


def test_a_suspended_subscription_still_hears_a_deleted_one_does_not(owners: Cast, post: Post) -> None:
    time_passes(owners.huaxin, status=Status.SUSPENDED, suspended_at=timezone.now())
    assert seen(owners, "rosa", "huaxin") == {post.reference}
    time_passes(owners.huaxin, status=Status.DELETED, suspended_at=None)
    assert seen(owners, "rosa", "huaxin") == set()


@pytest.mark.parametrize("name", ["alice", "pia"])
def test_those_entitled_see_privacy_posts(owners: Cast, publish: Publish, name: str) -> None:
    private = publish(tags=PRIVATE)
    assert seen(owners, name, "huaxin") == {private.reference}
    assert unread_count(owners.actor(name), owners.huaxin) == 1


@pytest.mark.parametrize("name", ["rosa", "uma", "sven", "lily", "paul", "anna", "helen"])
def test_nobody_else_sees_or_counts_them(owners: Cast, publish: Publish, name: str) -> None:
    publish(tags=PRIVATE | {Tag.USER_IMPACT})
    public = publish()
    assert seen(owners, name, "huaxin") == {public.reference}
    assert unread_count(owners.actor(name), owners.huaxin) == 1


@pytest.mark.parametrize(
    ("name", "customer"),
    [
        ("ed", "huaxin"),  # no admin role
        ("sam", "huaxin"),  # a sales agent administers nobody
        ("boris", "huaxin"),  # his grant covers SharePoint only
        ("mallory", "huaxin"),  # another customer
        ("anna", "jade"),  # the grant was revoked
        ("anna", "lotus"),  # another partner's customer
        ("peng", "huaxin"),  # a publisher does not read as a customer
    ],
)
def test_the_door_is_closed_to_everybody_else(owners: Cast, publish: Publish, name: str, customer: str) -> None:
    publish(services=list(Service))
    assert seen(owners, name, customer) == set()
    assert unread_count(owners.actor(name), owners.organisations[customer]) == 0


def test_visitors_and_machines_see_nothing(owners: Cast, post: Post) -> None:
    for actor in (NOBODY, Actor.system("21vianet"), Actor.system("setup")):
        assert not Post.objects.visible_in(actor, owners.huaxin).exists()


def test_a_token_without_the_privacy_right_hides_what_its_owner_may_read(owners: Cast, publish: Publish) -> None:
    publish(tags=PRIVATE)
    pia = owners.actor("pia")
    pia.token = AccessToken(user=owners.pia, scopes=[Permission.MESSAGE_READ])
    assert not Post.objects.visible_in(pia, owners.huaxin).exists()


def test_a_post_shows_from_its_start_and_leaves_lists_at_its_end(owners: Cast, publish: Publish) -> None:
    hour = timedelta(hours=1)
    publish(start_at=timezone.now() + hour)
    ended = publish(start_at=timezone.now() - 2 * hour, end_at=timezone.now() - hour)
    assert seen(owners, "rosa", "huaxin") == {ended.reference}
    assert not Post.objects.visible_in(owners.actor("rosa"), owners.huaxin).current().exists()
    assert unread_count(owners.actor("rosa"), owners.huaxin) == 0


def test_a_withdrawn_post_is_gone_links_included(owners: Cast, post: Post) -> None:
    peng = owners.actor("peng")
    with acting_as(peng):
        withdraw_post(post, actor=peng, reason="It was wrong.")
    assert seen(owners, "rosa", "huaxin") == set()


def test_every_service_and_tag_has_a_place_of_its_own() -> None:
    for bits, codes in ((SERVICE_BITS, Service), (TAG_BITS, Tag)):
        assert set(bits.places) == set(codes)  # type: ignore[attr-defined] # both are sets of codes
        assert len(set(bits.places.values())) == len(bits.places)  # type: ignore[attr-defined] # as above
        assert max(bits.places.values()) < 63  # type: ignore[attr-defined] # as above


def test_the_places_never_move() -> None:
    assert SERVICE_BITS.mask([Service.EXCHANGE, Service.TEAMS, Service.ADMIN_PORTAL]) == 0b1000_0101
    assert TAG_BITS.mask([Tag.DATA_PRIVACY]) == 0b100
