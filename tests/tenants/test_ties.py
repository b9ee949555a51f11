"""What ties a partner to a customer: who may tie and untie, and what each tie carries."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed, RuleBroken
from tenants.access import Permission, can
from tenants.actions.organisations import end_relationship, grant_delegated_admin, start_relationship
from tenants.actor import Actor, acting_as
from tenants.grants import GRANTS, Basis
from tenants.models import DelegatedAdmin, ResellerRelationship, Role, TenantGroupPermission
from tests.threads import meanwhile
from tests.waiting import wait_until_somebody_waits

SETUP = Actor.system("setup")
ON_CUSTOMERS = {Basis.RESELLER, Basis.DELEGATED, Basis.DELEGATED_ADMIN, Basis.TIED}


def guardians(right: Permission) -> set[str]:
    """The object permissions that let a partner's global admin use this right on a customer."""
    rules = (rule for rule in GRANTS[right] if Role.PARTNER_GLOBAL_ADMIN in rule.roles)
    return {rule.guardian for rule in rules if rule.basis in ON_CUSTOMERS}


def tie(cast: Cast, partner: str, customer: str) -> ResellerRelationship:
    return ResellerRelationship.objects.get(
        partner=cast.organisations[partner], customer=cast.organisations[customer], ended_at=None
    )


@pytest.mark.parametrize("partner", ["beichen", "lotus", "jade", "vianet"])
def test_a_customer_grants_only_to_partners_that_it_knows(cast: Cast, partner: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        grant_delegated_admin(cast.jade, cast.organisations[partner], actor=cast.actor("jun"))
    assert (refusal.value.code, refusal.value.details[0]["target"]) == ("unknownPartner", "partner")
    assert not DelegatedAdmin.objects.in_force().filter(customer=cast.jade).exists()


def test_a_customer_grants_again_to_a_former_partner(cast: Cast) -> None:
    grant = grant_delegated_admin(cast.huaxin, cast.beichen, actor=cast.actor("alice"), service="teams")
    assert grant.is_in_force


def test_a_grant_is_for_a_service_that_exists(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refusal:
        grant_delegated_admin(cast.jade, cast.fanyun, actor=cast.actor("jun"), service="sharpoint")
    assert refusal.value.code == "unknownService"
    with pytest.raises(IntegrityError), transaction.atomic():
        DelegatedAdmin.objects.create(customer=cast.jade, partner=cast.fanyun, service="sharpoint")


@pytest.mark.parametrize(("partner", "customer"), [("jade", "huaxin"), ("fanyun", "beichen"), ("vianet", "huaxin")])
def test_a_relationship_ties_a_partner_to_a_customer(cast: Cast, partner: str, customer: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        start_relationship(cast.organisations[partner], cast.organisations[customer], actor=SETUP)
    assert refusal.value.code == "kindMismatch"


@pytest.mark.parametrize("name", ["paul", "anna", "sam", "alice", "olivia"])
def test_nobody_ties_a_customer_that_was_not_asked(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        start_relationship(cast.fanyun, cast.lotus, actor=cast.actor(name))
    assert refusal.value.code == "roleMissing"
    assert not ResellerRelationship.objects.filter(partner=cast.fanyun, customer=cast.lotus).exists()


def test_another_partners_relationship_is_not_ones_own_to_end(cast: Cast) -> None:
    start_relationship(cast.beichen, cast.jade, actor=SETUP)
    theirs = tie(cast, "beichen", "jade")
    with pytest.raises(NotAllowed) as refusal:
        end_relationship(theirs, actor=cast.actor("paul"))
    assert (refusal.value.code, refusal.value.subject) == ("notPartnerOfRecord", theirs)
    assert tie(cast, "beichen", "jade").ended_at is None


def test_what_has_ended_does_not_end_again(cast: Cast) -> None:
    old, paul = tie(cast, "fanyun", "jade"), cast.actor("paul")
    end_relationship(old, actor=paul)
    with pytest.raises(NotAllowed) as missing:
        end_relationship(old, actor=paul)
    assert missing.value.code == "relationshipMissing"
    start_relationship(cast.fanyun, cast.jade, actor=SETUP)
    with pytest.raises(RuleBroken) as ended:
        end_relationship(old, actor=paul)
    assert ended.value.code == "relationshipEnded"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_a_relationship_at_once_one_does_and_neither_waits_for_ever(cast: Cast) -> None:
    living, paul, anna = tie(cast, "fanyun", "jade"), cast.actor("paul"), cast.actor("anna")

    def end() -> str:
        try:
            with acting_as(anna, cast.jade):
                end_relationship(living, actor=anna)
        except NotAllowed as refusal:
            return refusal.code
        return "done"

    with acting_as(paul, cast.jade):
        end_relationship(living, actor=paul)
        second = meanwhile(end)
        wait_until_somebody_waits()
    assert second.result(30) == "relationshipMissing"
    assert ResellerRelationship.objects.get(pk=living.pk).ended_at is not None


@pytest.mark.parametrize("right", [right for right in Permission if guardians(right)])
def test_a_right_on_a_customer_takes_the_row_that_its_rule_names(cast: Cast, right: Permission) -> None:
    theirs = SimpleNamespace(tenant_id=cast.huaxin.pk, reach_partner_id=cast.fanyun.pk, service=None, owner_id=None)
    assert can(cast.actor("paul"), right, theirs)
    rows = TenantGroupPermission.objects.filter(content_object=cast.huaxin, group__user=cast.paul)
    rows.filter(permission__codename__in=guardians(right)).delete()
    assert rows.exists()
    assert not can(cast.actor("paul"), right, theirs)


def test_filing_on_behalf_takes_what_escalating_takes() -> None:
    assert guardians(Permission.REQUEST_FILE) == guardians(Permission.REQUEST_ESCALATE) == {"file_requests"}


def test_paul_does_not_read_about_customers_where_his_own_organisation_is_meant(
    cast: Cast, browser_of: Callable[[str], Client]
) -> None:
    for name in ("paul", "anna"):
        answer = browser_of(name).get(f"/organisations/{cast.fanyun.pk}/settings/")
        assert (answer.status_code, answer.portal_error.code) == (403, "roleMissing")
        assert "No role of your organisation allows this." in answer.content.decode()
