"""Roles, who holds them, and the groups through which a partner's roles hold permissions on customers."""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from tenants.models.tenant import Kind, Tenant
from tenants.models.user import User
from tenants.permissions import Permission
from tenants.visibility import Tenancy, TenantQuerySet


class Role(models.TextChoices):
    """Every role of the three sides. A person may hold several; rights add up."""

    PARTNER_GLOBAL_ADMIN = "partner_global_admin", _("Partner global admin")
    ADMIN_AGENT = "admin_agent", _("Admin agent")
    SALES_AGENT = "sales_agent", _("Sales agent")
    HELPDESK_AGENT = "helpdesk_agent", _("Helpdesk agent")
    PARTNER_BILLING_ADMIN = "partner_billing_admin", _("Billing admin")
    USER_MANAGEMENT_ADMIN = "user_management_admin", _("User management admin")

    GLOBAL_ADMIN = "global_admin", _("Global admin")
    GLOBAL_READER = "global_reader", _("Global reader")
    USER_ADMIN = "user_admin", _("User admin")
    LICENSE_ADMIN = "license_admin", _("Licence admin")
    PASSWORD_ADMIN = "password_admin", _("Password admin")  # noqa: S105 - a role's name, not a password
    SERVICE_SUPPORT_ADMIN = "service_support_admin", _("Service support admin")
    BILLING_READER = "billing_reader", _("Billing reader")
    MESSAGE_CENTER_READER = "message_center_reader", _("Message Center reader")
    MESSAGE_CENTER_PRIVACY_READER = "message_center_privacy_reader", _("Message Center privacy reader")

    OPERATOR_ADMIN = "operator_admin", _("Operator admin")
    PUBLISHER = "publisher", _("Publisher")


PARTNER_AGENT_ROLES = (Role.ADMIN_AGENT, Role.SALES_AGENT, Role.HELPDESK_AGENT)
PARTNER_ADMIN_ROLES = (Role.PARTNER_GLOBAL_ADMIN, Role.PARTNER_BILLING_ADMIN, Role.USER_MANAGEMENT_ADMIN)
CUSTOMER_ROLES = (
    Role.GLOBAL_ADMIN,
    Role.GLOBAL_READER,
    Role.USER_ADMIN,
    Role.LICENSE_ADMIN,
    Role.PASSWORD_ADMIN,
    Role.SERVICE_SUPPORT_ADMIN,
    Role.BILLING_READER,
    Role.MESSAGE_CENTER_READER,
    Role.MESSAGE_CENTER_PRIVACY_READER,
)
ROLES_OF: dict[str, tuple[Role, ...]] = {
    Kind.PARTNER: PARTNER_AGENT_ROLES + PARTNER_ADMIN_ROLES,
    Kind.CUSTOMER: CUSTOMER_ROLES,
    Kind.OPERATOR: (Role.OPERATOR_ADMIN, Role.PUBLISHER),
}
# What each may do, in a line; the whole truth is in `tenants.grants`.
ROLE_WORDS: Mapping[Role, Text] = {
    Role.PARTNER_GLOBAL_ADMIN: _("Does everything for the organisation and its customers, and gives admin roles."),
    Role.ADMIN_AGENT: _("Sells to customers, answers their requests, and administers those that granted it."),
    Role.SALES_AGENT: _("Buys and changes customers' subscriptions; sees no support requests."),
    Role.HELPDESK_AGENT: _("Answers customers' requests and escalates them; resets passwords under a grant."),
    Role.PARTNER_BILLING_ADMIN: _("Reads prices and costs; sees no customers and no requests."),
    Role.USER_MANAGEMENT_ADMIN: _("Manages the organisation's people, and gives them agents' roles."),
    Role.GLOBAL_ADMIN: _("Does everything for the organisation but change its subscriptions; gives roles and grants."),
    Role.GLOBAL_READER: _("Reads almost everything that a global admin reads, and changes nothing."),
    Role.USER_ADMIN: _("Creates, blocks and deletes people who hold no admin role, and resets their passwords."),
    Role.LICENSE_ADMIN: _("Sees people and subscriptions, and asks the partner for changes."),
    Role.PASSWORD_ADMIN: _("Resets the passwords of people who hold no admin role."),
    Role.SERVICE_SUPPORT_ADMIN: _("Handles every support request, and reads the service settings."),
    Role.BILLING_READER: _("Reads subscriptions with their prices, and asks the partner for changes."),
    Role.MESSAGE_CENTER_READER: _("Reads the Message Center, but for data privacy messages."),
    Role.MESSAGE_CENTER_PRIVACY_READER: _("Reads the Message Center, data privacy messages included."),
    Role.OPERATOR_ADMIN: _("Approves partners, publishes offers and messages."),
    Role.PUBLISHER: _("Publishes, changes and withdraws messages."),
}
# The last holder of one of these cannot lose it, be blocked or be deleted.
TOP_ROLES = (Role.GLOBAL_ADMIN, Role.PARTNER_GLOBAL_ADMIN, Role.OPERATOR_ADMIN)
# Never given, and their holders never touched, on a customer's behalf: their holders reach what partners must not.
NEVER_ON_BEHALF = (*TOP_ROLES, Role.MESSAGE_CENTER_PRIVACY_READER)
# A user admin or a password admin may act on people who hold at most these.
LIGHT_ROLES = (Role.MESSAGE_CENTER_READER, Role.PASSWORD_ADMIN)


class RoleAssignment(models.Model):
    """A person holds a role in its home organisation. Written only by `tenants.actions.roles`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=40, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[TenantQuerySet["RoleAssignment"]] = TenantQuerySet.as_manager()  # type: ignore[assignment] # the manager forwards to the queryset
    tenancy = Tenancy(read=Permission.USER_LIST, owner="user_id")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=("user", "role"), name="role_once_per_user"),
            models.CheckConstraint(name="role_known", condition=models.Q(role__in=Role.values)),
        ]
        indexes = [models.Index(fields=("tenant", "role"), name="role_by_tenant")]

    def __str__(self) -> str:
        return str(Role(self.role).label)


class PartnerRoleGroup(models.Model):
    """The group that stands for one role of one partner: object permissions on customers are given to it.

    Membership is a projection of RoleAssignment, written only by the role verbs; a fence compares the two.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="role_groups")
    role = models.CharField(max_length=40, choices=Role.choices)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=("partner", "role"), name="one_group_per_partner_role")]

    def __str__(self) -> str:
        return f"{self.partner_id}:{self.role}"
