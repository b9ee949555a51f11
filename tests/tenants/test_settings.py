"""Service settings: what may be chosen, by whom, and what is remembered."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed, NotVisible, StaleVersion
from tenants.actions.organisations import grant_delegated_admin, start_relationship
from tenants.actions.settings import change_setting
from tenants.actor import Actor
from tenants.chosen_settings import setting_of
from tenants.models import Level, ServiceSetting, ServiceSettingChange
from tenants.service_settings import DECLARED, SETTINGS, Kind, Setting
from tenants.services import Service

SHARING = "sharepoint.external_sharing"
DAYS = "sharepoint.link_days"


@pytest.mark.parametrize("setting", DECLARED, ids=lambda setting: str(setting.key))
def test_every_declaration_is_whole(setting: Setting) -> None:
    assert setting.key.startswith(f"{setting.service}.")
    assert setting.allows(setting.default)
    assert all(setting.allows(value) for value in setting.abroad)
    assert bool(setting.consequence) == bool(setting.abroad)
    assert bool(setting.choices) == (setting.kind is Kind.CHOICE)
    assert str(setting.label)
    assert str(setting.help)
    assert str(setting.shown(setting.default))


def test_keys_are_unique_and_two_services_are_filled() -> None:
    assert len(SETTINGS) == len(DECLARED)
    assert {setting.service for setting in DECLARED} == {Service.EXCHANGE, Service.SHAREPOINT}


def test_nothing_is_shared_outside_until_the_customer_says_so() -> None:
    assert SETTINGS[SHARING].default == "off"
    assert SETTINGS[SHARING].sends_abroad("invited")
    assert SETTINGS["sharepoint.translation"].default is False
    assert SETTINGS["exchange.icloud_contacts"].default is True


def test_alice_confirms_that_data_may_leave_the_country(cast: Cast) -> None:
    alice = cast.actor("alice")
    with pytest.raises(InvalidInput) as refusal:
        change_setting(cast.huaxin, SHARING, "invited", actor=alice)
    assert (refusal.value.code, refusal.value.details[0]["target"]) == ("confirmationRequired", "confirmed")
    assert ServiceSetting.objects.count() == 0
    row = change_setting(cast.huaxin, SHARING, "invited", actor=alice, confirmed=True)
    assert (row.value, row.version, row.service) == ("invited", 1, "sharepoint")
    change = ServiceSettingChange.objects.get()
    assert (change.before, change.after, change.actor_name, change.on_behalf) == ("off", "invited", "Alice Ai", False)
    entry = AuditEntry.objects.get(deed="tenants.setting.changed")
    assert entry.data == {"before": {"value": "off"}, "after": {"value": "invited"}, "confirmed": True}


def test_turning_it_off_again_needs_no_confirmation(cast: Cast) -> None:
    alice = cast.actor("alice")
    change_setting(cast.huaxin, SHARING, "anyone", actor=alice, confirmed=True)
    row = change_setting(cast.huaxin, SHARING, "off", actor=alice, version=1)
    assert (row.value, row.version) == ("off", 2)


def test_what_somebody_else_chose_meanwhile_is_not_overwritten(cast: Cast) -> None:
    change_setting(cast.huaxin, DAYS, 7, actor=cast.actor("alice"))
    with pytest.raises(StaleVersion) as refusal:
        change_setting(cast.huaxin, DAYS, 90, actor=cast.actor("anna"))
    assert refusal.value.current.value == 7
    assert setting_of(cast.huaxin, SETTINGS[DAYS]).value == 7


def test_choosing_what_is_chosen_leaves_no_trace(cast: Cast) -> None:
    change_setting(cast.huaxin, DAYS, 30, actor=cast.actor("alice"))
    assert (ServiceSetting.objects.count(), ServiceSettingChange.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("key", "value"),
    [(DAYS, 0), (DAYS, 366), (DAYS, True), (DAYS, "7"), (SHARING, "everybody"), ("sharepoint.translation", 1)],
)
def test_only_a_value_of_the_setting_is_taken(cast: Cast, key: str, value: bool | int | str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        change_setting(cast.huaxin, key, value, actor=cast.actor("alice"), confirmed=True)
    assert refusal.value.code == "invalidValue"


def test_a_setting_that_nobody_declared_does_not_exist(cast: Cast) -> None:
    with pytest.raises(NotVisible):
        change_setting(cast.huaxin, "sharepoint.nonsense", True, actor=cast.actor("alice"))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("uma", "roleMissing"),
        ("sven", "roleMissing"),
        ("ed", "roleMissing"),
        ("sam", "roleMissing"),
        ("helen", "roleMissing"),
        ("olivia", "roleMissing"),
        ("mallory", "outOfReach"),
    ],
)
def test_whoever_may_not_is_told_why(cast: Cast, name: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        change_setting(cast.huaxin, DAYS, 7, actor=cast.actor(name))
    assert refusal.value.code == code


def test_an_agent_acts_on_behalf_and_the_history_says_so(cast: Cast) -> None:
    change_setting(cast.huaxin, DAYS, 7, actor=cast.actor("anna"))
    change = ServiceSettingChange.objects.get()
    assert (change.actor_name, change.on_behalf) == ("Anna An", True)
    entry = AuditEntry.objects.get(deed="tenants.setting.changed")
    assert (entry.tenant_id, entry.actor_tenant_id, entry.on_behalf_of_id) == (
        cast.huaxin.pk,
        cast.fanyun.pk,
        cast.huaxin.pk,
    )


def test_a_grant_for_one_service_opens_that_services_settings_only(cast: Cast) -> None:
    boris = cast.actor("boris")
    assert change_setting(cast.huaxin, DAYS, 7, actor=boris).value == 7
    with pytest.raises(NotAllowed) as refusal:
        change_setting(cast.huaxin, "exchange.mobile_devices", False, actor=boris)
    assert refusal.value.code == "delegatedAdminMissing"
    assert [row.key for row in ServiceSetting.objects.visible_to(boris)] == [DAYS]


def test_a_helpdesk_grant_changes_no_setting_until_an_admin_grant_covers_the_service(cast: Cast) -> None:
    mallory, fanyun = cast.actor("mallory"), cast.fanyun
    start_relationship(fanyun, cast.lotus, actor=Actor.system("setup"))
    grant_delegated_admin(cast.lotus, fanyun, actor=mallory, level=Level.HELPDESK)
    with pytest.raises(NotAllowed) as refusal:
        change_setting(cast.lotus, DAYS, 7, actor=cast.actor("anna"))
    assert refusal.value.code == "delegatedAdminTooLow"
    grant_delegated_admin(cast.lotus, fanyun, actor=mallory, service=Service.SHAREPOINT)
    assert change_setting(cast.lotus, DAYS, 7, actor=cast.actor("anna")).version == 1
    assert ServiceSetting.objects.visible_to(cast.actor("anna")).filter(tenant=cast.lotus).count() == 1


def test_settings_from_before_services_were_named_get_theirs(cast: Cast) -> None:
    change_setting(cast.huaxin, "sharepoint.link_days", 7, actor=cast.actor("alice"))
    for model in (ServiceSetting, ServiceSettingChange):
        model.objects.update(service="")
    assert not ServiceSetting.objects.visible_to(cast.actor("boris")).exists()
    migration = import_module("tenants.migrations.0006_name_services_of_old_settings")
    with connection.cursor() as cursor:
        migration.name_services(apps, SimpleNamespace(connection=connection, execute=cursor.execute))
    assert [row.service for row in ServiceSetting.objects.visible_to(cast.actor("boris"))] == ["sharepoint"]
    assert ServiceSettingChange.objects.get().service == "sharepoint"
