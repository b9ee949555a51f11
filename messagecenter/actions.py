"""What is done with posts: the operator's publishers write them, readers mark them."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from messagecenter.drafts import Draft, Wording
from messagecenter.models import Post, PostNumber, PostTranslation, PostView
from messagecenter.reading import forget_unread
from messagecenter.vocabulary import SERVICE_BITS, TAG_BITS, Language, Tag
from portal.audit import book
from portal.database import now
from portal.errors import NotVisible, StaleVersion
from tenants.access import Permission, require
from tenants.actor import Actor
from tenants.models import Kind, Tenant

# What a message is called. PostgreSQL is never asked about anything else: a NUL in a text is an error there.
REFERENCE = re.compile("MC[0-9]+")


class Mark(StrEnum):
    """What a reader does with a post, by the names of Microsoft Graph's actions."""

    READ = "markRead"
    UNREAD = "markUnread"
    FAVORITE = "favorite"
    UNFAVORITE = "unfavorite"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"


_FIELDS: Mapping[Mark, tuple[str, bool]] = {
    Mark.READ: ("is_read", True),
    Mark.UNREAD: ("is_read", False),
    Mark.FAVORITE: ("is_favorited", True),
    Mark.UNFAVORITE: ("is_favorited", False),
    Mark.ARCHIVE: ("is_archived", True),
    Mark.UNARCHIVE: ("is_archived", False),
}


@transaction.atomic
def publish_post(draft: Draft, *, actor: Actor) -> Post:
    """Announce it to every customer that has one of its services. Raises InvalidInput naming the wrong fields."""
    require(actor, Permission.MESSAGE_PUBLISH)
    moment = now()
    wordings = draft.checked(moment)
    post = Post(
        reference=str(PostNumber.objects.create()),
        operator=_operator(actor),
        author=actor.user,
        published_at=moment,
        **_decided(draft, draft.start(moment), moment),
    )
    post.save(force_insert=True)
    _save_wordings(post, wordings)
    book.record(actor, "messagecenter.message.published", post, after=_account(post, wordings))
    return post


@transaction.atomic
def update_post(post: Post, draft: Draft, *, actor: Actor, version: int) -> Post:
    """Change what readers see; it is tagged *updated message* and moves to the top. Its reading marks stay.

    Raises StaleVersion when somebody changed it after `version`, RuleBroken `messageWithdrawn`, and InvalidInput.
    """
    require(actor, Permission.MESSAGE_PUBLISH)
    post = _locked(post)
    if post.version != version:
        raise StaleVersion(_("Another publisher changed this message after you opened it."), current=post)
    moment = now()
    wordings = draft.checked(moment, post)
    before = _account(post, _wordings_of(post))
    decided = _decided(draft, draft.start(moment, post), moment)
    decided["tag_mask"] |= TAG_BITS.mask([Tag.UPDATED_MESSAGE])
    for name, value in decided.items():
        setattr(post, name, value)
    post.version += 1
    post.save(update_fields=[*decided, "version"])
    _save_wordings(post, wordings)
    book.record(actor, "messagecenter.message.updated", post, before=before, after=_account(post, wordings))
    return post


@transaction.atomic
def withdraw_post(post: Post, *, actor: Actor, reason: str) -> Post:
    """Take it away from every reader at once, links included. Raises RuleBroken `messageWithdrawn` the second time."""
    require(actor, Permission.MESSAGE_PUBLISH)
    post = _locked(post)
    post.withdrawn_at, post.withdrawn_by = now(), actor.user
    post.version += 1
    post.save(update_fields=["withdrawn_at", "withdrawn_by", "version"])
    book.record(actor, "messagecenter.message.withdrawn", post, reason=reason)
    return post


@transaction.atomic
def mark_posts(references: Iterable[str], *, actor: Actor, customer: Tenant, mark: Mark) -> None:
    """Remember what this person did with these posts; nobody else's reading changes, and no book of deeds tells of it.

    Raises NotVisible, and marks nothing, when one of them is not among what the actor may read at this customer.
    """
    require(actor, Permission.MESSAGE_MARK, customer)
    wanted = set(references)
    if not all(map(REFERENCE.fullmatch, wanted)):
        raise NotVisible
    posts = Post.objects.visible_in(actor, customer).filter(reference__in=wanted)
    # In one order for all: two windows of one person would wait for each other for ever.
    found = posts.order_by("pk").values_list("pk", flat=True)
    if len(found) < len(wanted) or actor.user is None:
        raise NotVisible
    forget_unread(actor)
    name, value = _FIELDS[mark]
    PostView.objects.bulk_create(
        [PostView(tenant_id=actor.user.tenant_id, user=actor.user, post_id=pk, **{name: value}) for pk in found],
        update_conflicts=True,
        unique_fields=("user", "post"),
        update_fields=(name,),
    )


def _locked(post: Post) -> Post:
    """The post as it is now, nobody else changing it. A withdrawn one changes no more."""
    locked = Post.objects.select_for_update(of=("self",), no_key=True).get(pk=post.pk)
    locked.must_stand()
    return locked


def _operator(actor: Actor) -> Tenant:
    return actor.tenant or Tenant.objects.for_system("who publishes").get(kind=Kind.OPERATOR)


def _decided(draft: Draft, start_at: datetime, moment: datetime) -> dict[str, Any]:
    return {
        "category": draft.category,
        "severity": draft.severity,
        "service_mask": SERVICE_BITS.mask(draft.services),
        "tag_mask": TAG_BITS.mask(draft.tags),
        "is_major_change": draft.is_major_change,
        "action_required_by": draft.action_required_by,
        "start_at": start_at,
        "end_at": draft.end_at,
        "last_modified_at": moment,
    }


def _save_wordings(post: Post, wordings: Mapping[Language, Wording]) -> None:
    post.translations.exclude(language__in=wordings).delete()
    PostTranslation.objects.bulk_create(
        [PostTranslation(post=post, language=language, title=w.title, body=w.body) for language, w in wordings.items()],
        update_conflicts=True,
        unique_fields=("post", "language"),
        update_fields=("title", "body"),
    )


def _wordings_of(post: Post) -> dict[Language, Wording]:
    return {Language(row.language): Wording(row.title, row.body) for row in post.translations.all()}


def _account(post: Post, wordings: Mapping[Language, Wording]) -> dict[str, Any]:
    """What the book of deeds keeps: every decision, the titles, and the digests that prove which text was shown."""
    moments = {name: getattr(post, name) for name in ("action_required_by", "start_at", "end_at")}
    return {
        "category": post.category,
        "severity": post.severity,
        "services": [str(code) for code in post.services],
        "tags": [str(code) for code in post.tags],
        "is_major_change": post.is_major_change,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "titles": {str(language): wording.title for language, wording in wordings.items()},
        "body_sha256": {str(language): sha256(w.body.encode()).hexdigest() for language, w in wordings.items()},
    }
