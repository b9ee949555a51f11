"""What the frame of every page shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from portal.shell.navigation import navigation
from tenants.actor import Actor
from tenants.second_factor import must_have_second_factor


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
        "acting_on_behalf": bool(known and actor and customer and customer.pk != actor.tenant_id),
        "portfolio_url": reverse("tenants:customer_list") if known else "/",
        "navigation": SimpleLazyObject(lambda: navigation(request)) if known else [],  # type: ignore[arg-type] # the middleware made it a PortalRequest
        "account_links": _account_links() if known else [],
        "needs_second_factor": bool(known and actor and must_have_second_factor(actor)),
        "theme": request.COOKIES.get("theme", "system"),
        "demo": settings.DEMO,
    }


def _account_links() -> list[dict[str, Any]]:
    return [
        {"label": _("My account"), "href": reverse("my_account"), "icon": "user-circle"},
        {"label": _("Change password"), "href": reverse("account_change_password"), "icon": "key"},
        {"label": _("Two-step verification"), "href": reverse("mfa_index"), "icon": "device-phone-mobile"},
        *([{"label": _("Mailbox"), "href": reverse("demo:mailbox"), "icon": "envelope"}] if settings.DEMO else []),
    ]
