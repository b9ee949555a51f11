"""A name and an address are corrected: by whom, what others are told, what the wrong address is still good for."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from portal import mail
from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import NotAllowed, RuleBroken, StaleVersion
from portal.mail.models import Letter
from tenants.actions.people import change_user, delete_user
from tenants.actions.roles import assign_role
from tenants.models import Role, User

BrowserOf = Callable[[str], Client]
RIGHT = {"display_name": "Ed Dong", "email": "ed.dong@mail.example"}
FORM = RIGHT | {"version": "1"}


def stored(user: User) -> User:
    return User.objects.get(pk=user.pk)


def page_of(user: User) -> str:
    return f"/organisations/{user.tenant_id}/users/{user.pk}/change/"


def test_uma_corrects_a_name_and_an_address(cast: Cast, browser_of: BrowserOf) -> None:
    uma, detail = browser_of("uma"), f"/organisations/{cast.huaxin.pk}/users/{cast.ed.pk}/"
    assert f'href="{page_of(cast.ed)}"' in uma.get(detail).content.decode()
    assert 'value="ed@huaxin.example"' in uma.get(page_of(cast.ed)).content.decode()
    done = uma.post(page_of(cast.ed), FORM)
    assert (done.status_code, done.headers["Location"]) == (303, detail)
    assert "The account of Ed Dong is saved." in uma.get(detail).content.decode()
    ed = stored(cast.ed)
    assert (ed.display_name, ed.email, ed.upn) == ("Ed Dong", "ed.dong@mail.example", "ed@huaxin.example")


def test_what_was_and_what_is_stands_in_the_log(cast: Cast, browser_of: BrowserOf) -> None:
    browser_of("uma").post(page_of(cast.ed), FORM | {"display_name": "Ed Ding"})
    entry = AuditEntry.objects.get(deed="tenants.user.changed")
    assert (entry.actor_id, entry.target_id, entry.tenant_id) == (cast.uma.pk, str(cast.ed.pk), cast.huaxin.pk)
    assert entry.data == {"before": {"email": "ed@huaxin.example"}, "after": {"email": "ed.dong@mail.example"}}
    log = browser_of("alice").get(f"/organisations/{cast.huaxin.pk}/audit/").content.decode()
    assert "Changed the account of Ed Ding" in log


def test_the_address_from_before_gets_one_letter_that_does_not_tell_the_new_one(cast: Cast) -> None:
    change_user(cast.ed, actor=cast.actor("uma"), version=1, **RIGHT)
    letter = Letter.objects.get()
    assert (letter.template, letter.address, letter.recipient_id) == ("email_changed", "ed@huaxin.example", cast.ed.pk)
    assert letter.context == {"actor": "Uma Wu"}
    change_user(stored(cast.ed), actor=cast.actor("uma"), version=2, display_name="Ed", email=RIGHT["email"])
    assert Letter.objects.count() == 1, "another name is nobody's news"


def test_a_stranger_at_the_wrong_address_resets_no_password(cast: Cast) -> None:
    stranger, wrong = Client(), {"email": "ed@somebody.example"}
    User.objects.filter(pk=cast.ed.pk).update(**wrong)
    stranger.post(reverse("account_reset_password"), wrong)
    link = Letter.objects.get(template="password_reset").context["path"]
    change_user(stored(cast.ed), actor=cast.actor("uma"), version=1, **RIGHT)
    assert "no longer works" in stranger.get(link).content.decode()
    stranger.post(reverse("account_reset_password"), wrong)
    assert Letter.objects.filter(template="password_reset").count() == 1, "the account has no such address any more"
    stranger.post(reverse("account_reset_password"), {"email": RIGHT["email"]})
    assert Letter.objects.filter(template="password_reset", address=RIGHT["email"]).count() == 2, "and a fresh one"


def test_letters_that_wait_go_to_the_new_address_too(cast: Cast) -> None:
    for state in ("sent", "failed", "queued"):
        mail.queue("password_reset_for_you", [cast.ed, cast.uma], actor="Uma Wu")
        Letter.objects.filter(state="queued").update(state=state)
    change_user(cast.ed, actor=cast.actor("uma"), version=1, **RIGHT)
    eds = Letter.objects.filter(recipient_id=cast.ed.pk).exclude(template="email_changed")
    assert sorted(eds.values_list("state", "address")) == [
        ("failed", RIGHT["email"]),
        ("queued", RIGHT["email"]),
        ("sent", "ed@huaxin.example"),
    ]
    assert Letter.objects.filter(recipient_id=cast.uma.pk, address="uma@huaxin.example").count() == 3


def test_without_an_address_letters_go_to_the_sign_in_name(cast: Cast) -> None:
    change_user(cast.ed, actor=cast.actor("uma"), version=1, **RIGHT)
    change_user(stored(cast.ed), actor=cast.actor("uma"), version=2, display_name="Ed Dong")
    assert stored(cast.ed).email == "ed@huaxin.example"


def test_who_was_slower_reads_what_the_other_one_saved(cast: Cast, browser_of: BrowserOf) -> None:
    assert browser_of("alice").post(page_of(cast.ed), FORM).status_code == 303
    late = browser_of("uma").post(page_of(cast.ed), FORM | {"display_name": "Edmund Ding"})
    assert late.status_code == 412
    shown = late.content.decode()
    assert "It is now: Ed Dong, ed.dong@mail.example. You chose: Edmund Ding, ed.dong@mail.example." in shown
    assert 'name="version" value="2"' in shown
    assert stored(cast.ed).display_name == "Ed Dong"
    assert (
        browser_of("uma").post(page_of(cast.ed), FORM | {"display_name": "Edmund Ding", "version": "2"}).status_code
        == 303
    )
    with pytest.raises(StaleVersion):
        change_user(cast.ed, actor=cast.actor("uma"), version=1, **RIGHT)


def test_a_second_click_changes_nothing_more(cast: Cast, browser_of: BrowserOf) -> None:
    for _click in range(2):
        assert browser_of("uma").post(page_of(cast.ed), FORM).status_code == 303
    assert (stored(cast.ed).version, AuditEntry.objects.filter(deed="tenants.user.changed").count()) == (2, 1)


@pytest.mark.parametrize(
    ("wrong", "field"), [({"display_name": " "}, "display_name"), ({"email": "no-address"}, "email")]
)
def test_a_wrong_form_says_what_is_wrong(cast: Cast, browser_of: BrowserOf, wrong: dict[str, str], field: str) -> None:
    answer = browser_of("uma").post(page_of(cast.ed), FORM | wrong)
    assert (answer.status_code, f'id="id_{field}_error"' in answer.content.decode()) == (422, True)
    assert browser_of("uma").post(page_of(cast.ed), RIGHT).status_code == 422, "nobody knows what was read"
    assert stored(cast.ed).version == 1


@pytest.mark.parametrize(
    ("name", "target", "code"),
    [
        ("sven", "ed", "roleMissing"),
        ("helen", "ed", "roleMissing"),
        ("uma", "sven", "targetHoldsRoles"),
        ("uma", "alice", "targetHoldsRoles"),
        ("alice", "alice", "ownAccount"),
        ("anna", "alice", "globalAdminOnBehalf"),
        ("anna", "pia", "targetHoldsRoles"),
    ],
)
def test_who_may_not_reads_why(cast: Cast, browser_of: BrowserOf, name: str, target: str, code: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        change_user(cast.people[target], actor=cast.actor(name), version=1, **RIGHT)
    assert refusal.value.code == code
    for method in ("get", "post"):
        answer = getattr(browser_of(name), method)(page_of(cast.people[target]), FORM)
        assert (answer.status_code, answer.portal_error.code) == (403, code), method


def test_a_user_admin_corrects_people_with_light_roles(cast: Cast) -> None:
    assign_role(cast.ed, Role.PASSWORD_ADMIN, actor=cast.actor("alice"))
    for light in (cast.ed, cast.rosa):
        assert change_user(light, actor=cast.actor("uma"), version=1, **RIGHT).email == RIGHT["email"]


def test_anna_corrects_on_behalf_and_the_customer_reads_it(cast: Cast, browser_of: BrowserOf) -> None:
    assert browser_of("anna").post(page_of(cast.sven), FORM).status_code == 303
    entry = AuditEntry.objects.get(deed="tenants.user.changed")
    assert (entry.actor_id, entry.actor_tenant_id, entry.on_behalf_of_id) == (
        cast.anna.pk,
        cast.fanyun.pk,
        cast.huaxin.pk,
    )


def test_a_deleted_account_is_restored_before_it_is_corrected(cast: Cast) -> None:
    delete_user(cast.ed, actor=cast.actor("uma"))
    with pytest.raises(RuleBroken) as refusal:
        change_user(cast.ed, actor=cast.actor("uma"), version=1, **RIGHT)
    assert refusal.value.code == "userDeleted"
