"""Conditions on people, beside the table of rights: whose account an admin may touch, and in which state
(docs/rules.md 4 e, h, u; 5).

Pages show the reason, verbs raise it under their lock: one place for both.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.errors import RuleBroken
from tenants.access import Decision, Denied, Permission, can, tie_of
from tenants.actor import Actor
from tenants.decisions import YES, refusal
from tenants.models import Level, Role, User
from tenants.models.role import LIGHT_ROLES, NEVER_ON_BEHALF, PARTNER_ADMIN_ROLES, TOP_ROLES

OWN_ACCOUNT = Denied("ownAccount", _("You cannot do this to your own account. Ask another admin."))
OWN_PASSWORD = Denied("ownAccount", _("Change your own password in the account menu."))
GLOBAL_ADMIN_ON_BEHALF = Denied(
    "globalAdminOnBehalf",
    _("A global admin's account is managed only by the organisation itself, never on its behalf."),
)
HOLDS_ROLES = Denied("targetHoldsRoles", _("This person holds admin roles. Only a global admin can do this."))


DELETED = Denied("userDeleted", _("This account is deleted. Restore it first."))
NOT_DELETED = Denied("userNotDeleted", _("This account is not deleted."))
RESTORE_OVER = Denied("restorePeriodOver", _("The time in which this account could be restored is over."))
BLOCKED = Denied("userBlocked", _("This account is already blocked."))
NOT_BLOCKED = Denied("userNotBlocked", _("This account is not blocked."))
# What may be done to an account, and the right that it takes.
STEPS: Mapping[str, Permission] = {
    "change": Permission.USER_CHANGE,
    "roles": Permission.ROLE_ASSIGN,
    "block": Permission.USER_BLOCK,
    "unblock": Permission.USER_BLOCK,
    "delete": Permission.USER_DELETE,
    "restore": Permission.USER_RESTORE,
    "reset_password": Permission.USER_RESET_PASSWORD,
}


def decision_on(actor: Actor, step: str, user: User) -> Decision:
    """The table's answer about this account, then the conditions, then the account's state."""
    right = STEPS[step]
    return can(actor, right, user) and condition(actor, right, user) and state_allows(step, user)


def refuse_step(actor: Actor, step: str, user: User) -> None:
    """403 unless the conditions hold, 409 unless the state fits. A verb calls it under the lock on the person, whose
    roles then stand still.
    """
    decision = condition(actor, STEPS[step], user)
    if not decision:
        raise refusal(decision, user)
    refuse_by_state(step, user)


def refuse_by_state(step: str, user: User) -> None:
    """409 unless the account is in a state for this step."""
    decision = state_allows(step, user)
    if not decision:
        raise RuleBroken(decision.reason, code=decision.code)


def restorable_until(user: User) -> datetime | None:
    """The end of the time in which a deleted account can be restored (docs/rules.md 5)."""
    return user.deleted_at and user.deleted_at + timedelta(days=settings.DELETED_USER_DAYS)


def state_allows(step: str, user: User) -> Decision:
    """Whether the account is in a state for this step."""
    until = restorable_until(user)
    if until is not None and until <= timezone.now():
        return RESTORE_OVER
    if step == "restore":
        return YES if until else NOT_DELETED
    if until:
        return DELETED
    if step == "block":
        return YES if user.is_active else BLOCKED
    return NOT_BLOCKED if step == "unblock" and user.is_active else YES


def roles_of(user: User) -> set[str]:
    """The roles a person holds; no query where they were prefetched."""
    return {assignment.role for assignment in user.role_assignments.all()}


def condition(actor: Actor, permission: Permission, user: User) -> Decision:
    """Whether this actor, who holds the right, may use it on this person."""
    if actor.machine:
        return YES
    if actor.user_id == user.pk:
        return OWN_PASSWORD if permission is Permission.USER_RESET_PASSWORD else OWN_ACCOUNT
    roles = roles_of(user)
    if actor.tenant_id != user.tenant_id:
        return _on_behalf(actor, user, roles)
    if actor.has_role(*TOP_ROLES):
        return YES
    untouchable = roles & set(PARTNER_ADMIN_ROLES) if actor.is_partner else roles - set(LIGHT_ROLES)
    return HOLDS_ROLES if untouchable else YES


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
        return YES
    return HOLDS_ROLES if roles - set(LIGHT_ROLES) else YES
