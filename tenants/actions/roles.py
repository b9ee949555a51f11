"""Giving and taking roles. The only writer of RoleAssignment and of the groups that project a partner's roles."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.audit import book
from portal.errors import InvalidInput
from tenants.access import Permission, require
from tenants.actor import Actor
from tenants.decisions import refusal
from tenants.models import Kind, PartnerRoleGroup, Role, RoleAssignment, Tenant, User
from tenants.models.role import ROLES_OF
from tenants.people_rules import refuse_by_state
from tenants.role_rules import giver_decision, refuse_if_last_admin


@transaction.atomic
def assign_role(user: User, role: Role, *, actor: Actor) -> RoleAssignment:
    """Give a person a role of its own kind of organisation.

    Never to oneself; a global admin's role never on behalf; a partner's admin roles only by its global admin
    (rules.md 4 e, h, m).
    """
    require(actor, Permission.ROLE_ASSIGN, user)
    user = User.objects.locked(user.pk)
    _check_giver(actor, user, role)
    if role not in ROLES_OF[user.tenant.kind]:
        raise InvalidInput(_("This role does not exist in this kind of organisation."), code="roleOfOtherKind")
    refuse_by_state("roles", user)
    held = RoleAssignment.objects.for_system("the role that the verb gives")
    assignment, given = held.get_or_create(tenant=user.tenant, user=user, role=role)
    if given:
        _join_group(user, role)
        book.record(actor, "tenants.role.assigned", user, after={"role": role})
    return assignment


@transaction.atomic
def remove_role(user: User, role: Role, *, actor: Actor) -> None:
    """Take a role away. The last global admin of an organisation keeps it (rules.md 4 e)."""
    require(actor, Permission.ROLE_ASSIGN, user)
    user = User.objects.locked(user.pk)
    _check_giver(actor, user, role)
    refuse_by_state("roles", user)
    refuse_if_last_admin(user, without=role)
    held = RoleAssignment.objects.for_system("the role that the verb takes")
    removed, _details = held.filter(user=user, role=role).delete()
    if removed:
        user.groups.remove(*Group.objects.filter(name=group_name(user.tenant, role)))
        book.record(actor, "tenants.role.removed", user, before={"role": role})


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
    decision = giver_decision(actor, user, role)
    if not decision:
        raise refusal(decision, user)
