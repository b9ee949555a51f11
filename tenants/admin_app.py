"""Django's admin as the portal installs it. Apart from `tenants.apps`: Django would take both for the room's own."""

from django.contrib.admin.apps import AdminConfig


class ReadOnlyAdminConfig(AdminConfig):
    """Django's admin, where nothing can be changed."""

    default = False
    default_site = "tenants.admin_site.ReadOnlyAdminSite"
