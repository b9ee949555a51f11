"""Posts of the Message Center, and what each reader has done with them.

A post belongs to the operator and is kept once, however many customers it concerns: who sees it is a query over what
each of them owns.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import BooleanField, Exists, F, FilteredRelation, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messagecenter.vocabulary import (
    CATEGORY_TONES,
    EVERY_SUBSCRIBER_HAS,
    SERVICE_BITS,
    SEVERITY_TONES,
    TAG_BITS,
    Category,
    Language,
    Severity,
    Tag,
)
from portal.errors import RuleBroken
from subscriptions.models import Subscription
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Tenant, User
from tenants.services import Service

FIRST_NUMBER = 100_000  # references have six digits from the first post on


class PostNumber(models.Model):
    """A sequence in the shape of a table: each row gives the number of one reference. Gaps are allowed."""

    id = models.BigAutoField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"MC{FIRST_NUMBER + self.id}"


class PostQuerySet(models.QuerySet["Post"]):
    """Who sees which posts, in which language, and what they have done with them."""

    def visible_in(self, actor: Actor, customer: Tenant) -> Self:
        """The one door: what `actor` may read in `customer`'s Message Center; nothing without the right to read there.

        Posts that name a service which the customer has, and that have started. Posts tagged *data privacy* only for
        those who may read these (a partner never may). Posts that have ended stay: links keep working; see `current`.
        """
        if not can(actor, Permission.MESSAGE_READ, customer):
            return self.none()
        posts = self.filter(
            shares("service_mask", _services_mask(actor, customer)), start_at__lte=timezone.now(), withdrawn_at=None
        )
        if can(actor, Permission.MESSAGE_READ_PRIVACY, customer):
            return posts
        return posts.exclude(shares("tag_mask", TAG_BITS.mask([Tag.DATA_PRIVACY])))

    def for_publisher(self, actor: Actor) -> Self:
        """Every post, for those who write them."""
        return self.all() if can(actor, Permission.MESSAGE_PUBLISH) else self.none()

    def current(self) -> Self:
        """Those that have not ended: what lists and counts show."""
        return self.filter(Q(end_at=None) | Q(end_at__gt=timezone.now()))

    def about(self, services: Iterable[Service]) -> Self:
        """Those that name one of these services."""
        return self.filter(shares("service_mask", SERVICE_BITS.mask(services)))

    def tagged(self, tag: Tag) -> Self:
        """Those with this tag."""
        return self.filter(shares("tag_mask", TAG_BITS.mask([tag])))

    def unread_by(self, actor: Actor) -> Self:
        """Those that this person has neither read nor archived."""
        done = Q(is_read=True) | Q(is_archived=True)
        return self.filter(~Exists(PostView.objects.of(actor).filter(done, post=OuterRef("pk"))))

    def in_language(self, language: str) -> Self:
        """With `title` and `body`, in this language or else in English. The body must be cleaned before it is shown."""
        return self.annotate(
            wished=FilteredRelation("translations", condition=Q(translations__language=language)),
            english=FilteredRelation("translations", condition=Q(translations__language=Language.ENGLISH)),
            title=Coalesce("wished__title", "english__title"),
            body=Coalesce("wished__body", "english__body"),
        )

    def with_state_of(self, actor: Actor) -> Self:
        """With `is_read`, `is_archived`, `is_favorited` of this person."""
        return self.annotate(
            mine=FilteredRelation("views", condition=Q(views__user_id=actor.user_id)),
            **{name: _flag(name) for name in ("is_read", "is_archived", "is_favorited")},
        )


def shares(column: str, mask: int) -> Q:
    """That the column's bits and these have one in common."""
    return Q(GreaterThan(F(column).bitand(mask), 0))


def _flag(name: str) -> Coalesce:
    return Coalesce(f"mine__{name}", Value(False), output_field=BooleanField())


