"""A customer asks its partner, or the partner files on behalf."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.audit import book
from portal.errors import InvalidInput, RuleBroken
from support.actions import _letters as letters
from support.actions._saving import checked, choice
from support.asking import CHOOSE_PARTNER, IMPACT_NEEDED, draft, raising_right
from support.limits import LONGEST_IMPACT, LONGEST_TEXT, LONGEST_TITLE
from support.models import RequestNumber, Severity, SupportRequest
from tenants.access import lock_shared, require
from tenants.actor import Actor
from tenants.models import ResellerRelationship, Tenant
from tenants.services import Service


@transaction.atomic
def raise_request(
    customer: Tenant,
    *,
    actor: Actor,
    title: str,
    description: str,
    severity: str,
    service: str,
    impact: str = "",
    partner: Tenant | None = None,
) -> SupportRequest:
    """Ask for help. It goes to the partner who sells to the customer; where several do, `partner` says to whom.

    A partner's person files with its own partner and needs a delegated-admin grant that covers the service. Raises
    RuleBroken `noPartner` when nobody sells to the customer, InvalidInput when the partner has to be chosen, or a
    critical request does not say its impact.
    """
    support_request = draft(actor, customer, choice(service, Service.values, "service"))
    require(actor, raising_right(actor), support_request)
    support_request.partner = _partner_for(customer, actor, partner)
    support_request.reach_partner = support_request.partner
    support_request.title = checked(title, "title", LONGEST_TITLE)
    support_request.description = checked(description, "description", LONGEST_TEXT)
    support_request.severity = choice(severity, Severity.values, "severity")
    critical = severity == Severity.CRITICAL
    support_request.impact = checked(impact, "impact", LONGEST_IMPACT, required=critical, empty=IMPACT_NEEDED)
    support_request.requester = actor.user  # type: ignore[assignment] # no machine holds the right
    support_request.reference = _next_reference()
    support_request.save(force_insert=True)
    letters.raised(support_request, actor)
    book.record(
        actor,
        "support.request.raised",
        support_request,
        after={"severity": severity, "service": service, "partner": support_request.partner.name},
    )
    return support_request


def _partner_for(customer: Tenant, actor: Actor, chosen: Tenant | None) -> Tenant:
    if actor.is_partner and actor.tenant is not None:
        return actor.tenant
    ties = ResellerRelationship.objects.for_system("whom the customer asks").living().filter(customer=customer)
    ties = ties.order_by("pk")
    # Shared, so that none can end between this look and the insert, and the customer's people still ask at once.
    lock_shared(ties)
    partners = [tie.partner for tie in ties.select_related("partner")]
    if not partners:
        raise RuleBroken(_("Your organisation has no partner who could answer."), code="noPartner")
    if chosen is None and len(partners) == 1:
        return partners[0]
    found = next((partner for partner in partners if partner == chosen), None)
    if found is None:
        message = str(CHOOSE_PARTNER)
        raise InvalidInput(message, code="partnerRequired", details=[{"target": "partner", "message": message}])
    return found


def _next_reference() -> str:
    """`SR-2026-000123`: the year in Beijing, and the next number of the sequence, which never starts anew."""
    year = timezone.now().astimezone(ZoneInfo(settings.PORTAL_TIME_ZONE)).year
    return f"SR-{year}-{RequestNumber.objects.create().pk:06}"
