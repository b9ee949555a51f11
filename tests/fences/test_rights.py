"""The table of rights, written a second time by hand from docs/rules.md, against the one that the code asks.

Change a right in both places, or in neither.
"""

from collections.abc import Mapping

import pytest

from tenants.grants import GRANTS, SYSTEM_GRANTS, Rule
from tenants.models import Role
from tenants.permissions import Permission

# The letters of docs/rules.md.
LETTERS = {
    "GA": "partner_global_admin",
    "AA": "admin_agent",
    "SA": "sales_agent",
    "HA": "helpdesk_agent",
    "BA": "partner_billing_admin",
    "UM": "user_management_admin",
    "CG": "global_admin",
    "CR": "global_reader",
    "CU": "user_admin",
    "CL": "license_admin",
    "CP": "password_admin",
    "CS": "service_support_admin",
    "CB": "billing_reader",
    "MR": "message_center_reader",
    "MP": "message_center_privacy_reader",
    "OA": "operator_admin",
    "OP": "publisher",
}
# right -> who holds it on some basis. "own" in the table still counts as holding.
EXPECTED = {
    "tenants.customer:list": "GA AA SA HA",
    "tenants.customer:read": "GA AA SA HA UM CG CR CU CL CP CS CB MR MP",
    "tenants.customer:create": "GA AA SA",
    "tenants.relationship:start": "GA AA SA",
    "tenants.relationship:end": "GA AA",
    "tenants.partner:approve": "OA",
    "tenants.grant:read": "CG CR",
    "tenants.grant:make": "CG",
    "tenants.grant:revoke": "CG",
    "tenants.user:list": "GA AA HA UM CG CR CU CL CP CS MR MP",
    "tenants.user:create": "GA AA UM CG CU",
    "tenants.user:block": "GA AA UM CG CU",
    "tenants.user:delete": "GA AA UM CG CU",
    "tenants.user:restore": "GA AA UM CG CU",
    "tenants.user:reset_password": "GA AA HA UM CG CU CP",
    "tenants.role:assign": "GA AA UM CG",
    "tenants.token:manage": "GA AA SA HA BA UM CG CR CU CL CP CS CB MR MP",
    "tenants.setting:read": "GA AA CG CR CS",
    "tenants.setting:change": "GA AA CG",
    "tenants.audit:read": "GA AA SA HA BA UM CG CR",
    "subscriptions.offer:publish": "OA",
    "subscriptions.offer:read": "GA AA SA HA BA",
    "subscriptions.subscription:read": "GA AA SA HA CG CR CU CL CS CB",
    "subscriptions.subscription:list": "GA AA SA HA CG CR CU CL CS CB",
    "subscriptions.subscription:create": "GA AA SA",
    "subscriptions.subscription:change_quantity": "GA AA SA",
    "subscriptions.subscription:suspend": "GA AA SA",
    "subscriptions.subscription:reactivate": "GA AA SA",
    "subscriptions.subscription:rename": "GA AA SA",
    "subscriptions.subscription:ask_change": "CG CL CB",
    "support.request:raise": "CG CU CL CP CS CB",
    "support.request:file_on_behalf": "GA AA HA",
    "support.request:read": "GA AA HA CG CR CU CL CP CS CB",
    "support.request:comment": "GA AA HA CG CU CL CP CS CB",
    "support.request:close": "CG CU CL CP CS CB",
    "support.request:reopen": "CG CU CL CP CS CB",
    "support.request:note": "GA AA HA",
    "support.request:resolve": "GA AA HA",
    "support.request:escalate": "GA AA HA",
    "support.request:read_delivery": "GA AA HA",
    "support.request:read_case": "GA AA HA CG CS CU CL CP CB",
    "support.escalation:acknowledge": "OA",
    "support.escalation:answer": "OA",
    "messagecenter.message:read": "GA AA HA CG CR CU CL CP CS CB MR MP",
    "messagecenter.message:mark": "GA AA HA CG CR CU CL CP CS CB MR MP",
    "messagecenter.message:read_privacy": "CG MP",
    "messagecenter.message:publish": "OA OP",
}
CUSTOMER_LETTERS = {"CG", "CR", "CU", "CL", "CP", "CS", "CB", "MR", "MP"}


def differences(grants: Mapping[Permission, tuple[Rule, ...]]) -> list[str]:
    """Each right whose holders are not those of the table."""
    found = [f"{right}: not in the expectation" for right in grants if right not in EXPECTED]
    for right, letters in EXPECTED.items():
        wanted = {LETTERS[letter] for letter in letters.split()}
        held = {role for rule in grants.get(Permission(right), ()) for role in rule.roles}
        if held != wanted:
            found.append(f"{right}: too many {sorted(held - wanted)}, missing {sorted(wanted - held)}")
    return found


def test_the_code_grants_what_the_table_says() -> None:
    assert differences(GRANTS) == []


def test_every_right_has_its_line() -> None:
    assert set(GRANTS) == set(Permission)


def test_no_customer_role_changes_a_subscription() -> None:
    customers = {LETTERS[letter] for letter in CUSTOMER_LETTERS}
    for right in ("create", "change_quantity", "suspend", "reactivate", "rename"):
        held = {role for rule in GRANTS[Permission(f"subscriptions.subscription:{right}")] for role in rule.roles}
        assert held & customers == set(), right


def test_machines_hold_only_what_is_theirs() -> None:
    assert {name: {str(right) for right in rights} for name, rights in SYSTEM_GRANTS.items()} == {
        "21vianet": {"support.escalation:acknowledge", "support.escalation:answer", "messagecenter.message:publish"},
        "lifecycle": {"subscriptions.subscription:suspend", "support.request:close"},
        "setup": {
            "tenants.partner:approve",
            "tenants.customer:create",
            "tenants.user:create",
            "tenants.role:assign",
            "tenants.relationship:start",
            "tenants.token:manage",
            "subscriptions.offer:publish",
        },
    }


@pytest.mark.parametrize("right", sorted(EXPECTED))
def test_the_fence_bites_when_a_role_is_added_or_a_rule_lost(right: str) -> None:
    rules = GRANTS[Permission(right)]
    stranger = next(role for role in Role if all(role not in rule.roles for rule in rules))
    widened = Rule(rules[0].roles | {stranger}, rules[0].basis, rules[0].needs, rules[0].guardian)
    for planted in ((widened, *rules[1:]), ()):
        assert len(differences({**GRANTS, Permission(right): planted})) == 1
