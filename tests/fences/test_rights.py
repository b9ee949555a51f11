"""The table of rights, written a second time by hand from docs/rules.md, against the one that the code asks.

Change a right in both places, or in neither.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from tenants.grants import GRANTS, SYSTEM_GRANTS, Basis, Need, Rule
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
CUSTOMER = "CG CR CU CL CP CS CB MR MP"
PARTNER = "GA AA SA HA BA UM"
# How one stands to what is asked about, and what must be true besides. Where a partner asks about a customer, the last
# word is the object permission that the customer's row must carry.
ANYWHERE, HOME, OWN = "anywhere", "home", "own"
SERVES, SEES_TIED = "reseller, see_customer", "tied, see_customer"
SELLS, SELLS_IN_GOOD_STANDING = "reseller, manage_subscriptions", "reseller, good_standing, manage_subscriptions"
HELPS, ADMINISTERS = "delegated, administer_on_behalf", "delegated_admin, administer_on_behalf"
FILES = "reseller, grant, file_requests"
# right -> standing -> who holds it so.
PEOPLE = {HOME: "CG CU GA UM", ADMINISTERS: "GA AA"}
READ_REQUESTS = {HOME: "CG CR CS", OWN: "CU CL CP CB", SERVES: "GA AA HA"}
SPEAK_IN_REQUESTS = {HOME: "CG CS", OWN: "CU CL CP CB", SERVES: "GA AA HA"}
READ_MESSAGES = {HOME: CUSTOMER, HELPS: "GA AA HA"}
EXPECTED: dict[str, dict[str, str]] = {
    "tenants.customer:list": {ANYWHERE: "GA AA SA HA"},
    "tenants.customer:read": {SEES_TIED: "GA AA SA HA", HOME: f"GA UM {CUSTOMER}"},
    "tenants.customer:create": {"anywhere, good_standing": "GA AA SA"},
    "tenants.relationship:start": {},
    "tenants.relationship:end": {SERVES: "GA AA"},
    "tenants.partner:approve": {ANYWHERE: "OA"},
    "tenants.grant:read": {HOME: "CG CR"},
    "tenants.grant:make": {HOME: "CG"},
    "tenants.grant:revoke": {HOME: "CG"},
    "tenants.user:list": {HOME: "CG CR CU CL CP CS MR MP GA UM", HELPS: "GA AA HA"},
    "tenants.user:create": PEOPLE,
    "tenants.user:change": PEOPLE,
    "tenants.user:block": PEOPLE,
    "tenants.user:delete": PEOPLE,
    "tenants.user:restore": PEOPLE,
    "tenants.user:reset_password": {HOME: "CG CU CP GA UM", HELPS: "GA AA HA"},
    "tenants.role:assign": {HOME: "CG GA UM", ADMINISTERS: "GA AA"},
    "tenants.token:manage": {OWN: f"{PARTNER} {CUSTOMER}"},
    "tenants.setting:read": {HOME: "CG CR CS", ADMINISTERS: "GA AA"},
    "tenants.setting:change": {HOME: "CG", ADMINISTERS: "GA AA"},
    "tenants.audit:read": {HOME: f"CG CR {PARTNER}"},
    "subscriptions.offer:publish": {ANYWHERE: "OA"},
    "subscriptions.subscription:read": {SERVES: "GA AA SA HA", HELPS: "GA AA HA", HOME: "CG CR CU CL CS CB"},
    "subscriptions.subscription:list": {SERVES: "GA AA SA HA", SEES_TIED: "GA AA HA", HOME: "CG CR CU CL CS CB"},
    "subscriptions.subscription:create": {SELLS_IN_GOOD_STANDING: "GA AA SA"},
    "subscriptions.subscription:change_quantity": {SELLS_IN_GOOD_STANDING: "GA AA SA"},
    "subscriptions.subscription:suspend": {SELLS: "GA AA SA"},
    "subscriptions.subscription:reactivate": {SELLS_IN_GOOD_STANDING: "GA AA SA"},
    "subscriptions.subscription:rename": {SELLS: "GA AA SA"},
    "subscriptions.subscription:ask_change": {HOME: "CG CL CB"},
    "support.request:raise": {HOME: "CG CU CL CP CS CB"},
    "support.request:file_on_behalf": {FILES: "GA AA HA"},
    "support.request:read": READ_REQUESTS,
    "support.request:comment": SPEAK_IN_REQUESTS,
    "support.request:close": {HOME: "CG CS", OWN: "CU CL CP CB"},
    "support.request:reopen": {HOME: "CG CS", OWN: "CU CL CP CB"},
    "support.request:note": {SERVES: "GA AA HA"},
    "support.request:resolve": {SERVES: "GA AA HA"},
    "support.request:escalate": {FILES: "GA AA HA"},
    "support.request:withdraw": {SERVES: "GA AA HA"},
    "support.request:read_delivery": {SERVES: "GA AA HA"},
    "support.request:read_case": SPEAK_IN_REQUESTS,
    "support.escalation:acknowledge": {ANYWHERE: "OA"},
    "support.escalation:answer": {ANYWHERE: "OA"},
    "messagecenter.message:read": READ_MESSAGES,
    "messagecenter.message:mark": READ_MESSAGES,
    "messagecenter.message:read_privacy": {HOME: "CG MP"},
    "messagecenter.message:publish": {ANYWHERE: "OA OP"},
}
# machine -> what it may, and nothing else.
MACHINES: dict[str, set[str]] = {
    "21vianet": {"support.escalation:acknowledge", "support.escalation:answer", "messagecenter.message:publish"},
    "lifecycle": {"subscriptions.subscription:suspend"},
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
PARTNERS_BASES = {Basis.RESELLER, Basis.DELEGATED, Basis.DELEGATED_ADMIN, Basis.TIED}
Grants = Mapping[Permission, tuple[Rule, ...]]


def standing(rule: Rule) -> str:
    """A rule's condition in the words of the table above."""
    words = [rule.basis.name.lower(), *sorted(need.name.lower() for need in rule.needs)]
    return ", ".join([*words, rule.guardian] if rule.basis in PARTNERS_BASES else words)


