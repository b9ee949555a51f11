"""A partner's groups and guardian's rows are projections: of role assignments, of living relationships and of grants in
force.
"""

import pytest

from portal.demo.cast import Cast
from tenants.actions.organisations import COMMERCE, DELEGATED, end_relationship, revoke_delegated_admin
from tenants.actions.roles import group_name, role_group
from tenants.models import (
    DelegatedAdmin,
    Kind,
    ResellerRelationship,
    Role,
    RoleAssignment,
    Tenant,
    TenantGroupPermission,
    User,
)

Row = tuple[str, str]


def memberships() -> set[Row]:
    """(group, sign-in name) as the database has it."""
    rows = User.groups.through.objects.values_list("group__name", "user__upn")
    return set(rows)


def expected_memberships() -> set[Row]:
    """... and as the role assignments want it."""
    assignments = RoleAssignment.objects.filter(tenant__kind=Kind.PARTNER).select_related("tenant", "user")
    return {(group_name(row.tenant, row.role), row.user.upn) for row in assignments}


def guardian_rows() -> set[tuple[str, str, str]]:
    """(group, permission, customer's domain) as the database has it."""
    return set(
        TenantGroupPermission.objects.values_list("group__name", "permission__codename", "content_object__domain")
    )


def expected_guardian_rows() -> set[tuple[str, str, str]]:
    """... and as the ties want it."""
    ties: list[tuple[Tenant, Tenant, dict[str, tuple[Role, ...]]]] = [
        (row.partner, row.customer, COMMERCE) for row in ResellerRelationship.objects.filter(ended_at=None)
    ]
    granted = DELEGATED | {"see_customer": COMMERCE["see_customer"]}
    ties += [(row.partner, row.customer, granted) for row in DelegatedAdmin.objects.in_force()]
    return {
        (group_name(partner, role), name, customer.domain)
        for partner, customer, permissions in ties
        for name, roles in permissions.items()
        for role in roles
    }


def test_groups_say_what_the_roles_say(cast: Cast) -> None:
    assert memberships() == expected_memberships() != set()


def test_guardian_says_what_the_ties_say(cast: Cast) -> None:
    assert guardian_rows() == expected_guardian_rows() != set()


def test_guardian_follows_a_revoked_grant(cast: Cast) -> None:
    grant = DelegatedAdmin.objects.in_force().get(customer=cast.huaxin, partner=cast.beichen)
    revoke_delegated_admin(grant, actor=cast.actor("alice"))
    assert guardian_rows() == expected_guardian_rows()
    assert not [
        row for row in guardian_rows() if row[0].startswith(str(cast.beichen.pk)) and row[2] == "huaxin.example"
    ]


@pytest.mark.parametrize(
    ("customer", "by_grant"),
    [("jade", set()), ("huaxin", {"see_customer", "administer_on_behalf", "file_requests"})],
)
def test_guardian_follows_the_end_of_a_relationship(cast: Cast, customer: str, by_grant: set[str]) -> None:
    """Jade has nothing else with Fanyun; Huaxin's grant stays, and what it gives."""
    domain = cast.organisations[customer].domain
    living = ResellerRelationship.objects.get(partner=cast.fanyun, customer=cast.organisations[customer], ended_at=None)
    end_relationship(living, actor=cast.actor("paul"))
    assert guardian_rows() == expected_guardian_rows()
    left = {row[1] for row in guardian_rows() if row[0].startswith(str(cast.fanyun.pk)) and row[2] == domain}
    assert left == by_grant


@pytest.mark.parametrize("planted", ["membership", "guardian"])
def test_the_fence_bites(cast: Cast, planted: str) -> None:
    if planted == "membership":
        cast.bill.groups.add(role_group(cast.fanyun, Role.ADMIN_AGENT))
        assert memberships() != expected_memberships()
    else:
        TenantGroupPermission.objects.filter(permission__codename="manage_subscriptions").first().delete()  # type: ignore[union-attr] # the cast has such rows
        assert guardian_rows() != expected_guardian_rows()
