"""One request: whose turn it is, what was said, what was handed to 21Vianet, and what can be done."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal import outbox
from portal.errors import Text
from portal.forms import posted
from portal.outbox import Course, Delivery
from portal.ui.values import Cell
from portal.vianet import contracts
from portal.web import redirect_to, render_page, toast
from support.actions import comment
from support.asking import may_raise
from support.forms import FIELDS, CommentForm
from support.models import Escalation, EscalationState, SupportRequest, Visibility
from support.next_step import delivery_notice, next_step
from support.rules import comment_reopens, decisions, present_escalation
from support.views.conversation import conversation
from tenants.access import Permission, can
from tenants.submitting import submit
from tenants.web import PortalRequest, allow, page

DOOR = (SupportRequest, "reference")
# What may follow the handing-over on the way to 21Vianet.
LATER_MESSAGES: dict[str, Text] = {
    contracts.COMMENTED: gettext_lazy("Later comment"),
    contracts.WITHDRAWN: gettext_lazy("Withdrawal"),
}


@page(DOOR, get=Permission.REQUEST_READ)
def request_detail(request: PortalRequest, support_request: SupportRequest) -> HttpResponse:
    """The whole page."""
    form = _comment_form(request, support_request)
    return _show(request, support_request, form, _standing(request, support_request))


@page(DOOR, get=Permission.REQUEST_READ, post=Permission.REQUEST_READ)
def request_comment(request: PortalRequest, support_request: SupportRequest) -> HttpResponse:
    """A line of the conversation. A note takes another right than a comment.

    A form that came back stands at this address: whoever then chooses a language or reloads is led to the request.
    """
    if request.method != "POST":
        return redirect_to(request, support_request)
    internal = request.POST.get("visibility") == Visibility.INTERNAL
    allow(request, Permission.REQUEST_NOTE if internal else Permission.REQUEST_COMMENT, support_request)
    form = _comment_form(request, support_request)
    return submit(
        request,
        form,
        lambda: _say(request, support_request, form),
        lambda status: _show(request, support_request, form, _standing(request, support_request), status),
        fields=FIELDS,
    )


@page(DOOR, get=Permission.REQUEST_READ)
def request_standing(request: PortalRequest, support_request: SupportRequest) -> HttpResponse:
    """What htmx asks for every few seconds while 21Vianet has not opened a case, or a message is on its way: 204 as
    long as nothing is new.
    """
    if not request.htmx:
        return redirect_to(request, support_request)
    standing = _standing(request, support_request)
    if request.GET.get("seen") == standing["mark"]:
        return HttpResponse(status=204)
    return _show(request, support_request, _comment_form(request, support_request), standing)


def _show(
    request: PortalRequest,
    support_request: SupportRequest,
    form: CommentForm,
    standing: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The page with this comment form."""
    escalation = standing["escalation"]
    on_partner_side = _on_partner_side(request, support_request)
    token = request.GET.get("earlier", "")
    context = {
        **standing,
        "can": decisions(request.actor, support_request, escalation),
        "form": form,
        "reopens": comment_reopens(support_request, request.actor),
        "on_partner_side": on_partner_side,
        "facts": _facts(support_request, on_partner_side=on_partner_side),
        "conversation": conversation(
            support_request,
            request.actor,
            token,
            escalated=escalation is not None,
            names_agent=standing["reads_delivery"],
        ),
        "earlier": token,
        "can_raise": None if support_request.reach_partner_id else may_raise(request.actor, support_request.tenant),
        "crumbs": [(_("Support requests"), reverse("support:list")), (support_request.reference, "")],
    }
    return render_page(request, "support/request_detail.html", context, status=status)


def _comment_form(request: PortalRequest, support_request: SupportRequest) -> CommentForm:
    on_partner_side = _on_partner_side(request, support_request)
    return CommentForm(posted(request), support_request=support_request, for_partner=on_partner_side)


