"""What is said about a request."""

import uuid
from dataclasses import replace
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from support.models.request import Side, SupportRequest
from tenants.access import Permission, read_query
from tenants.actor import Actor
from tenants.models import Tenant, User
from tenants.visibility import Tenancy, TenantQuerySet


class Visibility(models.TextChoices):
    """Internal notes are the partner's own."""

    PUBLIC = "public", _("Public")
    INTERNAL = "internal", _("Internal")


class Milestone(models.TextChoices):
    """What became of the request by its author's hand, besides what was said."""

    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"


class CommentQuerySet(TenantQuerySet["Comment"]):
    """Comments, each with a right of its own: public ones, the partner's notes, what 21Vianet wrote."""

    def visible_to(self, actor: Actor) -> Self:
        """What the actor may read of the conversation; whoever reads the request reads the public part."""
        public = models.Q(visibility=Visibility.PUBLIC)
        readable = public & ~models.Q(side=Side.VIANET)
        for part, right in (
            (models.Q(visibility=Visibility.INTERNAL), Permission.REQUEST_NOTE),
            (public & models.Q(side=Side.VIANET), Permission.REQUEST_READ_CASE),
        ):
            condition = read_query(actor, replace(Comment.tenancy, read=right))
            if condition is not None:
                readable |= part & condition
        return super().visible_to(actor).filter(readable)


class Comment(models.Model):
    """One thing that somebody wrote, public or internal. `author_name` is kept as it was; 21Vianet has no `author`.

    With a `milestone` it tells that its author resolved, closed or reopened the request; `text` is then the word that
    went with it, and may be empty.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", db_index=False)
    reach_partner = models.ForeignKey(Tenant, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    support_request = models.ForeignKey(
        SupportRequest, on_delete=models.PROTECT, related_name="comments", db_index=False
    )
    visibility = models.CharField(max_length=10, choices=Visibility.choices)
    side = models.CharField(max_length=10, choices=Side.choices)
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    author_name = models.CharField(max_length=256)
    text = models.TextField()
    milestone = models.CharField(max_length=10, choices=Milestone.choices, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[CommentQuerySet] = CommentQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(
        read=Permission.REQUEST_READ,
        partner="reach_partner_id",
        owner="support_request__requester_id",
        service="support_request__service",
        exclusive=True,
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="comment_visibility", condition=models.Q(visibility__in=Visibility.values)),
            models.CheckConstraint(name="comment_side", condition=models.Q(side__in=Side.values)),
            models.CheckConstraint(name="comment_milestone", condition=models.Q(milestone__in=["", *Milestone.values])),
            models.CheckConstraint(
                name="comment_internal_is_the_partners",
                condition=~models.Q(visibility=Visibility.INTERNAL) | models.Q(side=Side.PARTNER),
            ),
        ]
        indexes = [
            models.Index(fields=("support_request", "created_at", "id"), name="comment_in_order"),
            models.Index(fields=("tenant", "reach_partner"), name="comment_by_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}, {self.created_at:%Y-%m-%d}"
