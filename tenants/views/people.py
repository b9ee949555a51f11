"""An organisation's people: the list, one person, a new account, a corrected one, roles."""

from typing import Any
from uuid import UUID

from django.db.models import Q, prefetch_related_objects
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal.errors import InvalidInput, StaleVersion
from portal.forms import posted
from portal.paging import keyset, page_links
from portal.ui.buttons import Reasons, button, denied, link_button
from portal.ui.dates import ZONE_NAMES
from portal.ui.separators import listed
from portal.ui.tables import Cell, Column, Empty, Table
from portal.web import redirect_to, render_page, toast
from tenants.access import Permission, can
from tenants.actions.people import change_user, create_user
from tenants.actions.roles import assign_role, remove_role
from tenants.forms.people import ChangeUserForm, NewUserForm, RoleForm, UserFilter
from tenants.models import Role, RoleAssignment, Tenant, User
from tenants.models.role import ROLE_WORDS, ROLES_OF, TOP_ROLES
from tenants.models.user import LANGUAGES
from tenants.people_rules import decision_on, refuse_step, restorable_until, roles_of
from tenants.role_rules import decision_about
from tenants.submitting import submit
from tenants.views.parts import trail
from tenants.visibility import TenantQuerySet
from tenants.web import PortalRequest, page

SHOWN_ONCE = gettext_lazy(
    "This was already done the first time. The temporary password is not shown again:"
    " open the person's page and reset it."
)
COLUMNS = ("id", "display_name", "upn", "is_active", "deleted_at", "must_change_password")


def person_state(is_active: bool, deleted_at: Any, must_change_password: bool) -> tuple[str, str]:
    """The account's state in a word, and its tone."""
    if deleted_at is not None:
        return pgettext("person", "Deleted"), "danger"
    if not is_active:
        return pgettext("person", "Blocked"), "warning"
    if must_change_password:
        return _("Must change the password"), "info"
    return pgettext("person", "Active"), "success"


def _people(request: PortalRequest, customer: Tenant, wanted: UserFilter) -> TenantQuerySet[User]:
    people = User.objects.visible_to(request.actor).filter(tenant=customer)
    chosen = wanted.cleaned_data if wanted.is_valid() else {}
    if text := chosen.get("q"):
        people = people.filter(Q(display_name__icontains=text) | Q(upn__icontains=text))
    match chosen.get("state"):
        case "deleted":
            return people.exclude(deleted_at=None)
        case "blocked":
            return people.filter(deleted_at=None, is_active=False)
    return people.filter(deleted_at=None)


