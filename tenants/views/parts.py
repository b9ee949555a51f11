"""What pages of several rooms share."""

import re
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.ui.values import Cell
from tenants.access import Permission, can
from tenants.models import Tenant
from tenants.web import PortalRequest


def trail(request: PortalRequest, organisation: Tenant, *pairs: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Breadcrumbs: for a partner from its customers, through the organisation, to this page.

    The organisation's own page is named without a link to who may not open it.
    """
    away = organisation.pk != request.actor.tenant_id
    above = [(_("Customers"), reverse("tenants:customer_list"))] if away else []
    leads_there = bool(pairs) and bool(can(request.actor, Permission.CUSTOMER_READ, organisation))
    address = reverse("tenants:organisation", args=[organisation.pk]) if leads_there else ""
    return [*above, (str(organisation), address), *pairs]


def contact_facts(partner: Tenant) -> list[tuple[str, Any]]:
    """How a customer reaches its partner's support."""
    number = re.sub(r"[^+\d]", "", partner.support_phone)
    facts = [
        (_("Telephone"), partner.support_phone, f"tel:{number}"),
        (_("E-mail address"), partner.support_email, f"mailto:{partner.support_email}"),
        (_("Hours"), partner.support_hours, ""),
    ]
    return [(label, Cell(value, href=href)) for label, value, href in facts if value]