def _services_mask(actor: Actor, customer: Tenant) -> int:
    """What the customer owns, as bits. One query for the actor's whole request: list, count and badge ask the same."""
    key = ("messagecenter.services", customer.pk)
    if key not in actor.memory:
        owned = Subscription.objects.for_system("what announcements concern the customer").services_of(customer.pk)
        mask = SERVICE_BITS.mask(service for service in SERVICE_BITS.places if service in owned)
        actor.memory[key] = mask | EVERY_SUBSCRIBER_HAS if mask else 0
    return int(actor.memory[key])


class Post(models.Model):
    """One announcement. `service_mask` and `tag_mask` hold the codes of `services` and `tags` as bits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("message ID"), max_length=16, unique=True)
    operator = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(_("category"), max_length=20, choices=Category.choices)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.NORMAL)
    service_mask = models.BigIntegerField()
    tag_mask = models.BigIntegerField(default=0)
    is_major_change = models.BooleanField(_("major change"), default=False)
    action_required_by = models.DateTimeField(_("act by"), null=True, blank=True)
    start_at = models.DateTimeField(_("shown from"))
    end_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"))
    last_modified_at = models.DateTimeField(_("last updated"))
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[PostQuerySet] = PostQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="post_category", condition=Q(category__in=Category.values)),
            models.CheckConstraint(name="post_severity", condition=Q(severity__in=Severity.values)),
            models.CheckConstraint(name="post_names_a_service", condition=Q(service_mask__gt=0)),
            models.CheckConstraint(
                name="post_ends_after_start", condition=Q(end_at=None) | Q(end_at__gt=F("start_at"))
            ),
        ]
        indexes = [models.Index(fields=("-last_modified_at", "-id"), name="post_list")]

    def __str__(self) -> str:
        return self.reference

    @property
    def tenant_id(self) -> uuid.UUID:
        """Whose audit log tells of it: the operator's."""
        return self.operator_id

    def must_stand(self) -> None:
        """Raises RuleBroken `messageWithdrawn`: what was withdrawn changes no more."""
        if self.withdrawn_at:
            raise RuleBroken(
                _("This message was withdrawn. Publish a new one instead."), code="messageWithdrawn", subject=self
            )

    def is_shown(self, moment: datetime) -> bool:
        """Whether its readers find it in their lists."""
        ended = self.end_at is not None and self.end_at <= moment
        return self.start_at <= moment and not ended and self.withdrawn_at is None

    @property
    def services(self) -> list[Service]:
        """The services that it names."""
        return SERVICE_BITS.codes(self.service_mask)

    @property
    def tags(self) -> list[Tag]:
        """What it is about besides."""
        return TAG_BITS.codes(self.tag_mask)

    @property
    def is_overdue(self) -> bool:
        """Whether the day by which readers must act has passed."""
        return self.action_required_by is not None and self.action_required_by < timezone.now()

    @property
    def urgency(self) -> str:
        """The tone of *act by*."""
        return "danger" if self.is_overdue else "warning"

    @property
    def category_tone(self) -> str:
        """The tone of its category's badge."""
        return CATEGORY_TONES[Category(self.category)]

    @property
    def severity_tone(self) -> str:
        """The tone of its severity's badge."""
        return SEVERITY_TONES[Severity(self.severity)]


class PostTranslation(models.Model):
    """A post in one language. `body` is HTML, cleaned when it was written, and cleaned again whenever it is read."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="translations", db_index=False)
    language = models.CharField(max_length=10, choices=Language.choices)
    title = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=("post", "language"), name="one_translation_per_language"),
            models.CheckConstraint(name="translation_language", condition=Q(language__in=Language.values)),
        ]

    def __str__(self) -> str:
        return self.title


class PostViewQuerySet(models.QuerySet["PostView"]):
    """One's own reading; a colleague's is nobody's business."""

    def of(self, actor: Actor) -> Self:
        """What this person has done. A machine has read nothing."""
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()


class PostView(models.Model):
    """What one reader has done with one post. No row: nothing yet. `tenant` is the reader's own organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="views", db_index=False)
    is_read = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    is_favorited = models.BooleanField(default=False)

    objects: ClassVar[PostViewQuerySet] = PostViewQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=("user", "post"), name="one_view_per_reader")]

    def __str__(self) -> str:
        return str(self.pk)
