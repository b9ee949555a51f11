"""Conditions on people, beside the table of rights: whose account an admin may touch (docs/rules.md 4 e, h, u).

Pages show the reason, verbs raise it under their lock: one place for both.
"""

from django.utils.translation import gettext_lazy as _

from portal.errors import NotAllowed, RuleBroken
from tenants.access import Allowed, Decision, Denied, Permission, can, tie_of
from tenants.actor import Actor
from tenants.models import Level, Role, User
from tenants.models.role import LIGHT_ROLES, NEVER_ON_BEHALF, PARTNER_ADMIN_ROLES, TOP_ROLES

OWN_ACCOUNT = Denied("ownAccount", _("You cannot do this to your own account. Ask another admin."))
OWN_PASSWORD = Denied("ownAccount", _("Change your own password in the account menu."))
GLOBAL_ADMIN_ON_BEHALF = Denied(
    "globalAdminOnBehalf",
    _("A global admin's account is managed only by the organisation itself, never on its behalf."),
)
HOLDS_ROLES = Denied("targetHoldsRoles", _("This person holds admin roles. Only a global admin can do this."))


def decision_on(actor: Actor, permission: Permission, user: User) -> Decision:
    """The table's answer about this account, then the conditions."""
    return can(actor, permission, user) and condition(actor, permission, user)


def refuse_by_condition(actor: Actor, permission: Permission, user: User) -> None:
    """403 unless the conditions hold. Called under the lock on the person, whose roles then stand still."""
    decision = condition(actor, permission, user)
    if not decision:
        raise NotAllowed(decision.reason, code=decision.code, subject=user)


def roles_of(user: User) -> set[str]:
    """The roles a person holds; no query where they were prefetched."""
    return {assignment.role for assignment in user.role_assignments.all()}


def refuse_if_deleted(user: User) -> None:
    """409 for an account that waits to be removed: only restoring makes sense."""
    if user.deleted_at is not None:
        raise RuleBroken(_("This account is deleted. Restore it first."), code="userDeleted")


def condition(actor: Actor, permission: Permission, user: User) -> Decision:
    """Whether this actor, who holds the right, may use it on this person."""
    if actor.machine:
        return Allowed()
    if actor.user_id == user.pk:
        return OWN_PASSWORD if permission is Permission.USER_RESET_PASSWORD else OWN_ACCOUNT
    roles = roles_of(user)
    if actor.tenant_id != user.tenant_id:
        return _on_behalf(actor, user, roles)
    if actor.has_role(*TOP_ROLES):
        return Allowed()
    untouchable = roles & set(PARTNER_ADMIN_ROLES) if actor.is_partner else roles - set(LIGHT_ROLES)
    return HOLDS_ROLES if untouchable else Allowed()


def _on_behalf(actor: Actor, user: User, roles: set[str]) -> Decision:
    """Admin agents act as the customer's global admin, helpdesk agents as its password admin.

    The accounts of global admins and of those who read data privacy posts stay out of both's reach: whoever resets
    such a password could then do in that name all that is never done on behalf.
    """
    if roles & set(TOP_ROLES):
        return GLOBAL_ADMIN_ON_BEHALF
    if roles & set(NEVER_ON_BEHALF):
        return HOLDS_ROLES
    administers = actor.has_role(Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT)
    if administers and tie_of(actor, user.tenant_id).level_for(None) == Level.ADMIN:
        return Allowed()
    return HOLDS_ROLES if roles - set(LIGHT_ROLES) else Allowed()
