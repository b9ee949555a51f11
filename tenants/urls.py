"""Addresses of the admin centre: every page of one organisation lives under its own address."""

from django.urls import path, register_converter

from tenants.views import audit, customers, grants, people, people_steps, settings

app_name = "tenants"
register_converter(settings.SettingKey, "setting")
ORGANISATION = "organisations/<uuid:customer_id>/"
PERSON = f"{ORGANISATION}users/<uuid:user_id>/"

urlpatterns = [
    path("customers/", customers.customer_list, name="customer_list"),
    path(ORGANISATION, customers.organisation, name="organisation"),
    path(f"{ORGANISATION}users/", people.user_list, name="user_list"),
    path(f"{ORGANISATION}users/new/", people.user_new, name="user_new"),
    path(PERSON, people.user_detail, name="user_detail"),
    path(f"{PERSON}change/", people.user_change, name="user_change"),
    path(f"{PERSON}roles/", people.user_roles, name="user_roles"),
    path(f"{PERSON}block/", people_steps.user_block, name="user_block"),
    path(f"{PERSON}unblock/", people_steps.user_unblock, name="user_unblock"),
    path(f"{PERSON}delete/", people_steps.user_delete, name="user_delete"),
    path(f"{PERSON}restore/", people_steps.user_restore, name="user_restore"),
    path(f"{PERSON}reset-password/", people_steps.user_reset_password, name="user_reset_password"),
    path(f"{ORGANISATION}settings/", settings.setting_list, name="setting_list"),
    path(f"{ORGANISATION}settings/<setting:setting>/", settings.setting_detail, name="setting_detail"),
    path(f"{ORGANISATION}grants/", grants.grant_list, name="grant_list"),
    path(f"{ORGANISATION}grants/new/", grants.grant_new, name="grant_new"),
    path(f"{ORGANISATION}grants/<uuid:grant_id>/revoke/", grants.grant_revoke, name="grant_revoke"),
    path(f"{ORGANISATION}audit/", audit.audit_log, name="audit_log"),
]
