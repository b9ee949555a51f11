"""Pages of one organisation's subscriptions: its own people and its partner's open the same addresses."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.errors import StaleVersion
from portal.forms import posted
from portal.web import redirect_to, render_page, toast
from subscriptions import actions, showing
from subscriptions.forms import QuantityForm, ReactivateForm, RenameForm, SuspendForm, VersionedForm
from subscriptions.models import Subscription, deletion_time
from subscriptions.rules import decision_about, decisions_about
from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.audit_log import sees_only_own_deeds
from tenants.models import Tenant
from tenants.submitting import submit
from tenants.views.parts import contact_facts, trail
from tenants.web import PortalRequest, page

ONE = ((Tenant, "customer_id"), (Subscription, "subscription_id"))
P = Permission


@page((Tenant, "customer_id"), get=P.SUBSCRIPTION_LIST)
def subscription_list(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """Everything that the reader may see of what the organisation owns."""
    subscriptions = Subscription.objects.visible_to(request.actor).filter(tenant=customer)
    context = {
        "customer": customer,
        "crumbs": trail(request, customer, (_("Subscriptions"), "")),
        "table": showing.list_table(request, customer, subscriptions),
        "ask_url": _ask_url(request, customer),
    }
    return render_page(request, "subscriptions/subscription_list.html", context)


@page(*ONE, get=P.SUBSCRIPTION_READ)
def subscription_detail(request: PortalRequest, customer: Tenant, subscription: Subscription) -> HttpResponse:
    """One subscription, and every verb as a button, or with the reason why not."""
    actor = request.actor
    context = {
        **_about(customer, subscription),
        "crumbs": trail(request, customer, _in_list(customer), (str(subscription), "")),
        "facts": showing.facts_about(actor, subscription),
        "partner_facts": [(_("Name"), str(subscription.partner)), *contact_facts(subscription.partner)],
        "history": showing.history_of(actor, subscription),
        "history_is_own": sees_only_own_deeds(actor),
        "can": decisions_about(actor, subscription),
        "ask_url": _ask_url(request, customer, subscription),
    }
    return render_page(request, "subscriptions/subscription_detail.html", context)


@page(*ONE, get=P.SUBSCRIPTION_CHANGE_QUANTITY, post=P.SUBSCRIPTION_CHANGE_QUANTITY)
def subscription_quantity(request: PortalRequest, customer: Tenant, subscription: Subscription) -> HttpResponse:
    """More or fewer seats. `?quantity=` shows what the change means; only a POST makes it."""
    sent = posted(request)
    form = QuantityForm(subscription, _previewed(request, subscription) if sent is None else sent)

    def verb() -> str:
        quantity = form.cleaned_data["quantity"]
        actions.change_quantity(subscription, actor=request.actor, **form.cleaned_data)
        said = ngettext("%(name)s now has %(seats)s seat.", "%(name)s now has %(seats)s seats.", quantity)
        return said % {"name": subscription, "seats": formats.localize(quantity)}

    return _verb_page(request, customer, subscription, "change_quantity", form, verb)


@page(*ONE, get=P.SUBSCRIPTION_SUSPEND, post=P.SUBSCRIPTION_SUSPEND)
def subscription_suspend(request: PortalRequest, customer: Tenant, subscription: Subscription) -> HttpResponse:
    """Lock the customer's people out, after reading what follows."""
    form = SuspendForm(subscription, posted(request))

    def verb() -> str:
        actions.suspend(subscription, actor=request.actor, **form.cleaned_data)
        return gettext("%(name)s is suspended.") % {"name": subscription}

    return _verb_page(request, customer, subscription, "suspend", form, verb)


@page(*ONE, get=P.SUBSCRIPTION_REACTIVATE, post=P.SUBSCRIPTION_REACTIVATE)
def subscription_reactivate(request: PortalRequest, customer: Tenant, subscription: Subscription) -> HttpResponse:
    """Give access back."""
    form = ReactivateForm(subscription, posted(request))

    def verb() -> str:
        actions.reactivate(subscription, actor=request.actor, **form.cleaned_data)
        return gettext("%(name)s is active again.") % {"name": subscription}

    return _verb_page(request, customer, subscription, "reactivate", form, verb)


@page(*ONE, get=P.SUBSCRIPTION_RENAME, post=P.SUBSCRIPTION_RENAME)
def subscription_rename(request: PortalRequest, customer: Tenant, subscription: Subscription) -> HttpResponse:
    """Another nickname."""
    form = RenameForm(subscription, posted(request))

    def verb() -> str:
        renamed = actions.rename(subscription, actor=request.actor, **form.cleaned_data)
        return gettext("The subscription is called %(name)s now.") % {"name": renamed}

    return _verb_page(request, customer, subscription, "rename", form, verb)


