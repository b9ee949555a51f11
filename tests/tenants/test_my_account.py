"""My account: what everybody may see and change of oneself, with a role or without one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.demo.cast import PEOPLE, Cast
from portal.errors import InvalidInput, Unauthenticated
from tenants.actions.account import choose_preferences
from tenants.actions.people import create_user
from tenants.actions.tokens import issue_token
from tenants.actor import NOBODY, Actor, acting_as
from tenants.models import AccessToken, User
from tenants.models.role import ROLE_WORDS, ROLES_OF
from tenants.time_zones import grouped_zones, known_zones
from tests.clicks import sent_twice
from tests.people import PASSWORD

Browser = Callable[[str], Client]
HERE = "/account/"
PARIS = {"language": "fr", "time_zone": "Europe/Paris"}


@pytest.fixture(autouse=True)
def _zone_of_before() -> Iterator[None]:
    """The zone that a request here speaks of is nothing to the next test."""
    with timezone.override(timezone.get_current_timezone()):
        yield


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_everybody_finds_oneself_with_name_organisation_and_roles(cast: Cast, browser_of: Browser, name: str) -> None:
    user = cast.people[name]
    answer = browser_of(name).get(HERE)
    assert answer.status_code == 200
    facts = [str(value) for _label, value in answer.context["facts"]]
    assert facts == [user.display_name, str(user.tenant), user.upn, user.email]
    held = {str(assignment) for assignment in user.role_assignments.all()}
    assert {str(cell.text) for cell in answer.context["roles"]} == held


def test_a_partners_person_without_a_role_reaches_only_this_page(cast: Cast, browser_of: Browser) -> None:
    with acting_as(Actor.system("setup")) as setup:
        petra, _secret = create_user(
            cast.fanyun, actor=setup, alias="petra", display_name="Petra Pan", password=PASSWORD
        )
    browser = Client()
    browser.force_login(petra, backend="tenants.sign_in.PortalBackend")
    assert "You have no role." in browser.get(HERE).content.decode()
    assert browser.get("/customers/").status_code == 403
    assert browser.get(f"/organisations/{cast.fanyun.pk}/").status_code == 404
    assert f'href="{HERE}"' in browser.get("/").content.decode(), "the account menu leads there"


def test_pages_speak_and_tell_the_time_as_one_chooses(cast: Cast, browser_of: Browser) -> None:
    sven = browser_of("sven")
    answer = sven.post(HERE, PARIS)
    assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
    page = sven.get(HERE)
    assert '<html lang="fr"' in page.content.decode()
    assert '<option value="Europe/Paris" selected>' in page.content.decode()
    cast.sven.refresh_from_db()
    assert (cast.sven.language, cast.sven.time_zone) == ("fr", "Europe/Paris")


def test_the_zone_of_ones_choice_is_the_zone_of_the_pages(cast: Cast, browser_of: Browser) -> None:
    AccessToken.objects.create(
        user=cast.alice, name="Sync", digest="x", scopes=["*"], expires_at="2099-12-31T20:00:00Z"
    )
    alice = browser_of("alice")
    assert "1 Jan 2100, 04:00" in alice.get(HERE).content.decode()
    alice.post(HERE, {"language": "en", "time_zone": "Europe/Paris"})
    page = alice.get(HERE).content.decode()
    assert "31 Dec 2099, 21:00" in page
    assert "Times are shown in Paris time." in page


def test_the_browsers_language_can_be_chosen_again(cast: Cast, browser_of: Browser) -> None:
    alice = browser_of("alice")
    alice.post("/i18n/setlang/", {"language": "fr", "next": "/"})
    alice.post(HERE, {"language": "", "time_zone": "UTC"}, headers={"Accept-Language": "en"})
    assert '<html lang="en"' in alice.get(HERE, headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="zh-hans"' in alice.get(HERE, headers={"Accept-Language": "zh-CN"}).content.decode()


def test_the_choice_stands_in_the_log_and_only_where_something_changed(cast: Cast, browser_of: Browser) -> None:
    alice = browser_of("alice")
    for _time in range(2):
        alice.post(HERE, PARIS)
    entry = AuditEntry.objects.get(deed="tenants.preferences.chosen")
    assert (entry.actor_id, entry.target_id, entry.tenant_id) == (cast.alice.pk, str(cast.alice.pk), cast.huaxin.pk)
    assert entry.data == {"before": {"language": "en", "time_zone": "Asia/Shanghai"}, "after": PARIS}
    log = browser_of("alice").get(f"/organisations/{cast.huaxin.pk}/audit/").content.decode()
    assert "Asia/Shanghai" in log


def test_the_menu_of_languages_makes_the_same_choice(cast: Cast, browser_of: Browser) -> None:
    browser_of("alice").post("/i18n/setlang/", {"language": "fr", "next": "/"})
    entry = AuditEntry.objects.get(deed="tenants.preferences.chosen")
    assert entry.data["after"] == {"language": "fr", "time_zone": "Asia/Shanghai"}
    assert User.objects.get(pk=cast.alice.pk).language == "fr"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"time_zone": "Moon/Tranquility"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"language": "de"}, "language"),
    ],
)
def test_what_does_not_exist_cannot_be_chosen(
    cast: Cast, browser_of: Browser, wrong: dict[str, str], field: str
) -> None:
    answer = browser_of("alice").post(HERE, PARIS | wrong)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert User.objects.get(pk=cast.alice.pk).time_zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("wrong", "code"), [({"time_zone": "Moon/Sea"}, "unknownTimeZone"), ({"language": "de"}, "unknownLanguage")]
)
def test_the_verb_refuses_it_too(cast: Cast, wrong: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        choose_preferences(**PARIS | wrong, actor=cast.actor("ed"))
    assert refusal.value.code == code
    with pytest.raises(Unauthenticated):
        choose_preferences(**PARIS, actor=NOBODY)


def test_an_odd_zone_from_before_can_be_kept(cast: Cast, browser_of: Browser) -> None:
    User.objects.filter(pk=cast.ed.pk).update(time_zone="Etc/GMT+12")
    ed = browser_of("ed")
    assert '<option value="Etc/GMT+12" selected>' in ed.get(HERE).content.decode()
    assert ed.post(HERE, {"language": "", "time_zone": "Etc/GMT+12"}).status_code == 303


def test_every_zone_is_offered_once() -> None:
    offered = [zone for _heading, zones in grouped_zones() for zone, _label in zones]
    assert len(offered) == len(set(offered)) > 400
    assert set(offered) == known_zones()
    assert {"Asia/Shanghai", "Asia/Urumqi", "America/Argentina/Ushuaia", "UTC"} <= known_zones()


def test_a_zone_is_called_by_its_place_and_its_distance_and_by_no_name_from_before() -> None:
    labels = {zone: str(label) for _heading, zones in grouped_zones() for zone, label in zones}
    assert labels["Asia/Kolkata"] == "Kolkata (UTC+5:30)"
    assert labels["America/Argentina/Ushuaia"] == "Ushuaia, Argentina (UTC-3)"
    assert labels["Asia/Shanghai"] == "Shanghai time (UTC+8)"
    assert labels["UTC"] == "UTC"
    assert not {"Asia/Calcutta", "Asia/Chongqing", "America/Buenos_Aires", "Australia/ACT"} & set(labels)


def test_tokens_are_listed_without_their_secret_until_they_end(cast: Cast, browser_of: Browser) -> None:
    anna = cast.actor("anna")
    token, secret = issue_token(cast.anna, actor=anna, name="Nightly sync", customer=cast.huaxin)
    AccessToken.objects.create(
        user=cast.anna, name="Last year's", digest="x", expires_at=timezone.now() - timedelta(days=1)
    )
    issue_token(cast.helen, actor=cast.actor("helen"), name="Helen's own")
    answer = browser_of("anna").get(HERE)
    (row,) = answer.context["tokens"].rows
    assert (row["name"].text, row["name"].note, row["expires"]) == (
        "Nightly sync",
        "Only for Huaxin Manufacturing",
        token.expires_at,
    )
    assert secret not in answer.content.decode()
    assert token.digest not in answer.content.decode()


def test_one_revokes_ones_own_token_and_nobody_elses(cast: Cast, browser_of: Browser) -> None:
    token, secret = issue_token(cast.anna, actor=cast.actor("anna"), name="Nightly sync")
    address = f"{HERE}tokens/{token.pk}/revoke/"
    for stranger in ("helen", "paul", "mallory"):
        assert browser_of(stranger).post(address).status_code == 404, stranger
    anna = browser_of("anna")
    assert "Revoke the token Nightly sync?" in anna.get(address).content.decode()
    assert anna.post(address).status_code == 303
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    assert program.get("/v1.0/me").status_code == 401
    assert AuditEntry.objects.get(deed="tenants.token.revoked").actor_id == cast.anna.pk
    assert anna.get(HERE).context["tokens"].rows == []
    again = anna.post(address)
    assert (again.status_code, again.portal_error.code) == (409, "tokenRevoked")


def test_a_token_that_is_revoked_twice_is_revoked(cast: Cast, browser_of: Browser) -> None:
    token, _secret = issue_token(cast.anna, actor=cast.actor("anna"))
    assert sent_twice(browser_of("anna"), f"{HERE}tokens/{token.pk}/revoke/", {}) == [(303, HERE)] * 2


def test_who_has_no_role_left_still_revokes_ones_own_token(cast: Cast, browser_of: Browser) -> None:
    """It would work again with the next role."""
    token, _secret = issue_token(cast.anna, actor=cast.actor("anna"))
    cast.anna.role_assignments.all().delete()
    anna = browser_of("anna")
    assert f"{HERE}tokens/{token.pk}/revoke/" in anna.get(HERE).content.decode()
    assert anna.post(f"{HERE}tokens/{token.pk}/revoke/").status_code == 303
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_the_question_tells_the_token_from_others_of_its_name(cast: Cast, browser_of: Browser) -> None:
    token, _secret = issue_token(cast.anna, actor=cast.actor("anna"), name="Sync")
    asked = browser_of("anna").get(f"{HERE}tokens/{token.pk}/revoke/")
    assert asked.context["facts"] == [("Issued", token.created_at), ("Valid until", token.expires_at)]
    assert token.expires_at.strftime("%b %Y") in asked.content.decode()


def test_the_oldest_token_is_found_behind_the_newer_ones(cast: Cast, browser_of: Browser, settings: Any) -> None:
    settings.PAGE_SIZE = 2
    for name in ("First", "Second", "Third"):
        issue_token(cast.anna, actor=cast.actor("anna"), name=name)
    anna = browser_of("anna")
    newest = anna.get(HERE).context["tokens"]
    assert [row["name"].text for row in newest.rows] == ["Third", "Second"]
    older = anna.get(HERE + newest.next_url).context["tokens"]
    assert [row["name"].text for row in older.rows] == ["First"]
    assert (older.next_url, older.first_url) == ("", "?")


def test_every_role_has_its_words() -> None:
    assert set(ROLE_WORDS) == {role for roles in ROLES_OF.values() for role in roles}
