"""Giving and taking roles. The only writer of RoleAssignment and of the groups that project a partner's roles."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.audit import book
from portal.errors import InvalidInput, NotAllowed, RuleBroken
from tenants.access import Allowed, Decision, Denied, Permission, can, require
from tenants.actor import Actor
from tenants.models import Kind, PartnerRoleGroup, Role, RoleAssignment, Tenant, User
from tenants.models.role import PARTNER_ADMIN_ROLES, ROLES_OF, TOP_ROLES

OWN_ROLE = Denied("ownRole", _("You cannot change your own roles. Ask another global admin."))
ON_BEHALF = Denied(
    "globalAdminOnBehalf", _("A global admin's role is given only by the organisation itself, never on its behalf.")
)
ADMIN_ROLE = Denied("adminRole", _("Only a global admin gives or takes admin roles."))
LAST_ADMIN = Denied(
    "lastGlobalAdmin", _("This is the organisation's last global admin. Give the role to somebody else first.")
)


@transaction.atomic
def assign_role(user: User, role: Role, *, actor: Actor) -> RoleAssignment:
    """Give a person a role of its own kind of organisation.

    Never to oneself; a global admin's role never on behalf; a partner's admin roles only by its global admin
    (permissions.md 4 e, h, m).
    """
    require(actor, Permission.ROLE_ASSIGN, user)
    user = User.objects.locked(user.pk)
    _check_giver(actor, user, role)
    if role not in ROLES_OF[user.tenant.kind]:
        raise InvalidInput(_("This role does not exist in this kind of organisation."), code="roleOfOtherKind")
    if user.deleted_at is not None:
        raise RuleBroken(_("This account is deleted. Restore it first."), code="userDeleted")
    assignment, given = RoleAssignment.objects.get_or_create(tenant=user.tenant, user=user, role=role)
    if given:
        _join_group(user, role)
        book.record(actor, "tenants.role.assigned", user, after={"role": role})
    return assignment


@transaction.atomic
def remove_role(user: User, role: Role, *, actor: Actor) -> None:
    """Take a role away. The last global admin of an organisation keeps it (permissions.md 4 e)."""
    require(actor, Permission.ROLE_ASSIGN, user)
    user = User.objects.locked(user.pk)
    _check_giver(actor, user, role)
    refuse_if_last_admin(user, without=role)
    removed, _details = RoleAssignment.objects.filter(user=user, role=role).delete()
    if removed:
        user.groups.remove(*Group.objects.filter(name=group_name(user.tenant, role)))
        book.record(actor, "tenants.role.removed", user, before={"role": role})


def decision_about(actor: Actor, user: User, role: Role) -> Decision:
    """May the actor give or take this role of this person? Pages show the reason, the verbs raise it."""
    return can(actor, Permission.ROLE_ASSIGN, user) and _giver(actor, user, role)


def refuse_if_last_admin(user: User, without: Role | None = None) -> None:
    """409 when nobody active would be left with the organisation's highest role.

    Locks the organisation's row, so that two admins who demote each other cannot both succeed.
    """
    if without is not None and without not in TOP_ROLES:
        return
    if _top_roles(user):
        Tenant.objects.locked(user.tenant_id)
    if is_last_admin(user):
        raise RuleBroken(LAST_ADMIN.reason, code=LAST_ADMIN.code)


def is_last_admin(user: User) -> bool:
    """Whether nobody else who can sign in holds the organisation's highest role. For pages; verbs ask under a lock."""
    held = _top_roles(user)
    if not held:
        return False
    others = RoleAssignment.objects.filter(
        tenant_id=user.tenant_id, role__in=held, user__is_active=True, user__deleted_at=None
    )
    return not others.exclude(user=user).exists()


def roles_of(user: User) -> set[str]:
    """The roles a person holds; no query where they were prefetched."""
    return {assignment.role for assignment in user.role_assignments.all()}


def _top_roles(user: User) -> set[str]:
    return roles_of(user) & set(TOP_ROLES)


def group_name(partner: Tenant, role: str) -> str:
    """The name of the group that stands for one role of one partner."""
    return f"{partner.pk}:{role}"


def role_group(partner: Tenant, role: str) -> Group:
    """That group, made when it is first needed."""
    group, _made = Group.objects.get_or_create(name=group_name(partner, role))
    PartnerRoleGroup.objects.get_or_create(partner=partner, role=role, defaults={"group": group})
    return group


def _join_group(user: User, role: Role) -> None:
    if user.tenant.kind == Kind.PARTNER:
        user.groups.add(role_group(user.tenant, role))


def _check_giver(actor: Actor, user: User, role: Role) -> None:
    decision = _giver(actor, user, role)
    if not decision:
        raise NotAllowed(decision.reason, code=decision.code, subject=user)


def _giver(actor: Actor, user: User, role: Role) -> Decision:
    if actor.machine:
        return Allowed()
    if actor.user_id == user.pk:
        return OWN_ROLE
    if role in TOP_ROLES and actor.tenant_id != user.tenant_id:
        return ON_BEHALF
    if role in PARTNER_ADMIN_ROLES and not actor.has_role(Role.PARTNER_GLOBAL_ADMIN):
        return ADMIN_ROLE
    return Allowed()