def differences(grants: Grants) -> list[str]:
    """Each right that somebody holds, or holds in a way, that is not in the table, or the reverse."""
    found = [f"{right}: not in the expectation" for right in grants if right not in EXPECTED]
    for right, lines in EXPECTED.items():
        wanted = {(LETTERS[letter], words) for words, letters in lines.items() for letter in letters.split()}
        rules = grants.get(Permission(right), ())
        held = {(str(role), standing(rule)) for rule in rules for role in rule.roles}
        if held != wanted:
            found.append(f"{right}: too much {sorted(held - wanted)}, missing {sorted(wanted - held)}")
    return found + [f"{right}: not in the code" for right in Permission if right not in grants]


def test_the_code_grants_what_the_table_says() -> None:
    assert differences(GRANTS) == []


def test_the_fence_bites_a_right_that_stands_on_one_side_only(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Permission.RELATIONSHIP_START
    assert differences({right: rules for right, rules in GRANTS.items() if right != start}) == [
        f"{start}: not in the code"
    ]
    monkeypatch.delitem(EXPECTED, start)
    assert differences(GRANTS) == [f"{start}: not in the expectation"]


def customers_who_change(grants: Grants) -> set[str]:
    """The roles of customers that would change a subscription: rules.md knows none."""
    changes = ("create", "change_quantity", "suspend", "reactivate", "rename")
    rules = [rule for change in changes for rule in grants[Permission(f"subscriptions.subscription:{change}")]]
    return {str(role) for rule in rules for role in rule.roles} & {LETTERS[letter] for letter in CUSTOMER.split()}


def test_no_customer_role_changes_a_subscription() -> None:
    assert customers_who_change(GRANTS) == set()


def test_the_fence_bites_a_customer_who_changes_a_subscription() -> None:
    planted = (*GRANTS[Permission.SUBSCRIPTION_SUSPEND], Rule(frozenset({Role.GLOBAL_ADMIN}), Basis.HOME))
    assert customers_who_change({**GRANTS, Permission.SUBSCRIPTION_SUSPEND: planted}) == {"global_admin"}


def machines_that_differ(grants: Mapping[str, Collection[Permission]]) -> set[str]:
    """Machines that hold more or less than the table says, or that stand in one of the two only."""
    held = {name: {str(right) for right in rights} for name, rights in grants.items()}
    return {name for name in held.keys() | MACHINES.keys() if held.get(name) != MACHINES.get(name)}


def test_machines_hold_only_what_is_theirs() -> None:
    assert machines_that_differ(SYSTEM_GRANTS) == set()


@pytest.mark.parametrize("machine", MACHINES)
def test_the_fence_bites_a_machine_with_a_right_more_or_less(machine: str) -> None:
    more = {*SYSTEM_GRANTS[machine], Permission.USER_DELETE}
    less = sorted(SYSTEM_GRANTS[machine])[1:]
    for rights in (more, less):
        assert machines_that_differ({**SYSTEM_GRANTS, machine: rights}) == {machine}


def test_the_fence_bites_a_machine_that_nobody_knows() -> None:
    assert machines_that_differ({**SYSTEM_GRANTS, "planted": set()}) == {"planted"}


def planted(rule: Rule, strangers: frozenset[Role]) -> Iterator[Rule]:
    """The rule with one thing changed: a role more, a role less, another basis, a need more or less, another object
    permission.
    """
    yield replace(rule, roles=rule.roles | {min(strangers)})
    yield replace(rule, roles=rule.roles - {min(rule.roles)})
    yield from (replace(rule, basis=basis) for basis in Basis if basis != rule.basis)
    yield from (replace(rule, needs=rule.needs ^ {need}) for need in Need)
    if rule.basis in PARTNERS_BASES:
        yield replace(rule, guardian="anything")


def faulty(rules: Sequence[Rule]) -> Iterator[tuple[Rule, ...]]:
    """The rules with one of them more, lost, or changed in one thing."""
    strangers = frozenset(Role).difference(*(rule.roles for rule in rules))
    yield (*rules, Rule(frozenset({min(strangers)}), Basis.ANYWHERE))
    for place, rule in enumerate(rules):
        before, after = rules[:place], rules[place + 1 :]
        yield (*before, *after)
        yield from ((*before, other, *after) for other in planted(rule, strangers))


@pytest.mark.parametrize("right", sorted(EXPECTED))
def test_the_fence_bites_whatever_changes_in_a_rule(right: str) -> None:
    permission = Permission(right)
    for rules in faulty(GRANTS[permission]):
        assert [fault.startswith(right) for fault in differences({**GRANTS, permission: rules})] == [True], rules
