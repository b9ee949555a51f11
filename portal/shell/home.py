"""The start page of each kind of organisation: what its people have to do next.

Lists are short, and nothing is counted over a whole table.
"""

from typing import Any

from django.db.models import Case, QuerySet, When
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from messagecenter.models import Post
from messagecenter.tables import state_of
from portal.errors import Text
from portal.ui.tables import Cell, Column, Empty, Table
from support.models import Severity, Status, SupportRequest, with_21vianet
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Kind, ResellerRelationship
from tenants.views.parts import contact_facts

SHORT = 5
PARTNERS_TURN = (Status.OPEN, Status.IN_PROGRESS, Status.WAITING_FOR_PARTNER)


def home_of(actor: Actor) -> tuple[str, dict[str, Any]]:
    """The template of the actor's start page, and what it shows."""
    if actor.kind == Kind.PARTNER:
        return "shell/home_partner.html", _partner(actor)
    if actor.kind == Kind.OPERATOR:
        return "shell/home_operator.html", _operator(actor)
    return "shell/home_customer.html", _customer(actor)


def _customer(actor: Actor) -> dict[str, Any]:
    ties = ResellerRelationship.objects.for_system("whom a customer asks is told to all its people")
    living = ties.living().filter(customer_id=actor.tenant_id).select_related("partner")
    return {
        "organisation": actor.tenant,
        "partners": [{"name": str(tie.partner), "contact": contact_facts(tie.partner)} for tie in living],
        "can_raise": can(actor, Permission.REQUEST_RAISE, actor.tenant),
        "raise_url": reverse("support:new", kwargs={"customer_id": actor.tenant_id}),
        "has_role": bool(actor.roles),
    }


def _partner(actor: Actor) -> dict[str, Any]:
    # Only what is open: the partial index holds no more, and the worst first must look at all of it.
    requests = SupportRequest.objects.visible_to(actor).open().select_related("tenant")
    our_turn, more_of_ours = _requests(
        requests.filter(status__in=PARTNERS_TURN),
        _("Waiting for us"),
        Empty(_("Nothing waits for you"), _("New requests and customers' answers appear here.")),
    )
    escalated, more_escalated = _requests(
        with_21vianet(requests).exclude(status__in=PARTNERS_TURN),
        _("With 21Vianet"),
        Empty(
            _("Nothing is with 21Vianet"), _("A request that you escalate stays here while the next step is not yours.")
        ),
    )
    return {
        "has_role": bool(actor.roles),
        "reads_requests": can(actor, Permission.REQUEST_READ),
        "lists_customers": can(actor, Permission.CUSTOMER_LIST),
        "our_turn": our_turn,
        "more_of_ours": more_of_ours,
        "escalated": escalated,
        "more_escalated": more_escalated,
    }


def _requests(rows: QuerySet[SupportRequest], caption: Text, empty: Empty) -> tuple[Table, bool]:
    """The most severe first, of these what has waited longest; and whether there are more."""
    columns = [
        Column("title", _("Request")),
        Column("customer", _("Customer")),
        Column("severity", _("Severity"), kind="badge"),
        Column("status", _("Status"), kind="badge"),
        Column("updated", _("Last change"), kind="date"),
    ]
    place = Case(*(When(severity=severity, then=place) for place, severity in enumerate(Severity)))
    found = list(rows.order_by(place, "updated_at", "id")[: SHORT + 1])
    return Table(caption, columns, [_request(row) for row in found[:SHORT]], empty=empty), len(found) > SHORT


def _request(row: SupportRequest) -> dict[str, Any]:
    href = reverse("support:detail", kwargs={"reference": row.reference})
    return {
        "title": Cell(row.title, href=href, note=row.reference, strong=True),
        "customer": str(row.tenant),
        "severity": Cell(row.severity_name, tone=row.severity_tone),
        "status": Cell(row.get_status_display(), tone=row.tone),
        "updated": row.updated_at,
    }


def _operator(actor: Actor) -> dict[str, Any]:
    posts = Post.objects.for_publisher(actor).in_language(get_language() or "")
    latest = posts.order_by("-last_modified_at", "-pk")[:SHORT]
    columns = [
        Column("title", _("Message")),
        Column("state", _("State"), kind="badge"),
        Column("changed", _("Last change"), kind="date"),
    ]
    rows = [{"title": _post(post), "state": _state(post), "changed": post.last_modified_at} for post in latest]
    empty = Empty(_("Nothing is published yet"), _("Write the first message to the customers of a service."))
    return {
        "posts": Table(_("Latest messages"), columns, rows, empty=empty),
        "can_publish": can(actor, Permission.MESSAGE_PUBLISH),
        "publish_url": reverse("messagecenter:publish"),
    }


def _post(post: Any) -> Cell:
    href = reverse("messagecenter:edit", kwargs={"reference": post.reference})
    return Cell(post.title, href=href, note=post.reference, strong=True)


def _state(post: Post) -> Cell:
    label, tone = state_of(post.start_at, post.end_at, post.withdrawn_at)
    return Cell(label, tone=tone)
