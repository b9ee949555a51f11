"""Everything that says who somebody is, whose, and with which rights."""

from tenants.models.relationship import (
    DelegatedAdmin,
    Level,
    ResellerRelationship,
    TenantGroupPermission,
)
from tenants.models.role import PartnerRoleGroup, Role, RoleAssignment
from tenants.models.setting import ServiceSetting, ServiceSettingChange
from tenants.models.tenant import Kind, Standing, Tenant, localized
from tenants.models.token import AccessToken
from tenants.models.user import User

__all__ = [
    "AccessToken",
    "DelegatedAdmin",
    "Kind",
    "Level",
    "PartnerRoleGroup",
    "ResellerRelationship",
    "Role",
    "RoleAssignment",
    "ServiceSetting",
    "ServiceSettingChange",
    "Standing",
    "Tenant",
    "TenantGroupPermission",
    "User",
    "localized",
]