# --- What the pages share ---------------------------------------------------------------------------------------------

TITLES = {
    "change_quantity": _("Change quantity"),
    "suspend": _("Suspend the subscription"),
    "reactivate": _("Reactivate the subscription"),
    "rename": _("Change nickname"),
}
TEMPLATES = {action: f"subscriptions/subscription_{action}.html" for action in TITLES}


def _verb_page(
    request: PortalRequest,
    customer: Tenant,
    subscription: Subscription,
    action: str,
    form: VersionedForm,
    verb: Callable[[], str],
) -> HttpResponse:
    """The form; after a POST what the verb said: done, a rule broken (409), a wrong value (422), too late (412)."""

    def act() -> HttpResponse:
        toast(request, verb())
        return redirect_to(request, "subscriptions:detail", customer.pk, subscription.pk)

    def show(status: int) -> HttpResponse:
        return _form_page(request, customer, subscription, action, form, status)

    if "preview" in request.POST:
        return show(200)
    try:
        return submit(request, form, act, show)
    except StaleVersion as stale:
        typed = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        fresh = type(form)(stale.current, initial=typed)
        return _form_page(request, customer, stale.current, action, fresh, int(stale.status), stale=typed)


def _form_page(
    request: PortalRequest,
    customer: Tenant,
    subscription: Subscription,
    action: str,
    form: VersionedForm,
    status: int = 200,
    stale: dict[str, Any] | None = None,
) -> HttpResponse:
    """One verb's page. `stale` is what was typed when somebody else was faster: shown beside the present values."""
    here = (subscription, reverse("subscriptions:detail", args=[customer.pk, subscription.pk]))
    context = {
        **_about(customer, subscription),
        "crumbs": trail(request, customer, _in_list(customer), here, (TITLES[action], "")),
        "title": TITLES[action],
        "form": form,
        "decision": decision_about(action, request.actor, subscription),
        "stale": stale,
        "consequence": _consequence(request.actor, form, subscription),
    }
    return render_page(request, TEMPLATES[action], context, partial="consequence", status=status)


def _about(customer: Tenant, subscription: Subscription) -> dict[str, Any]:
    """What every page about one subscription shows."""
    return {
        "customer": customer,
        "subscription": subscription,
        "data_deleted_at": subscription.data_deleted_at,
        "would_be_deleted_at": deletion_time(timezone.now()),
        "suspended_days": settings.SUSPENDED_DAYS,
        "days_left": _days_until(subscription.data_deleted_at),
    }


def _days_until(moment: datetime | None) -> int:
    """Days begun count: on the day of the suspension all of them are left."""
    return max(0, ceil((moment - timezone.now()) / timedelta(days=1))) if moment else 0


def _previewed(request: PortalRequest, subscription: Subscription) -> dict[str, Any] | None:
    """What was typed and not sent yet: a look at the consequence writes nothing."""
    typed = request.GET.get("quantity")
    return None if typed is None else {"quantity": typed, "version": request.GET.get("version", subscription.version)}


def _consequence(actor: Actor, form: VersionedForm, subscription: Subscription) -> dict[str, Any] | None:
    """Seats more or fewer, and what they cost, once a valid number has been typed."""
    quantity = form.cleaned_data.get("quantity") if form.is_bound and form.is_valid() else form.initial.get("quantity")
    if quantity is None or quantity == subscription.quantity:
        return None
    difference = quantity - subscription.quantity
    return {
        "quantity": quantity,
        "more": max(0, difference),
        "fewer": max(0, -difference),
        "prices": showing.price_of_change(actor, subscription, quantity),
    }


def _in_list(customer: Tenant) -> tuple[Any, str]:
    return _("Subscriptions"), reverse("subscriptions:list", args=[customer.pk])


def _ask_url(request: PortalRequest, customer: Tenant, subscription: Subscription | None = None) -> str:
    """Where a customer's admin asks the partner for a change; empty for everybody else."""
    if not can(request.actor, P.SUBSCRIPTION_ASK_CHANGE, customer):
        return ""
    form_url = reverse("support:new", args=[customer.pk])
    if subscription is None:
        return form_url
    title = gettext("Change of subscription %(name)s") % {"name": subscription}
    known = {"title": title, "partner": str(subscription.partner_id), "service": subscription.service}
    return f"{form_url}?{urlencode(known)}"
