"""What an organisation has chosen for its services, read beside what is declared."""

from django.db.models import OuterRef, Subquery

from tenants.access import Permission, can
from tenants.actor import Actor
from tenants.models import ServiceSetting, ServiceSettingChange, Tenant
from tenants.service_settings import SETTINGS, Setting


def setting_of(tenant: Tenant, setting: Setting) -> ServiceSetting:
    """What was chosen, or an unsaved row of version 0 with the default. The caller asks who may read it."""
    rows = ServiceSetting.objects.for_system("one setting, before the right on its service is asked")
    chosen = rows.filter(tenant=tenant, key=setting.key).first()
    return chosen or _default(tenant, setting)


def settings_of(tenant: Tenant, actor: Actor) -> list[ServiceSetting]:
    """Every declared setting that the actor may read, chosen or default, in the order of declaration; one query.

    A chosen one carries `last_name`, `last_at` and `last_on_behalf` of its newest change.
    """
    newest = ServiceSettingChange.objects.for_system("the last change of rows that were already narrowed").filter(
        tenant=OuterRef("tenant"), key=OuterRef("key")
    )
    newest = newest.order_by("-changed_at", "-id")
    readable = ServiceSetting.objects.visible_to(actor).filter(tenant=tenant)
    rows = readable.annotate(
        last_name=Subquery(newest.values("actor_name")[:1]),
        last_at=Subquery(newest.values("changed_at")[:1]),
        last_on_behalf=Subquery(newest.values("on_behalf")[:1]),
    )
    chosen = {row.key: row for row in rows}
    declared = (chosen.get(setting.key) or _default(tenant, setting) for setting in SETTINGS.values())
    return [row for row in declared if can(actor, Permission.SETTING_READ, row)]


def _default(tenant: Tenant, setting: Setting) -> ServiceSetting:
    return ServiceSetting(tenant=tenant, service=setting.service, key=setting.key, value=setting.default, version=0)
