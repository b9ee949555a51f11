"""What this room shows on the pages of lower rooms."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from messagecenter.reading import ORDER, readable_posts
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import Kind, Tenant

SHOWN = 3
COLUMNS = ("reference", "title", "is_read", "last_modified_at", "action_required_by")


def latest_messages(actor: Actor, organisation: Tenant) -> SafeString | str:
    """On a customer's own page: its latest messages. Nothing for whoever may read none there. Two queries."""
    if organisation.kind != Kind.CUSTOMER or not can(actor, Permission.MESSAGE_READ, organisation):
        return ""
    posts = readable_posts(actor, organisation).current().order_by(*ORDER)
    latest = posts.values(*COLUMNS)[:SHOWN]
    list_url = reverse("messagecenter:list", args=[organisation.pk])
    return render_to_string("messagecenter/panel_latest.html", {"posts": latest, "list_url": list_url})
