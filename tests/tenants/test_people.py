"""Accounts: who blocks, deletes, restores and resets whom, and what ends at once."""

import string
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed, RuleBroken, Unauthenticated
from tenants.actions.organisations import grant_delegated_admin, revoke_delegated_admin
from tenants.actions.people import (
    block_user,
    create_user,
    delete_user,
    new_temporary_password,
    reset_password,
    restore_user,
    unblock_user,
)
from tenants.actions.roles import assign_role
from tenants.models import DelegatedAdmin, Level, Role, User
from tenants.role_rules import refuse_if_last_admin

VERBS = {"block": block_user, "delete": delete_user, "reset": reset_password}


def fresh(user: User) -> User:
    return User.objects.for_system("test").get(pk=user.pk)


def test_uma_opens_an_account_whose_password_must_be_changed(cast: Cast) -> None:
    user, secret = create_user(cast.huaxin, actor=cast.actor("uma"), alias="Nina.Ni", display_name="Nina Ni")
    stored = fresh(user)
    assert (stored.upn, stored.must_change_password) == ("nina.ni@huaxin.example", True)
    assert check_password(secret, stored.password)
    assert secret not in repr(AuditEntry.objects.filter(target_id=str(user.pk)).values())


@pytest.mark.parametrize("alias", ["", "a b", "x@y", "ü", "a" * 51])
def test_a_sign_in_name_that_is_none_is_refused(cast: Cast, alias: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create_user(cast.huaxin, actor=cast.actor("uma"), alias=alias, display_name="X")
    assert refusal.value.code == "invalidUserPrincipalName"


def test_a_taken_sign_in_name_is_refused_even_of_a_deleted_person_whom_the_list_hides(cast: Cast) -> None:
    for words in ("already in use", "under the state Deleted"):
        with pytest.raises(RuleBroken) as refusal:
            create_user(cast.huaxin, actor=cast.actor("uma"), alias="ED", display_name="Ed")
        assert (refusal.value.code, words in str(refusal.value)) == ("userPrincipalNameTaken", True)
        assert refusal.value.details == [{"target": "alias", "message": str(refusal.value)}]
        User.objects.filter(pk=cast.ed.pk).update(deleted_at=timezone.now())


def test_a_block_ends_the_session_and_the_token_at_once(
    cast: Cast, browser_of: Callable[[str], Client], rest_of: Callable[..., Client]
) -> None:
    browser, program = browser_of("rosa"), rest_of("rosa")
    assert browser.get("/").status_code == 200
    assert program.get("/v1.0/me").status_code == 200
    block_user(cast.rosa, actor=cast.actor("uma"))
    assert browser.get("/").status_code == 302
    assert program.get("/v1.0/me").status_code == 401
    unblock_user(cast.rosa, actor=cast.actor("uma"))
    assert browser.get("/").status_code == 302, "a session that a block ended stays ended"
    assert program.get("/v1.0/me").status_code == 401, "a token that a block ended stays ended"


@pytest.mark.parametrize("verb", ["reset", "delete"])
def test_a_reset_and_a_deletion_end_the_session_and_the_token(
    cast: Cast, browser_of: Callable[[str], Client], rest_of: Callable[..., Client], verb: str
) -> None:
    browser, program = browser_of("ed"), rest_of("ed")
    VERBS[verb](cast.ed, actor=cast.actor("uma"))
    assert (browser.get("/").status_code, program.get("/v1.0/me").status_code) == (302, 401)


def test_a_reset_leaves_a_blocked_person_blocked(cast: Cast, rest_of: Callable[..., Client]) -> None:
    block_user(cast.ed, actor=cast.actor("uma"))
    user, secret = reset_password(cast.ed, actor=cast.actor("uma"))
    assert check_password(secret, fresh(user).password)
    assert (fresh(user).is_active, fresh(user).must_change_password) == (False, True)
    assert rest_of("ed").get("/v1.0/me").status_code == 401


def test_a_deleted_person_is_restored_with_a_new_password_and_its_roles(cast: Cast) -> None:
    delete_user(cast.rosa, actor=cast.actor("uma"))
    user, secret = restore_user(cast.rosa, actor=cast.actor("uma"))
    assert fresh(user).deleted_at is None
    assert check_password(secret, fresh(user).password)
    assert cast.actor("rosa").roles == {Role.MESSAGE_CENTER_READER}


def test_after_thirty_days_nobody_is_restored(cast: Cast) -> None:
    delete_user(cast.ed, actor=cast.actor("uma"))
    User.objects.for_system("test").filter(pk=cast.ed.pk).update(deleted_at=timezone.now() - timedelta(days=30))
    with pytest.raises(RuleBroken) as refusal:
        restore_user(cast.ed, actor=cast.actor("uma"))
    assert refusal.value.code == "restorePeriodOver"


@pytest.mark.parametrize(
    ("verb", "code"), [(block_user, "userDeleted"), (reset_password, "userDeleted"), (delete_user, "userDeleted")]
)
def test_a_deleted_person_can_only_be_restored(cast: Cast, verb: Callable[..., Any], code: str) -> None:
    delete_user(cast.ed, actor=cast.actor("uma"))
    with pytest.raises(RuleBroken) as refusal:
        verb(fresh(cast.ed), actor=cast.actor("uma"))
    assert refusal.value.code == code


@pytest.mark.parametrize("verb", sorted(VERBS))
@pytest.mark.parametrize("target", ["alice", "sven", "lily", "pia"])
def test_a_user_admin_touches_nobody_who_holds_a_heavy_role(cast: Cast, verb: str, target: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        VERBS[verb](cast.people[target], actor=cast.actor("uma"))
    assert refusal.value.code == "targetHoldsRoles"


def test_a_password_admin_resets_light_people_and_blocks_nobody(cast: Cast) -> None:
    assign_role(cast.ed, Role.PASSWORD_ADMIN, actor=cast.actor("alice"))
    reset_password(cast.rosa, actor=cast.actor("ed"))
    with pytest.raises(NotAllowed) as refusal:
        reset_password(cast.uma, actor=cast.actor("ed"))
    assert refusal.value.code == "targetHoldsRoles"
    with pytest.raises(NotAllowed) as refusal:
        block_user(cast.rosa, actor=cast.actor("ed"))
    assert refusal.value.code == "roleMissing"


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_nobody_does_it_to_themselves(cast: Cast, verb: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        VERBS[verb](cast.alice, actor=cast.actor("alice"))
    assert refusal.value.code == "ownAccount"


@pytest.mark.parametrize("verb", [block_user, delete_user])
def test_who_was_closed_while_clicking_acts_no_more(cast: Cast, verb: Callable[..., Any]) -> None:
    assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    clicking = cast.actor("alice")
    verb(cast.alice, actor=cast.actor("uma"))
    with pytest.raises(Unauthenticated):
        verb(cast.uma, actor=clicking)
    assert (fresh(cast.uma).is_active, fresh(cast.uma).deleted_at) == (True, None)


def test_the_rule_about_the_last_global_admin_counts_only_who_can_sign_in(cast: Cast) -> None:
    """No right leads to it while each act sees the one before; the rule stands below all rights."""
    assign_role(cast.uma, Role.GLOBAL_ADMIN, actor=cast.actor("alice"))
    refuse_if_last_admin(cast.uma)
    for closed in ({"is_active": False}, {"is_active": True, "deleted_at": timezone.now()}):
        User.objects.filter(pk=cast.alice.pk).update(**closed)
        with pytest.raises(RuleBroken) as refusal:
            refuse_if_last_admin(cast.uma)
        assert refusal.value.code == "lastGlobalAdmin"


def test_a_helpdesk_agent_acts_as_password_admin(cast: Cast) -> None:
    reset_password(cast.rosa, actor=cast.actor("helen"))
    with pytest.raises(NotAllowed) as refusal:
        reset_password(cast.uma, actor=cast.actor("helen"))
    assert refusal.value.code == "targetHoldsRoles"
    with pytest.raises(NotAllowed):
        block_user(cast.rosa, actor=cast.actor("helen"))


def test_an_admin_agent_acts_as_global_admin_but_never_on_one(cast: Cast) -> None:
    reset_password(cast.uma, actor=cast.actor("anna"))
    block_user(cast.sven, actor=cast.actor("anna"))
    for verb in VERBS.values():
        with pytest.raises(NotAllowed) as refusal:
            verb(cast.alice, actor=cast.actor("anna"))
        assert refusal.value.code == "globalAdminOnBehalf"


def test_a_helpdesk_grant_makes_a_password_admin_of_an_admin_agent(cast: Cast) -> None:
    alice = cast.actor("alice")
    revoke_delegated_admin(
        DelegatedAdmin.objects.in_force().get(customer=cast.huaxin, service="", partner=cast.fanyun), actor=alice
    )
    grant_delegated_admin(cast.huaxin, cast.fanyun, actor=alice, level=Level.HELPDESK)
    reset_password(cast.ed, actor=cast.actor("anna"))
    with pytest.raises(NotAllowed) as refusal:
        block_user(cast.ed, actor=cast.actor("anna"))
    assert refusal.value.code == "delegatedAdminTooLow"


def test_a_user_management_admin_never_touches_a_partners_admins(cast: Cast) -> None:
    assign_role(cast.sam, Role.USER_MANAGEMENT_ADMIN, actor=cast.actor("paul"))
    reset_password(cast.helen, actor=cast.actor("sam"))
    for target in ("paul", "bill"):
        with pytest.raises(NotAllowed) as refusal:
            reset_password(cast.people[target], actor=cast.actor("sam"))
        assert refusal.value.code == "targetHoldsRoles"


def test_a_grant_for_one_service_does_not_reach_people(cast: Cast) -> None:
    with pytest.raises(NotAllowed) as refusal:
        reset_password(cast.ed, actor=cast.actor("boris"))
    assert refusal.value.code == "delegatedAdminMissing"


def test_a_temporary_password_can_be_read_out() -> None:
    letters = set("".join(new_temporary_password() for _time in range(500)))
    assert letters == set(string.ascii_letters + string.digits + "-") - set("0O1Il")
