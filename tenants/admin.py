"""The identity tables in Django's admin: to read only, superusers included. What changes them is a verb."""

from django.contrib import admin

from tenants.admin_site import ReadOnlyAdmin
from tenants.models import (
    AccessToken,
    DelegatedAdmin,
    PartnerRoleGroup,
    ResellerRelationship,
    RoleAssignment,
    Tenant,
    TenantGroupPermission,
    User,
)


@admin.register(Tenant)
class TenantAdmin(ReadOnlyAdmin):
    """Organisations."""

    list_display = ("name", "kind", "domain", "standing", "created_at")
    list_filter = ("kind", "standing")
    search_fields = ("name", "chinese_name", "domain")


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People. The password's hash is nothing to look at."""

    exclude = ("password",)
    list_display = ("display_name", "upn", "tenant", "is_active", "deleted_at")
    list_select_related = ("tenant",)
    search_fields = ("display_name", "upn")


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ReadOnlyAdmin):
    """Who holds which role."""

    list_display = ("user", "role", "tenant", "created_at")
    list_select_related = ("user", "tenant")
    list_filter = ("role",)


@admin.register(ResellerRelationship)
class ResellerRelationshipAdmin(ReadOnlyAdmin):
    """Who sells to whom."""

    list_display = ("partner", "customer", "started_at", "ended_at")
    list_select_related = ("partner", "customer")


@admin.register(DelegatedAdmin)
class DelegatedAdminAdmin(ReadOnlyAdmin):
    """Who administers whom."""

    list_display = ("partner", "customer", "level", "service", "granted_at", "expires_at", "revoked_at")
    list_select_related = ("partner", "customer")
    list_filter = ("level",)


@admin.register(AccessToken)
class AccessTokenAdmin(ReadOnlyAdmin):
    """Tokens, without what could be used as one."""

    exclude = ("digest",)
    list_display = ("name", "user", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)


@admin.register(PartnerRoleGroup)
class PartnerRoleGroupAdmin(ReadOnlyAdmin):
    """The groups through which a partner's roles hold permissions on customers."""

    list_display = ("partner", "role", "group")
    list_select_related = ("partner", "group")


@admin.register(TenantGroupPermission)
class TenantGroupPermissionAdmin(ReadOnlyAdmin):
    """Object permissions on customers."""

    list_display = ("content_object", "group", "permission")
    list_select_related = ("content_object", "group", "permission__content_type")
