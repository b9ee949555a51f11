"""Choosing a service setting, on one's own or on a customer's behalf."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.audit import book
from portal.errors import InvalidInput, NotVisible, StaleVersion
from tenants.access import Permission, require
from tenants.actor import Actor
from tenants.chosen_settings import setting_of
from tenants.models import ServiceSetting, ServiceSettingChange, Tenant
from tenants.service_settings import SETTINGS, Setting, Value


@transaction.atomic
def change_setting(
    tenant: Tenant, key: str, value: Value, *, actor: Actor, confirmed: bool = False, version: int = 0
) -> ServiceSetting:
    """Choose a value. `version` is the one that was read; 0 stands for a setting that was never chosen.

    A value that may send data abroad must be `confirmed` (InvalidInput `confirmationRequired`): China's rules on data
    leaving the country make that the customer's own decision. Choosing what is chosen already changes nothing.
    """
    setting = SETTINGS.get(key)
    if setting is None:
        raise NotVisible
    require(actor, Permission.SETTING_CHANGE, setting_of(tenant, setting))
    row = _locked(tenant, setting)
    if row.version != version:
        raise StaleVersion(current=row)
    _check(setting, value, confirmed)
    before = row.value
    if before == value:
        return row
    row.value, row.version = value, row.version + 1
    _save(row)
    ServiceSettingChange(
        tenant=tenant,
        service=setting.service,
        key=key,
        before=before,
        after=value,
        actor_name=actor.audit_identity()["name"],
        on_behalf=actor.tenant_id not in {None, tenant.pk},
    ).save(force_insert=True)
    book.record(
        actor, "tenants.setting.changed", row, before={"value": before}, after={"value": value}, confirmed=confirmed
    )
    return row


def _locked(tenant: Tenant, setting: Setting) -> ServiceSetting:
    rows = ServiceSetting.objects.for_system("the row that the verb changes").select_for_update(of=("self",))
    return rows.filter(tenant=tenant, key=setting.key).first() or setting_of(tenant, setting)


def _check(setting: Setting, value: object, confirmed: bool) -> None:
    if not setting.allows(value):
        message = _("This is not a value of the setting.")
        raise InvalidInput(message, code="invalidValue", details=[{"target": "value", "message": str(message)}])
    if value in setting.abroad and not confirmed:
        message = _("Data may leave the country. Confirm that you want this.")
        raise InvalidInput(
            message, code="confirmationRequired", details=[{"target": "confirmed", "message": str(message)}]
        )


def _save(row: ServiceSetting) -> None:
    """Update the locked row; of two who choose for the first time at once, the second learns that it was too late."""
    if row.version > 1:
        row.save(update_fields=["value", "version"])
        return
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as clash:
        raise StaleVersion from clash
