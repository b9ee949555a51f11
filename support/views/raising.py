"""The form for a new request."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.forms import posted
from portal.web import redirect_to, render_page, toast
from support.actions import raise_request
from support.asking import anything, partners_of, raising_right, services_for
from support.forms import RaiseForm
from tenants.models import Tenant
from tenants.submitting import submit
from tenants.web import SIGNED_IN, PortalRequest, allow, page


@page((Tenant, "customer_id"), get=SIGNED_IN, post=SIGNED_IN)
def request_new(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """A customer's people ask their partner; the partner's people, at the same address, file on behalf."""
    services = services_for(request.actor, customer)
    allow(request, raising_right(request.actor), anything(request.actor, customer, services))
    home = request.actor.tenant
    partners = [home] if home is not None and request.actor.is_partner else partners_of(customer)
    form = RaiseForm(posted(request), partners=partners, services=services, initial=_initial(request))
    context = {"form": form, "customer": customer, "partners": partners, "crumbs": _crumbs()}
    return submit(
        request,
        form,
        lambda: _raise(request, customer, form),
        lambda status: render_page(request, "support/request_new.html", context, status=status),
    )


def _raise(request: PortalRequest, customer: Tenant, form: RaiseForm) -> HttpResponse:
    support_request = raise_request(customer, actor=request.actor, **form.answers())
    if request.actor.is_partner:
        text = _("Request %(reference)s is filed for %(customer)s.")
    else:
        text = _("%(partner)s has your request %(reference)s.")
    names = {"partner": support_request.partner, "customer": customer, "reference": support_request.reference}
    toast(request, text % names)
    return redirect_to(request, support_request)


def _initial(request: PortalRequest) -> dict[str, Any]:
    """What the page that led here has already said, such as a subscription's."""
    return {name: request.GET[name] for name in ("partner", "service", "title") if request.GET.get(name)}


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Support requests"), reverse("support:list")), (_("New request"), "")]
