"""What the sidebar offers: only what the actor may open."""

import re
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from messagecenter.reading import unread_badge
from portal.errors import Text
from portal.ui.parts import Count
from tenants.access import Permission, can
from tenants.models import Tenant
from tenants.web import PortalRequest

P = Permission
ORGANISATION = re.compile(r"/organisations/[0-9a-f-]+/")


@dataclass(frozen=True, slots=True)
class Item:
    """One link of the sidebar."""

    label: Text
    href: str
    icon: str
    current: bool = False
    count: Count | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A headed list of links."""

    label: Text
    items: list[Item]


# Right, label, name of the address, icon: the pages of one organisation, in the order of the sidebar.
ORGANISATION_PAGES = (
    (P.CUSTOMER_READ, _("Overview"), "tenants:organisation", "building-office-2"),
    (P.SUBSCRIPTION_LIST, _("Subscriptions"), "subscriptions:list", "rectangle-stack"),
    (P.MESSAGE_READ, _("Message Center"), "messagecenter:list", "megaphone"),
    (P.USER_LIST, _("Users"), "tenants:user_list", "users"),
    (P.SETTING_READ, _("Service settings"), "tenants:setting_list", "adjustments-horizontal"),
    (P.GRANT_READ, _("Partners"), "tenants:grant_list", "hand-raised"),
    (P.AUDIT_READ, _("Audit log"), "tenants:audit_log", "clipboard-document-list"),
)


def navigation(request: PortalRequest) -> list[Group]:
    """The groups of the sidebar for this page's reader."""
    actor = request.actor
    if actor.user is None or actor.tenant is None:
        return []
    groups = [Group("", [_item(request, _("Home"), reverse("shell:home"), "home"), *_work(request)])]
    away = request.customer is not None and request.customer.pk != actor.tenant_id
    if away and request.customer:
        groups.append(Group(str(request.customer), _organisation_items(request, request.customer)))
    groups.append(Group(_("Your organisation"), _organisation_items(request, actor.tenant)))
    return [group for group in groups if group.items]


def _work(request: PortalRequest) -> list[Item]:
    """Pages over all the actor's customers, and the operator's desk."""
    pages = (
        (P.CUSTOMER_LIST, _("Customers"), "tenants:customer_list", "briefcase"),
        (P.REQUEST_READ, _("Support requests"), "support:list", "lifebuoy"),
        (P.MESSAGE_PUBLISH, _("Publishing"), "messagecenter:published", "pencil-square"),
    )
    return [
        _item(request, label, reverse(name), icon) for right, label, name, icon in pages if can(request.actor, right)
    ]


def _organisation_items(request: PortalRequest, organisation: Tenant) -> list[Item]:
    items = []
    for right, label, name, icon in ORGANISATION_PAGES:
        if can(request.actor, right, organisation):
            href = reverse(name, kwargs={"customer_id": organisation.pk})
            count = unread_badge(request.actor, organisation) if right is P.MESSAGE_READ else None
            items.append(_item(request, label, href, icon, count))
    return items


def _item(request: PortalRequest, label: Any, href: str, icon: str, count: Count | None = None) -> Item:
    return Item(label, href, icon, _leads_to(href, request.path), count)


def _leads_to(href: str, path: str) -> bool:
    """A list's link is current on the pages below it; home and an organisation's overview only on themselves."""
    return path == href or (path.startswith(href) and href != "/" and ORGANISATION.fullmatch(href) is None)