@page((Tenant, "customer_id"), get=Permission.USER_LIST)
def user_list(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """People by name; the deleted ones under a filter."""
    wanted = UserFilter(request.GET or None)
    people = _people(request, customer, wanted).values_list(*COLUMNS)
    found = keyset(people, ("display_name", "id"), request.GET.get("after"))
    roles = _roles_by_person(request, [row[0] for row in found])
    table = Table(
        _("Users"),
        [
            Column("name", _("Name")),
            Column("upn", _("Sign-in name")),
            Column("roles", _("Roles")),
            Column("state", _("State"), "badge"),
        ],
        [_row(customer, row, roles) for row in found],
        empty=_nobody(bool(request.GET)),
        **page_links(request, found),
    )
    context = {
        "organisation": customer,
        "crumbs": trail(request, customer, (_("Users"), "")),
        "table": table,
        "filter": wanted,
        "can_create": can(request.actor, Permission.USER_CREATE, customer),
    }
    return render_page(request, "tenants/user_list.html", context, partial="results")


def _nobody(narrowed: bool) -> Empty:
    text = _("Nobody here matches the search.") if narrowed else _("No account has been created yet.")
    return Empty(_("Nobody found"), text, icon="users")


def _roles_by_person(request: PortalRequest, ids: list[UUID]) -> dict[UUID, list[str]]:
    held = RoleAssignment.objects.visible_to(request.actor).filter(user_id__in=ids)
    roles: dict[UUID, list[str]] = {}
    for user_id, role in held.order_by("role").values_list("user_id", "role"):
        roles.setdefault(user_id, []).append(str(Role(role).label))
    return roles


def _row(customer: Tenant, row: tuple[Any, ...], roles: dict[UUID, list[str]]) -> dict[str, Any]:
    pk, name, upn, *state = row
    label, tone = person_state(*state)
    return {
        "name": Cell(name, href=reverse("tenants:user_detail", args=[customer.pk, pk])),
        "upn": upn,
        "roles": listed(roles.get(pk, [])),
        "state": Cell(label, tone=tone),
    }


@page((Tenant, "customer_id"), get=Permission.USER_CREATE, post=Permission.USER_CREATE)
def user_new(request: PortalRequest, customer: Tenant) -> HttpResponse:
    """A form; its answer shows the temporary password, once."""
    form = NewUserForm(posted(request), tenant=customer)
    list_url = reverse("tenants:user_list", args=[customer.pk])
    crumbs = trail(request, customer, (_("Users"), list_url), (_("New user"), ""))
    context = {"organisation": customer, "form": form, "crumbs": crumbs, "list_url": list_url}
    return submit(
        request,
        form,
        lambda: _created(request, customer, form),
        lambda status: render_page(request, "tenants/user_new.html", context, status=status),
        remedy=SHOWN_ONCE,
    )


def _created(request: PortalRequest, customer: Tenant, form: NewUserForm) -> HttpResponse:
    user, secret = create_user(customer, actor=request.actor, **form.cleaned_data)
    return show_password(request, customer, user, secret, _("The account of %(name)s is ready"))


def show_password(request: PortalRequest, customer: Tenant, user: User, secret: str, title: str) -> HttpResponse:
    """The one page that ever shows a temporary password. No cache and no history of ours keeps it."""
    name = {"name": user.display_name}
    crumbs = trail(
        request,
        customer,
        (_("Users"), reverse("tenants:user_list", args=[customer.pk])),
        (_("Temporary password"), ""),
    )
    context = {"organisation": customer, "person": user, "secret": secret, "title": title % name, "crumbs": crumbs}
    return render_page(request, "tenants/password_once.html", context)


@page((Tenant, "customer_id"), (User, "user_id"), get=Permission.USER_LIST)
def user_detail(request: PortalRequest, customer: Tenant, user: User) -> HttpResponse:
    """One person, and what may be done about the account."""
    prefetch_related_objects([user], "role_assignments")
    state = person_state(user.is_active, user.deleted_at, user.must_change_password)
    facts = [
        (_("Sign-in name"), user.upn),
        (_("E-mail address"), user.email),
        (_("State"), Cell(state[0], tone=state[1])),
        (_("Language"), dict(LANGUAGES)[user.language]),
        (_("Time zone"), ZONE_NAMES.get(user.time_zone, user.time_zone)),
        (_("Last sign-in"), user.last_login),
        (_("Account created"), user.created_at),
    ]
    if user.deleted_at:
        facts += [(_("Deleted"), user.deleted_at), (_("Can be restored until"), restorable_until(user))]
    list_url = reverse("tenants:user_list", args=[customer.pk])
    context = {
        "organisation": customer,
        "person": user,
        "facts": facts,
        "roles": [Role(role).label for role in sorted(roles_of(user))],
        "can": _decisions(request, user),
        "crumbs": trail(request, customer, (_("Users"), list_url), (user.display_name, "")),
    }
    return render_page(request, "tenants/user_detail.html", context)


def _decisions(request: PortalRequest, user: User) -> dict[str, Any]:
    steps = ("change", "block", "unblock", "delete", "restore", "reset_password")
    decisions = {step: decision_on(request.actor, step, user) for step in steps}
    return decisions | {"roles": can(request.actor, Permission.ROLE_ASSIGN, user)}


@page((Tenant, "customer_id"), (User, "user_id"), get=Permission.USER_CHANGE, post=Permission.USER_CHANGE)
def user_change(request: PortalRequest, customer: Tenant, user: User) -> HttpResponse:
    """A form for the name and the address. Who is not allowed, on grounds of the person, does not see it."""
    refuse_step(request.actor, "change", user)
    now = {"display_name": user.display_name, "email": user.email, "version": user.version}
    form = ChangeUserForm(posted(request), initial=now)
    try:
        return submit(
            request,
            form,
            lambda: _changed(request, customer, user, form),
            lambda status: _change_page(request, customer, user, form, status=status),
        )
    except StaleVersion as stale:
        again = ChangeUserForm(initial={**form.cleaned_data, "version": stale.current.version})
        return _change_page(request, customer, stale.current, again, status=int(stale.status), stale=True)


def _changed(request: PortalRequest, customer: Tenant, user: User, form: ChangeUserForm) -> HttpResponse:
    changed = change_user(user, actor=request.actor, **form.cleaned_data)
    toast(request, _("The account of %(name)s is saved.") % {"name": changed.display_name})
    return redirect_to(request, "tenants:user_detail", customer.pk, user.pk)


def _change_page(
    request: PortalRequest,
    customer: Tenant,
    user: User,
    form: ChangeUserForm,
    *,
    status: int,
    stale: bool = False,
) -> HttpResponse:
    detail_url = reverse("tenants:user_detail", args=[customer.pk, user.pk])
    list_url = reverse("tenants:user_list", args=[customer.pk])
    context = {
        "organisation": customer,
        "person": user,
        "form": form,
        "now": listed([user.display_name, user.email]) if stale else "",
        "chosen": listed([form.initial["display_name"], form.initial["email"]]) if stale else "",
        "crumbs": trail(request, customer, (_("Users"), list_url), (user.display_name, detail_url), (_("Change"), "")),
        "cancel_url": detail_url,
    }
    return render_page(request, "tenants/user_change.html", context, status=status)


@page((Tenant, "customer_id"), (User, "user_id"), get=Permission.ROLE_ASSIGN, post=Permission.ROLE_ASSIGN)
def user_roles(request: PortalRequest, customer: Tenant, user: User) -> HttpResponse:
    """Every role of this kind of organisation, each with the button that gives or takes it.

    The highest role, and taking any, is thought over first: the button leads here with the role in the address.
    """
    form = RoleForm(request.POST if request.method == "POST" else request.GET, tenant=customer)
    if request.method == "POST":
        return _roles_changed(request, customer, user, form)
    prefetch_related_objects([user], "role_assignments")
    detail_url = reverse("tenants:user_detail", args=[customer.pk, user.pk])
    list_url = reverse("tenants:user_list", args=[customer.pk])
    crumbs = trail(request, customer, (_("Users"), list_url), (user.display_name, detail_url), (_("Roles"), ""))
    if form.is_valid() and _is_grave(form.chosen, taken=bool(form.cleaned_data["remove"])):
        return _ask_about_role(request, user, form, crumbs)
    reasons = Reasons()
    table = _role_table(request, customer, user, reasons)
    context = {"organisation": customer, "person": user, "table": table, "reasons": reasons.render(), "crumbs": crumbs}
    return render_page(request, "tenants/user_roles.html", context)


def _roles_changed(request: PortalRequest, customer: Tenant, user: User, form: RoleForm) -> HttpResponse:
    if not form.is_valid():
        if form.has_error("assign") or form.has_error("remove"):
            raise InvalidInput(_("This role does not exist in this kind of organisation."), code="unknownRole")
        raise InvalidInput(_("Choose one role."), code="notOneRole")
    if form.cleaned_data["assign"]:
        assign_role(user, form.chosen, actor=request.actor)
        said = _("%(name)s now holds the role %(role)s.")
    else:
        remove_role(user, form.chosen, actor=request.actor)
        said = _("%(name)s no longer holds the role %(role)s.")
    toast(request, said % {"name": user.display_name, "role": form.chosen.label})
    return redirect_to(request, "tenants:user_roles", customer.pk, user.pk)


def _is_grave(role: Role, *, taken: bool) -> bool:
    return taken or role in TOP_ROLES


def _ask_about_role(request: PortalRequest, user: User, form: RoleForm, crumbs: list[tuple[Any, str]]) -> HttpResponse:
    words = {"name": user.display_name, "role": form.chosen.label}
    if form.cleaned_data["assign"]:
        name, title, label = "assign", _("Give %(name)s the role %(role)s?"), pgettext("role", "Give")
        change = _("%(name)s can then also change the roles of everybody else, yours included.")
        happens = [ROLE_WORDS[form.chosen], change % words]
    else:
        name, title, label = "remove", _("Take the role %(role)s from %(name)s?"), pgettext("role", "Take away")
        change = _("%(name)s loses what this role allows; other roles stay.")
        happens = [change % words, ROLE_WORDS[form.chosen]]
    context = {
        "title": title % words,
        "consequences": [*happens, _("It takes effect with the person's next click.")],
        "submit_label": label,
        "tone": "danger",
        "grave": True,
        "decision": decision_about(request.actor, user, form.chosen),
        "sent": {name: form.chosen.value},
        "cancel_url": request.path,
        "crumbs": crumbs,
    }
    return render_page(request, "tenants/consequences.html", context)


def _role_table(request: PortalRequest, customer: Tenant, user: User, reasons: Reasons) -> Table:
    held, rows = roles_of(user), []
    for role in ROLES_OF[customer.kind]:
        if role in held:
            name, label = "remove", pgettext("role", "Take away")
        else:
            name, label = "assign", pgettext("role", "Give")
        decision = decision_about(request.actor, user, role)
        if not decision:
            act = denied(label, decision, "default", "", reasons)
        elif _is_grave(role, taken=role in held):
            act = link_button(label, f"?{name}={role.value}", about=role.label)
        else:
            act = button(label, "default", "", name, role.value, about=role.label)
        state = Cell(pgettext("role", "Held"), tone="success") if role in held else ""
        rows.append({"role": Cell(role.label, note=ROLE_WORDS[role]), "state": state, "button": act})
    columns = [
        Column("role", _("Role")),
        Column("state", _("State"), "badge"),
        Column("button", pgettext("role", "Change")),
    ]
    return Table(_("Roles"), columns, rows)