def _say(request: PortalRequest, support_request: SupportRequest, form: CommentForm) -> HttpResponse:
    answers = form.cleaned_data
    visibility = Visibility(answers.get("visibility", Visibility.PUBLIC))
    line = comment(
        support_request,
        actor=request.actor,
        text=answers["text"],
        visibility=visibility,
        awaits_customer=answers.get("awaits_customer", False),
    )
    done = _("Your note is kept. Only your colleagues see it.")
    if visibility == Visibility.PUBLIC:
        done = _("The request is open again.") if line.milestone else _("Your comment is sent.")
    toast(request, done)
    return redirect_to(request, support_request)


def _on_partner_side(request: PortalRequest, support_request: SupportRequest) -> bool:
    return request.actor.tenant_id != support_request.tenant_id


def _standing(request: PortalRequest, support_request: SupportRequest) -> dict[str, Any]:
    """What changes the page while 21Vianet works. `mark` names the state that was shown."""
    actor = request.actor
    escalation = present_escalation(support_request)
    reads_delivery = bool(can(actor, Permission.REQUEST_READ_DELIVERY, support_request))
    course = outbox.courses_of([escalation.pk]).get(escalation.pk) if escalation and reads_delivery else None
    telling = course.telling if course else None
    mark = f"{support_request.version}"
    if telling is not None:
        mark = f"{mark}-{telling.type}-{telling.state}-{telling.attempts}"
    return {
        "support_request": support_request,
        "next": next_step(support_request, actor),
        "escalation": escalation,
        "reads_delivery": reads_delivery,
        "delivery_notice": delivery_notice(telling.state) if telling is not None else None,
        "delivery_about": LATER_MESSAGES.get(telling.type, "") if telling is not None else "",
        "reads_case": bool(can(actor, Permission.REQUEST_READ_CASE, support_request)),
        "escalation_facts": _escalation_facts(escalation, course, reads_delivery=reads_delivery) if escalation else [],
        "waits": escalation is not None
        and (escalation.state == EscalationState.SUBMITTED or (telling is not None and telling.under_way)),
        "mark": mark,
    }


def _escalation_facts(escalation: Escalation, course: Course | None, *, reads_delivery: bool) -> list[tuple[Text, Any]]:
    pairs: list[tuple[Text, Any]] = [(_("Handed over"), escalation.created_at)]
    if reads_delivery:
        pairs = [(_("Handed over by"), escalation.escalated_by.display_name), *pairs]
    if course is not None:
        pairs += _delivery_facts(course.opening, pgettext("message", "Delivery"))
        if course.telling.type in LATER_MESSAGES:
            pairs += _delivery_facts(course.telling, LATER_MESSAGES[course.telling.type])
    if escalation.acknowledged_at:
        pairs.append((_("Acknowledged"), escalation.acknowledged_at))
    if escalation.closed_at:
        pairs.append((_("Settled"), escalation.closed_at))
    return pairs


def _delivery_facts(delivery: Delivery, label: Text) -> list[tuple[Text, Any]]:
    pairs: list[tuple[Text, Any]] = [
        (label, Cell(delivery.label, tone=delivery.tone)),
        (_("Attempts to send"), delivery.attempts),
    ]
    if delivery.state in {"queued", "delayed"} and delivery.attempts:
        pairs.append((_("Next attempt"), delivery.due_at))
    return pairs


def _facts(support_request: SupportRequest, *, on_partner_side: bool) -> list[tuple[str, Any]]:
    status = Cell(support_request.get_status_display(), tone=support_request.tone)
    severity = Cell(support_request.severity_name, tone=support_request.severity_tone)
    assignee = support_request.assignee.display_name if support_request.assignee else None
    return [
        (_("Status"), status),
        (_("Severity"), severity),
        (_("Service"), support_request.get_service_display()),
        (_("Customer"), str(support_request.tenant)),
        (_("Partner"), str(support_request.partner)),
        (_("Raised by"), support_request.requester.display_name),
        *([(_("Assigned to"), assignee)] if on_partner_side else []),
        (_("Raised"), support_request.created_at),
        (_("Last change"), support_request.updated_at),
        *([(_("Business impact"), support_request.impact)] if support_request.impact else []),
    ]
