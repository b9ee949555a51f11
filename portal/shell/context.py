"""What the frame of every page shows."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from portal.database import NOBODY, current_identity, transaction_as
from portal.shell.navigation import Group, navigation
from tenants.actor import Actor
from tenants.second_factor import must_have_second_factor
from tenants.web import PortalRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: actor, customer, navigation, theme, account menu. Navigation is computed only when the frame
    prints it.
    """
    actor: Actor | None = getattr(request, "actor", None)
    customer = getattr(request, "customer", None)
    known = actor is not None and actor.user is not None
    return {
        "actor": actor,
        "customer": customer,
        # Once a right there was asked and held (tenants.web.allow), so not on the page that refuses it.
        "acting_on_behalf": bool(known and customer and current_identity().acting == str(customer.pk)),
        "navigation": SimpleLazyObject(lambda: _navigation(request, actor)) if known and actor else [],
        "account_links": _account_links() if known else [],
        "needs_second_factor": bool(known and actor and must_have_second_factor(actor)),
        "theme": request.COOKIES.get("theme", "system"),
        "demo": settings.DEMO,
    }


def _navigation(request: HttpRequest, actor: Actor) -> list[Group]:
    """Where a request has no transaction (tenants.middleware: what may hash a password), the numbers beside the links
    are asked for in a short one, in the reader's name.
    """
    portal_request: PortalRequest = request  # type: ignore[assignment] # the middleware made it one
    if current_identity() != NOBODY:
        return navigation(portal_request)
    with transaction_as(home=actor.tenant_id, atomic=connection.vendor == "postgresql"):
        return navigation(portal_request)


def _account_links() -> list[dict[str, Any]]:
    return [
        {"label": _("My account"), "href": reverse("my_account"), "icon": "user-circle"},
        {"label": _("Change password"), "href": reverse("account_change_password"), "icon": "key"},
        {"label": _("Two-step verification"), "href": reverse("mfa_index"), "icon": "device-phone-mobile"},
        *([{"label": _("Mailbox"), "href": reverse("demo:mailbox"), "icon": "envelope"}] if settings.DEMO else []),
    ]
