"""Choosing a password of one's own: what ends with the old one, and an admin who is faster."""

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import check_password, make_password
from django.test import Client
from django.urls import reverse

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import RuleBroken
from portal.mail.models import Letter
from tenants.actions.account import choose_password
from tenants.actions.people import block_user, delete_user, reset_password
from tenants.actor import acting_as
from tenants.models import User
from tests.people import PASSWORD
from tests.threads import meanwhile
from tests.waiting import wait_until_somebody_waits

CHOSEN = "Kunming-rains-7"
FORM = {"oldpassword": PASSWORD, "password1": CHOSEN, "password2": CHOSEN}


def stored(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_new_password_ends_the_tokens(
    cast: Cast, browser_of: Callable[[str], Client], rest_of: Callable[..., Client]
) -> None:
    program = rest_of("ed")
    assert program.get("/v1.0/me").status_code == 200
    browser_of("ed").post(reverse("account_change_password"), FORM)
    assert check_password(CHOSEN, stored(cast.ed).password)
    assert program.get("/v1.0/me").status_code == 401


def test_a_temporary_password_does_not_become_ones_own(cast: Cast, browser_of: Callable[[str], Client]) -> None:
    ed = browser_of("ed")
    User.objects.filter(pk=cast.ed.pk).update(must_change_password=True)
    answer = ed.post(reverse("account_change_password"), {**FORM, "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 200  # allauth draws its form again
    assert [error.code for error in answer.context["form"].errors.as_data()["password1"]] == ["passwordUnchanged"]
    assert stored(cast.ed).must_change_password


def test_an_admins_reset_is_not_undone_by_a_form_that_was_checked_before(cast: Cast) -> None:
    before = cast.actor("ed")
    _user, secret = reset_password(stored(cast.ed), actor=cast.actor("uma"))
    with pytest.raises(RuleBroken) as refusal:
        choose_password(make_password(CHOSEN), actor=before)
    assert refusal.value.code == "passwordChanged"
    assert (check_password(secret, stored(cast.ed).password), stored(cast.ed).must_change_password) == (True, True)


@pytest.mark.parametrize("verb", [block_user, delete_user])
def test_a_letters_link_gives_no_password_to_an_account_that_was_closed_since(
    cast: Cast, verb: Callable[..., object]
) -> None:
    visitor = Client()
    visitor.post(reverse("account_reset_password"), {"email": "ed@huaxin.example"})
    form = visitor.get(Letter.objects.get(template="password_reset").context["path"])["Location"]
    verb(cast.ed, actor=cast.actor("uma"))
    answer = visitor.post(form, {"password1": CHOSEN, "password2": CHOSEN})
    assert (answer.status_code, answer.portal_error.code) == (409, "userBlocked")
    assert check_password(PASSWORD, stored(cast.ed).password)
    assert not AuditEntry.objects.filter(deed="tenants.password.changed").exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_chooses_while_an_admin_resets_waits_and_is_refused(cast: Cast) -> None:
    ed, uma = cast.actor("ed"), cast.actor("uma")

    def choose() -> str:
        try:
            with acting_as(ed):
                choose_password(make_password(CHOSEN), actor=ed)
        except RuleBroken as refusal:
            return refusal.code
        return "chosen"

    with acting_as(uma):
        _user, secret = reset_password(stored(cast.ed), actor=uma)
        choosing = meanwhile(choose)
        wait_until_somebody_waits()
    assert choosing.result(30) == "passwordChanged"
    assert check_password(secret, stored(cast.ed).password)
