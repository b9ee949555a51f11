"""Steps with consequences: each has a page that says what will happen, and a button that does it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Text
from portal.forms import posted
from portal.web import redirect_to, render_page, toast
from support import actions
from support.forms import FIELDS, EscalateForm, ReopenForm, ResolveForm, WithdrawForm
from support.models import SupportRequest
from support.rules import obey, present_escalation
from support.views.detail import DOOR
from tenants.access import Permission
from tenants.services import ENGLISH_NAMES, Service
from tenants.submitting import submit
from tenants.web import PortalRequest, page


@dataclass(frozen=True, slots=True)
class Step:
    """One confirmation page: its words, its verb, and the form whose answers are the verb's keywords."""

    action: str
    title: Text
    consequence: Text
    label: Text
    done: Text
    verb: Callable[..., Any]
    form: type[forms.Form] = forms.Form
    tone: str = "primary"
    while_escalated: Text = ""  # what else it does while 21Vianet works on the request


RESOLVE = Step(
    "resolve",
    gettext_lazy("Resolve the request"),
    gettext_lazy("The customer is told by e-mail, and can close the request or reopen it."),
    gettext_lazy("Resolve"),
    gettext_lazy("The request is resolved. The customer has been told."),
    actions.resolve,
    ResolveForm,
)
CLOSE = Step(
    "close",
    gettext_lazy("Close the request"),
    format_lazy(
        gettext_lazy("Nobody can add comments any more. You can reopen it for {days} days."), days=settings.REOPEN_DAYS
    ),
    gettext_lazy("Close"),
    gettext_lazy("The request is closed."),
    actions.close,
    tone="danger",
    while_escalated=gettext_lazy("The escalation ends too: if 21Vianet has it already, it is asked to stop."),
)
CLOSE_FOR_GOOD = replace(
    CLOSE,
    consequence=gettext_lazy(
        "Nobody can add comments any more, and it cannot be reopened: the partner no longer serves you."
    ),
)
REOPEN = Step(
    "reopen",
    gettext_lazy("Reopen the request"),
    gettext_lazy("Your partner is told by e-mail that it is not solved."),
    gettext_lazy("Reopen"),
    gettext_lazy("The request is open again."),
    actions.reopen,
    ReopenForm,
)
WITHDRAW = Step(
    "withdraw",
    gettext_lazy("Withdraw the escalation"),
    gettext_lazy(
        "If it has not been sent yet, it never will be. If it has, 21Vianet is asked to stop, and the case ends."
    ),
    gettext_lazy("Withdraw"),
    gettext_lazy("The escalation is withdrawn. The next step is yours."),
    actions.withdraw_escalation,
    WithdrawForm,
    tone="danger",
)


@page(DOOR, get=Permission.REQUEST_RESOLVE, post=Permission.REQUEST_RESOLVE)
def request_resolve(request: PortalRequest, support_request: SupportRequest) -> HttpResponse:
    """The partner holds it to be solved."""
    return _confirm(request, support_request, RESOLVE)


@page(DOOR, get=Permission.REQUEST_CLOSE, post=Permission.REQUEST_CLOSE)
def request_close(request: PortalRequest, support_request: SupportRequest) -> HttpResponse:
    """The customer is done with it."""
    return _confirm(request, support_request, CLOSE if support_request.reach_partner_id else CLOSE_FOR_GOOD)


@page(DOOR, get=Permission.REQUEST_REOPEN, post=Permission.REQUEST_REOPEN)
def request_reopen(request: PortalRequest, support_request: SupportRequest) -> HttpResponse:
    """The customer is not done with it."""
    return _confirm(request, support_request, REOPEN)


@page(DOOR, get=Permission.REQUEST_WITHDRAW, post=Permission.REQUEST_WITHDRAW)
def request_withdraw(request: PortalRequest, support_request: SupportRequest) -> HttpResponse:
    """The partner takes back what it handed to 21Vianet."""
    return _confirm(request, support_request, WITHDRAW)


@page(DOOR, get=Permission.REQUEST_ESCALATE, post=Permission.REQUEST_ESCALATE)
def request_escalate(request: PortalRequest, support_request: SupportRequest) -> HttpResponse:
    """Why, what was tried, and exactly what 21Vianet will read."""
    if request.method == "GET":
        obey("escalate", support_request, present_escalation(support_request), request.actor)
    form = EscalateForm(posted(request), initial={"impact": support_request.impact})
    context = {
        "support_request": support_request,
        "form": form,
        "sent": _what_is_sent(request, support_request),
        "crumbs": _crumbs(support_request, _("Escalate to 21Vianet")),
    }
    return submit(
        request,
        form,
        lambda: _escalate(request, support_request, form),
        lambda status: render_page(request, "support/request_escalate.html", context, status=status),
        fields=FIELDS,
    )


def _escalate(request: PortalRequest, support_request: SupportRequest, form: EscalateForm) -> HttpResponse:
    actions.escalate_request(support_request, actor=request.actor, **form.cleaned_data)
    toast(request, _("The request is on its way to 21Vianet."))
    return redirect_to(request, support_request)


def _confirm(request: PortalRequest, support_request: SupportRequest, step: Step) -> HttpResponse:
    escalation = present_escalation(support_request)
    if request.method == "GET":
        obey(step.action, support_request, escalation, request.actor)
    form = step.form(posted(request))
    context = {
        "support_request": support_request,
        "step": step,
        "while_escalated": step.while_escalated if escalation is not None and escalation.is_open else "",
        "form": form,
        "crumbs": _crumbs(support_request, step.title),
    }
    return submit(
        request,
        form,
        lambda: _do(request, support_request, step, form),
        lambda status: render_page(request, "support/request_step.html", context, status=status),
        fields=FIELDS,
    )


def _do(request: PortalRequest, support_request: SupportRequest, step: Step, form: forms.Form) -> HttpResponse:
    step.verb(support_request, actor=request.actor, **form.cleaned_data)
    toast(request, step.done)
    return redirect_to(request, support_request)


def _what_is_sent(request: PortalRequest, support_request: SupportRequest) -> list[tuple[str, Any]]:
    person = request.actor.user
    return [
        (_("Reference"), support_request.reference),
        (_("Title"), support_request.title),
        (_("Service"), ENGLISH_NAMES[Service(support_request.service)]),
        (_("Severity"), support_request.severity_name),
        (_("Customer"), support_request.tenant.name),
        (_("Partner"), support_request.partner.name),
        (_("Contact"), [person.display_name, person.email] if person else None),
    ]


def _crumbs(support_request: SupportRequest, title: Text) -> list[tuple[Text, str]]:
    return [
        (_("Support requests"), reverse("support:list")),
        (support_request.reference, support_request.get_absolute_url()),
        (title, ""),
    ]
