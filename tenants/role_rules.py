"""Conditions on roles, beside the table of rights: who gives which, and that the last admin stays (rules.md 4 e,
m).

Pages show the reason, verbs raise it under their lock: one place for both.
"""

from django.utils.translation import gettext_lazy as _

from portal.errors import RuleBroken
from tenants.access import Decision, Denied, Permission, can
from tenants.actor import Actor
from tenants.decisions import YES
from tenants.models import Role, RoleAssignment, Tenant, User
from tenants.models.role import NEVER_ON_BEHALF, PARTNER_ADMIN_ROLES, TOP_ROLES
from tenants.people_rules import condition, roles_of, state_allows

OWN_ROLE = Denied("ownRole", _("You cannot change your own roles. Ask another global admin."))
ON_BEHALF = Denied(
    "globalAdminOnBehalf", _("A global admin's role is given only by the organisation itself, never on its behalf.")
)
ADMIN_ROLE = Denied("adminRole", _("Only a global admin gives or takes admin roles."))
OWN_ADMINS_ROLE = Denied(
    "adminRole", _("Only a global admin of the customer itself gives or takes this role, never a partner.")
)


def decision_about(actor: Actor, user: User, role: Role) -> Decision:
    """May the actor give or take this role of this person? Pages show the reason, the verbs raise it."""
    may = can(actor, Permission.ROLE_ASSIGN, user) and giver_decision(actor, user, role)
    return may and state_allows("roles", user)


def refuse_if_last_admin(user: User, without: Role | None = None) -> None:
    """409 when nobody active would be left with the organisation's highest role.

    Locks the organisation's row, so that two admins who demote each other cannot both succeed.
    """
    if without is not None and without not in TOP_ROLES:
        return
    if _top_roles(user):
        Tenant.objects.locked(user.tenant_id)
    if _is_last_admin(user):
        message = _("This is the organisation's last global admin. Give the role to somebody else first.")
        raise RuleBroken(message, code="lastGlobalAdmin")


def giver_decision(actor: Actor, user: User, role: Role) -> Decision:
    """Whether this actor, who holds the right, may give or take this role of this person.

    Not the role alone decides: whose account an admin may not touch, that person's roles it may not touch either.
    """
    if actor.machine:
        return YES
    if actor.user_id == user.pk:
        return OWN_ROLE
    if role in NEVER_ON_BEHALF and actor.tenant_id != user.tenant_id:
        return ON_BEHALF if role in TOP_ROLES else OWN_ADMINS_ROLE
    if role in PARTNER_ADMIN_ROLES and not actor.has_role(Role.PARTNER_GLOBAL_ADMIN):
        return ADMIN_ROLE
    return condition(actor, Permission.ROLE_ASSIGN, user)


def _is_last_admin(user: User) -> bool:
    """Whether nobody else who can sign in holds the organisation's highest role."""
    held = _top_roles(user)
    if not held:
        return False
    others = RoleAssignment.objects.for_system("who else holds the highest role").filter(
        tenant_id=user.tenant_id, role__in=held, user__is_active=True, user__deleted_at=None
    )
    return not others.exclude(user=user).exists()


def _top_roles(user: User) -> set[str]:
    return roles_of(user) & set(TOP_ROLES)
