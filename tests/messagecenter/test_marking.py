"""Reading marks are each person's own."""

import pytest

from messagecenter.actions import Mark, mark_posts
from messagecenter.models import Post, PostView
from messagecenter.reading import unread_count, unread_label
from messagecenter.vocabulary import Tag
from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import NotAllowed, NotVisible
from tenants.actor import acting_as
from tests.messagecenter.conftest import Publish
from tests.messagecenter.queries import counted


def do(cast: Cast, name: str, mark: Mark, *references: str, customer: str = "huaxin") -> None:
    actor, tenant = cast.actor(name), cast.organisations[customer]
    with acting_as(actor, tenant):
        mark_posts(references, actor=actor, customer=tenant, mark=mark)


def marks(post: Post, name: str, cast: Cast) -> tuple[bool, bool, bool]:
    view = PostView.objects.get(post=post, user=cast.people[name])
    return view.is_read, view.is_archived, view.is_favorited


def unread(cast: Cast, name: str) -> int:
    return unread_count(cast.actor(name), cast.huaxin)


def test_reading_is_hers_alone(owners: Cast, post: Post) -> None:
    do(owners, "rosa", Mark.READ, post.reference)
    assert (unread(owners, "rosa"), unread(owners, "alice"), unread(owners, "anna")) == (0, 1, 1)
    do(owners, "rosa", Mark.UNREAD, post.reference)
    assert unread(owners, "rosa") == 1


def test_each_mark_has_its_reverse_and_leaves_the_others(owners: Cast, post: Post) -> None:
    for mark in (Mark.READ, Mark.FAVORITE, Mark.ARCHIVE):
        do(owners, "rosa", mark, post.reference)
    assert marks(post, "rosa", owners) == (True, True, True)
    do(owners, "rosa", Mark.UNARCHIVE, post.reference)
    do(owners, "rosa", Mark.UNFAVORITE, post.reference)
    assert marks(post, "rosa", owners) == (True, False, False)


def test_marking_twice_keeps_one_row_of_the_readers_own_organisation(owners: Cast, post: Post) -> None:
    for _time in range(2):
        do(owners, "anna", Mark.READ, post.reference)
    view = PostView.objects.get(post=post)
    assert (view.user, view.tenant) == (owners.anna, owners.fanyun)


def test_two_windows_of_one_reader_mark_in_one_order(owners: Cast, publish: Publish) -> None:
    """Whichever way the database finds the posts: PostgreSQL's rows are locked as they come."""
    posts = [publish() for _post in range(6)]
    with counted() as statements:
        do(owners, "rosa", Mark.READ, *(post.reference for post in posts))
    (insert,) = [sql.replace("-", "") for sql in statements if "postview" in sql and sql.startswith("INSERT")]
    assert sorted(posts, key=lambda post: insert.index(post.pk.hex)) == sorted(posts, key=lambda post: post.pk)


def test_the_count_is_asked_once_and_again_after_a_mark(owners: Cast, post: Post) -> None:
    rosa = owners.actor("rosa")
    with acting_as(rosa, owners.huaxin):
        with counted() as statements:
            assert [unread_count(rosa, owners.huaxin) for _time in range(2)] == [1, 1]
        assert len([sql for sql in statements if "COUNT(" in sql]) == 1
        mark_posts([post.reference], actor=rosa, customer=owners.huaxin, mark=Mark.READ)
        assert unread_count(rosa, owners.huaxin) == 0


def test_an_archived_message_is_not_counted(owners: Cast, post: Post) -> None:
    do(owners, "rosa", Mark.ARCHIVE, post.reference)
    assert unread(owners, "rosa") == 0


def test_marking_is_all_or_nothing(owners: Cast, publish: Publish) -> None:
    public, private = publish(), publish(tags=frozenset({Tag.DATA_PRIVACY}))
    for stranger in (private.reference, "MC999999"):
        with pytest.raises(NotVisible):
            do(owners, "rosa", Mark.READ, public.reference, stranger)
    assert not PostView.objects.exists()
    do(owners, "pia", Mark.READ, public.reference, private.reference)
    assert unread(owners, "pia") == 0


@pytest.mark.parametrize("name", ["ed", "sam", "boris", "mallory", "peng"])
def test_who_may_not_read_may_not_mark(owners: Cast, post: Post, name: str) -> None:
    with pytest.raises(NotAllowed):
        do(owners, name, Mark.READ, post.reference)


def test_no_book_of_deeds_tells_what_people_read(owners: Cast, post: Post) -> None:
    before = AuditEntry.objects.count()
    do(owners, "rosa", Mark.READ, post.reference)
    assert AuditEntry.objects.count() == before


def test_the_badge_stops_counting_at_a_hundred(owners: Cast, post: Post) -> None:
    copies = [
        Post(**{**values, "reference": f"MC{number}"})
        for number in range(200_000, 200_120)
        for values in [{f.attname: getattr(post, f.attname) for f in Post._meta.fields if f.name not in {"id"}}]
    ]
    Post.objects.bulk_create(copies)
    count = unread(owners, "rosa")
    assert (count, unread_label(count)) == (100, "99+")
    assert (unread_label(99), unread_label(1), unread_label(0)) == ("99", "1", "")
