"""The pages of service settings: made from the registry, confirmed where data may leave the country."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.demo.cast import Cast
from tenants.actions.settings import change_setting
from tenants.models import ServiceSetting, ServiceSettingChange
from tenants.service_settings import DECLARED
from tests.clicks import sent_twice

BrowserOf = Callable[[str], Client]
SHARING = "sharepoint.external_sharing"


def settings_page(cast: Cast, key: str = "") -> str:
    return f"/organisations/{cast.huaxin.pk}/settings/" + (f"{key}/" if key else "")


def test_every_declared_setting_is_on_the_page(cast: Cast, browser_of: BrowserOf) -> None:
    shown = browser_of("alice").get(settings_page(cast)).content.decode()
    for setting in DECLARED:
        assert str(setting.label) in shown
        assert settings_page(cast, setting.key) in shown


def test_the_page_names_who_changed_a_setting_last(cast: Cast, browser_of: BrowserOf) -> None:
    change_setting(cast.huaxin, "sharepoint.link_days", 7, actor=cast.actor("alice"))
    change_setting(cast.huaxin, "sharepoint.link_days", 14, actor=cast.actor("anna"), version=1)
    shown = browser_of("sven").get(settings_page(cast)).content.decode()
    assert "14 days" in shown
    assert "Anna An, on behalf" in shown
    assert "Alice Ai" not in shown.partition('id="results"')[0].partition("<main")[2]


def test_alice_ticks_the_box_before_data_may_leave_the_country(cast: Cast, browser_of: BrowserOf) -> None:
    alice, address = browser_of("alice"), settings_page(cast, SHARING)
    asked = alice.post(address, {"value": "invited", "version": "0"})
    assert asked.status_code == 422
    assert "may be read, copied and stored outside mainland China" in asked.content.decode()
    assert 'name="confirmed"' in asked.content.decode()
    assert 'class="form-errors"' not in asked.content.decode()
    unticked = alice.post(address, {"value": "invited", "version": "0", "confirmed": ""})
    assert 'class="form-errors"' in unticked.content.decode()
    assert not ServiceSetting.objects.exists()
    done = alice.post(address, {"value": "invited", "version": "0", "confirmed": ["", "on"]})
    assert (done.status_code, done.headers["Location"]) == (303, address)
    shown = alice.get(address).content.decode()
    assert "From Nobody outside to New and known guests, who must sign in" in shown
    assert ServiceSettingChange.objects.get().actor_name == "Alice Ai"


def test_the_box_is_not_there_before_it_is_needed(cast: Cast, browser_of: BrowserOf) -> None:
    assert 'name="confirmed"' not in browser_of("alice").get(settings_page(cast, SHARING)).content.decode()


@pytest.mark.parametrize(
    ("key", "form"),
    [
        (SHARING, {"value": "everybody", "version": "0"}),
        ("sharepoint.link_days", {"value": "0", "version": "0"}),
        ("sharepoint.link_days", {"value": "many", "version": "0"}),
        ("sharepoint.link_days", {"value": "7"}),
        ("exchange.mobile_devices", {"value": "", "version": "0"}),
    ],
)
def test_a_wrong_value_is_shown_as_such(cast: Cast, browser_of: BrowserOf, key: str, form: dict[str, str]) -> None:
    answer = browser_of("alice").post(settings_page(cast, key), form)
    assert answer.status_code == 422
    assert 'class="form-errors"' in answer.content.decode()
    assert not ServiceSetting.objects.exists()


def test_two_who_change_it_at_once_see_both_values(cast: Cast, browser_of: BrowserOf) -> None:
    change_setting(cast.huaxin, "sharepoint.link_days", 7, actor=cast.actor("anna"))
    alice, address = browser_of("alice"), settings_page(cast, "sharepoint.link_days")
    stale = alice.post(address, {"value": "90", "version": "0"})
    shown = stale.content.decode()
    assert stale.status_code == 412
    assert "It is now: 7 days. You chose: 90 days." in shown
    assert 'name="version" value="1"' in shown
    assert alice.post(address, {"value": "90", "version": "1"}).status_code == 303


def test_two_clicks_are_one_change_and_nobody_elses(cast: Cast, browser_of: BrowserOf) -> None:
    address = settings_page(cast, "sharepoint.link_days")
    assert sent_twice(browser_of("alice"), address, {"value": "90", "version": "0"}) == [(303, address)] * 2
    assert ServiceSetting.objects.get().version == 1


def test_who_may_only_read_sees_the_button_and_the_reason(cast: Cast, browser_of: BrowserOf) -> None:
    shown = browser_of("sven").get(settings_page(cast, SHARING)).content.decode()
    assert "It takes the role Global admin." in shown
    assert 'name="version"' not in shown
    assert browser_of("sven").post(settings_page(cast, SHARING), {"value": "off", "version": "0"}).status_code == 403


def test_boris_sees_only_the_service_he_was_let_into(cast: Cast, browser_of: BrowserOf) -> None:
    boris = browser_of("boris")
    shown = boris.get(settings_page(cast)).content.decode()
    assert settings_page(cast, SHARING) in shown
    assert "exchange." not in shown
    form = {"value": "7", "version": "0"}
    assert boris.post(settings_page(cast, "sharepoint.link_days"), form).status_code == 303
    overview = boris.get(f"/organisations/{cast.huaxin.pk}/").content.decode()
    assert settings_page(cast) in overview
    assert "Fanyun" not in overview, "a partner by grant alone does not learn who sells to the customer"


@pytest.mark.parametrize(("value", "said"), [("on", "Nothing was changed."), ("off", "The setting is saved.")])
def test_choosing_what_is_chosen_already_is_told_as_no_change(
    cast: Cast, browser_of: BrowserOf, value: str, said: str
) -> None:
    alice, address = browser_of("alice"), settings_page(cast, "sharepoint.site_creation")
    assert alice.post(address, {"value": value, "version": "0"}).status_code == 303
    assert said in alice.get(address).content.decode()
