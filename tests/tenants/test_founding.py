"""Organisations and their ties as verbs: who may not, in which words for programs."""

import pytest

from portal.demo.cast import Cast
from portal.errors import NotAllowed, RuleBroken
from tenants.actions.organisations import found_organisation, grant_delegated_admin, start_relationship
from tenants.actor import Actor, acting_as
from tenants.models import Kind, ResellerRelationship, Standing, Tenant


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        *((who, Kind.CUSTOMER) for who in ("alice", "helen", "bill", "peng")),
        *((who, Kind.PARTNER) for who in ("paul", "anna", "alice", "peng")),
    ],
)
def test_nobody_without_the_right_founds_an_organisation(cast: Cast, who: str, kind: Kind) -> None:
    actor, before = cast.actor(who), Tenant.objects.count()
    with acting_as(actor), pytest.raises(NotAllowed) as refusal:
        found_organisation(kind, "New", "new.example", actor=actor)
    assert refusal.value.code == "roleMissing"
    assert Tenant.objects.count() == before


def test_a_suspended_partner_founds_no_customer(cast: Cast) -> None:
    Tenant.objects.filter(pk=cast.fanyun.pk).update(standing=Standing.SUSPENDED)
    cast.anna.tenant.refresh_from_db()
    actor = cast.actor("anna")
    with acting_as(actor), pytest.raises(NotAllowed) as refusal:
        found_organisation(Kind.CUSTOMER, "New", "new.example", actor=actor)
    assert refusal.value.code == "partnerSuspended"


@pytest.mark.parametrize("who", ["alice", "mallory", "helen", "bill", "olivia"])
def test_nobody_without_the_right_ties_a_customer_to_a_partner(cast: Cast, who: str) -> None:
    actor = cast.actor(who)
    with acting_as(actor), pytest.raises(NotAllowed) as refusal:
        start_relationship(cast.fanyun, cast.lotus, actor=actor)
    assert refusal.value.code == "roleMissing"
    assert not ResellerRelationship.objects.filter(partner=cast.fanyun, customer=cast.lotus).exists()


def test_no_partner_ties_a_customer_to_another_partner(cast: Cast) -> None:
    boris = cast.actor("boris")
    with acting_as(boris), pytest.raises(NotAllowed) as refusal:
        start_relationship(cast.fanyun, cast.lotus, actor=boris)
    assert refusal.value.code == "roleMissing"
    assert not ResellerRelationship.objects.filter(partner=cast.fanyun, customer=cast.lotus).exists()


def test_a_tie_is_made_once(cast: Cast) -> None:
    setup = Actor.system("setup")
    with acting_as(setup), pytest.raises(RuleBroken) as refusal:
        start_relationship(cast.fanyun, cast.huaxin, actor=setup)
    assert refusal.value.code == "relationshipExists"


def test_a_grant_is_made_once(cast: Cast) -> None:
    alice = cast.actor("alice")
    with acting_as(alice), pytest.raises(RuleBroken) as refusal:
        grant_delegated_admin(cast.huaxin, cast.fanyun, actor=alice)
    assert refusal.value.code == "grantExists"
