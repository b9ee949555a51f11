"""The steps on one account that are thought over first: each has a page that says what follows, without scripts too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.errors import Text
from portal.web import redirect_to, render_page, toast
from tenants.access import Permission
from tenants.actions.people import block_user, delete_user, reset_password, restore_user, unblock_user
from tenants.decisions import YES
from tenants.models import Tenant, User
from tenants.people_rules import STEPS, refuse_step
from tenants.submitting import form_once
from tenants.views.parts import trail
from tenants.views.people import SHOWN_ONCE, show_password
from tenants.web import PortalRequest, page


@dataclass(frozen=True, slots=True)
class Step:
    """One of the steps of `people_rules`: its words, and what follows. Texts may name `%(name)s` and `%(days)s`."""

    name: str
    title: Text
    consequences: Sequence[Text]
    label: Text
    done: Text
    tone: str = "danger"
    while_blocked: Sequence[Text] = ()  # in place of the consequences, for an account that stays blocked

    @property
    def right(self) -> Permission:
        return STEPS[self.name]


BLOCK = Step(
    "block",
    _("Block %(name)s?"),
    (
        _("%(name)s can no longer sign in."),
        _("Every open session and every token ends at once."),
        _("Mail, files, roles and licences stay."),
    ),
    _("Block"),
    _("%(name)s is blocked."),
)
UNBLOCK = Step(
    "unblock",
    _("Unblock %(name)s?"),
    (
        _("%(name)s can sign in again with the previous password."),
        _("Sessions and tokens that the block ended stay ended."),
    ),
    _("Unblock"),
    _("%(name)s can sign in again."),
    "primary",
)
DELETE = Step(
    "delete",
    _("Delete the account of %(name)s?"),
    (
        _("%(name)s can no longer sign in; every session and every token ends at once."),
        _("Within %(days)s days the account can be restored, with its roles."),
        _("After %(days)s days it cannot be restored, and its mailbox and files are gone. Back them up before."),
        _("The sign-in name stays taken."),
        _("What is paid for subscriptions does not change."),
    ),
    _("Delete"),
    _("The account of %(name)s is deleted."),
)
RESTORE = Step(
    "restore",
    _("Restore the account of %(name)s?"),
    (
        _("%(name)s can sign in again with a new temporary password, which the next page shows once."),
        _("The roles from before come back."),
    ),
    pgettext_lazy("account", "Restore"),
    _("The account of %(name)s is restored"),
    "primary",
    while_blocked=(
        _("The next page shows a new temporary password, once."),
        _("The roles from before come back."),
        _("The account stays blocked; unblock it afterwards."),
    ),
)
RESET = Step(
    "reset_password",
    _("Reset the password of %(name)s?"),
    (
        _("The next page shows a temporary password, once. Hand it over yourself; it is never mailed."),
        _("%(name)s must choose another one at the next sign-in."),
        _("%(name)s is told by e-mail who reset the password."),
        _("Every open session and every token ends at once."),
    ),
    _("Reset the password"),
    _("The password of %(name)s is reset"),
)
PATH = ((Tenant, "customer_id"), (User, "user_id"))


@page(*PATH, get=BLOCK.right, post=BLOCK.right)
def user_block(request: PortalRequest, customer: Tenant, user: User) -> HttpResponse:
    return _take(request, customer, user, BLOCK, block_user)


@page(*PATH, get=UNBLOCK.right, post=UNBLOCK.right)
def user_unblock(request: PortalRequest, customer: Tenant, user: User) -> HttpResponse:
    return _take(request, customer, user, UNBLOCK, unblock_user)


@page(*PATH, get=DELETE.right, post=DELETE.right)
def user_delete(request: PortalRequest, customer: Tenant, user: User) -> HttpResponse:
    return _take(request, customer, user, DELETE, delete_user)


@page(*PATH, get=RESTORE.right, post=RESTORE.right)
def user_restore(request: PortalRequest, customer: Tenant, user: User) -> HttpResponse:
    return _take(request, customer, user, RESTORE, restore_user)


@page(*PATH, get=RESET.right, post=RESET.right)
def user_reset_password(request: PortalRequest, customer: Tenant, user: User) -> HttpResponse:
    return _take(request, customer, user, RESET, reset_password)


def _take(request: PortalRequest, customer: Tenant, user: User, step: Step, verb: Callable[..., Any]) -> HttpResponse:
    """Ask on GET, do it on POST. A verb that answers a temporary password has it shown; the others lead back."""
    if request.method != "POST":
        return _ask(request, customer, user, step)

    def act() -> HttpResponse:
        answer = verb(user, actor=request.actor)
        if isinstance(answer, tuple):
            person, secret = answer
            return show_password(request, customer, person, secret, str(step.done))
        toast(request, _said(step.done, user))
        return redirect_to(request, "tenants:user_detail", customer.pk, user.pk)

    return form_once(request, act, remedy=SHOWN_ONCE)


def _ask(request: PortalRequest, customer: Tenant, user: User, step: Step) -> HttpResponse:
    refuse_step(request.actor, step.name, user)
    detail_url = reverse("tenants:user_detail", args=[customer.pk, user.pk])
    list_url = reverse("tenants:user_list", args=[customer.pk])
    context = {
        "organisation": customer,
        "title": _said(step.title, user),
        "consequences": [_said(line, user) for line in _lines(step, user)],
        "submit_label": step.label,
        "tone": step.tone,
        "grave": step.tone == "danger",
        "decision": YES,
        "cancel_url": detail_url,
        "crumbs": trail(
            request,
            customer,
            (translated("Users"), list_url),
            (user.display_name, detail_url),
            (step.label, ""),
        ),
    }
    return render_page(request, "tenants/consequences.html", context)


def _lines(step: Step, user: User) -> Sequence[Text]:
    return step.consequences if user.is_active else step.while_blocked or step.consequences


def _said(text: Text, user: User) -> str:
    return str(text) % {"name": user.display_name, "days": settings.DELETED_USER_DAYS}
