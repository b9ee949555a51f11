"""The table of rights: which roles hold which right, on what basis, and what else must be true.

The code's writing of docs/rules.md. The expectation in tests/fences is written by hand from the business's table
and compared with this one; neither is made from the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from tenants.models import Role
from tenants.permissions import Permission

P = Permission


class Basis(Enum):
    """How the actor must stand to the object."""

    # No object is asked about.
    ANYWHERE = auto()
    # The object belongs to the actor's organisation.
    HOME = auto()
    # The object belongs to the actor's organisation, and the actor made it, or is it.
    OWN = auto()
    # The actor's organisation serves the customer; where the object names its partner, it is that one.
    RESELLER = auto()
    # An unexpired grant covers the object's service; where it has none, a grant for all services.
    DELEGATED = auto()
    # The same, at the level of administration.
    DELEGATED_ADMIN = auto()
    # A relationship, or any grant.
    TIED = auto()


class Need(Enum):
    """What must be true besides."""

    GOOD_STANDING = auto()
    GRANT = auto()


@dataclass(frozen=True, slots=True)
class Rule:
    """These roles hold the right on this basis. `guardian` names the object permission that the customer's row must
    carry.
    """

    roles: frozenset[Role]
    basis: Basis
    needs: frozenset[Need] = frozenset()
    guardian: str = "see_customer"


def _rule(roles: Iterable[Role], basis: Basis, *needs: Need, guardian: str = "") -> Rule:
    default = "administer_on_behalf" if basis in {Basis.DELEGATED, Basis.DELEGATED_ADMIN} else "see_customer"
    return Rule(frozenset(roles), basis, frozenset(needs), guardian or default)


GA, AA, SA, HA = Role.PARTNER_GLOBAL_ADMIN, Role.ADMIN_AGENT, Role.SALES_AGENT, Role.HELPDESK_AGENT
BA, UM = Role.PARTNER_BILLING_ADMIN, Role.USER_MANAGEMENT_ADMIN
CG, CR, CU, CL, CP = (
    Role.GLOBAL_ADMIN,
    Role.GLOBAL_READER,
    Role.USER_ADMIN,
    Role.LICENSE_ADMIN,
    Role.PASSWORD_ADMIN,
)
CS, CB, MR, MP = (
    Role.SERVICE_SUPPORT_ADMIN,
    Role.BILLING_READER,
    Role.MESSAGE_CENTER_READER,
    Role.MESSAGE_CENTER_PRIVACY_READER,
)
OA, OP = Role.OPERATOR_ADMIN, Role.PUBLISHER
EVERY_CUSTOMER_ROLE = (CG, CR, CU, CL, CP, CS, CB, MR, MP)
B, N = Basis, Need

GRANTS: Mapping[Permission, tuple[Rule, ...]] = {
    # Customers and what ties them to partners
    P.CUSTOMER_LIST: (_rule((GA, AA, SA, HA), B.ANYWHERE),),
    P.CUSTOMER_READ: (
        _rule((GA, AA, SA, HA), B.TIED),
        _rule((GA, UM), B.HOME),
        _rule(EVERY_CUSTOMER_ROLE, B.HOME),
    ),
    P.CUSTOMER_CREATE: (_rule((GA, AA, SA), B.ANYWHERE, N.GOOD_STANDING),),
    # The machine `setup` alone: asking for a relationship and accepting it have no verbs yet.
    P.RELATIONSHIP_START: (),
    P.RELATIONSHIP_END: (_rule((GA, AA), B.RESELLER),),
    P.PARTNER_APPROVE: (_rule((OA,), B.ANYWHERE),),
    P.GRANT_READ: (_rule((CG, CR), B.HOME),),
    P.GRANT_MAKE: (_rule((CG,), B.HOME),),
    P.GRANT_REVOKE: (_rule((CG,), B.HOME),),
    # People
    P.USER_LIST: (
        _rule((CG, CR, CU, CL, CP, CS, MR, MP), B.HOME),
        _rule((GA, AA, HA), B.DELEGATED),
        _rule((GA, UM), B.HOME),
    ),
    P.USER_CREATE: (_rule((CG, CU), B.HOME), _rule((GA, AA), B.DELEGATED_ADMIN), _rule((GA, UM), B.HOME)),
    P.USER_CHANGE: (_rule((CG, CU), B.HOME), _rule((GA, AA), B.DELEGATED_ADMIN), _rule((GA, UM), B.HOME)),
    P.USER_BLOCK: (_rule((CG, CU), B.HOME), _rule((GA, AA), B.DELEGATED_ADMIN), _rule((GA, UM), B.HOME)),
    P.USER_DELETE: (_rule((CG, CU), B.HOME), _rule((GA, AA), B.DELEGATED_ADMIN), _rule((GA, UM), B.HOME)),
    P.USER_RESTORE: (_rule((CG, CU), B.HOME), _rule((GA, AA), B.DELEGATED_ADMIN), _rule((GA, UM), B.HOME)),
    P.USER_RESET_PASSWORD: (
        _rule((CG, CU, CP), B.HOME),
        _rule((GA, AA, HA), B.DELEGATED),
        _rule((GA, UM), B.HOME),
    ),
    P.ROLE_ASSIGN: (_rule((CG,), B.HOME), _rule((GA, AA), B.DELEGATED_ADMIN), _rule((GA, UM), B.HOME)),
    # Nothing in the API is for the operator's people; a person's token is that person's own, never made on behalf.
    P.TOKEN_MANAGE: (_rule((GA, AA, SA, HA, BA, UM, *EVERY_CUSTOMER_ROLE), B.OWN),),
    # The organisation
    P.SETTING_READ: (_rule((CG, CR, CS), B.HOME), _rule((GA, AA), B.DELEGATED_ADMIN)),
    P.SETTING_CHANGE: (_rule((CG,), B.HOME), _rule((GA, AA), B.DELEGATED_ADMIN)),
    P.AUDIT_READ: (_rule((CG, CR), B.HOME), _rule((GA, AA, SA, HA, BA, UM), B.HOME)),
    # Subscriptions: no customer role stands in any rule that changes one
    P.OFFER_PUBLISH: (_rule((OA,), B.ANYWHERE),),
    # Asked about the customer: a grant for one service opens the list, which shows that service's subscriptions alone.
    P.SUBSCRIPTION_LIST: (
        _rule((GA, AA, SA, HA), B.RESELLER),
        _rule((GA, AA, HA), B.TIED),
        _rule((CG, CR, CU, CL, CS, CB), B.HOME),
    ),
    P.SUBSCRIPTION_READ: (
        _rule((GA, AA, SA, HA), B.RESELLER),
        _rule((GA, AA, HA), B.DELEGATED),
        _rule((CG, CR, CU, CL, CS, CB), B.HOME),
    ),
    P.SUBSCRIPTION_CREATE: (_rule((GA, AA, SA), B.RESELLER, N.GOOD_STANDING, guardian="manage_subscriptions"),),
    P.SUBSCRIPTION_CHANGE_QUANTITY: (
        _rule((GA, AA, SA), B.RESELLER, N.GOOD_STANDING, guardian="manage_subscriptions"),
    ),
    P.SUBSCRIPTION_SUSPEND: (_rule((GA, AA, SA), B.RESELLER, guardian="manage_subscriptions"),),
    P.SUBSCRIPTION_RENAME: (_rule((GA, AA, SA), B.RESELLER, guardian="manage_subscriptions"),),
    P.SUBSCRIPTION_REACTIVATE: (_rule((GA, AA, SA), B.RESELLER, N.GOOD_STANDING, guardian="manage_subscriptions"),),
    P.SUBSCRIPTION_ASK_CHANGE: (_rule((CG, CL, CB), B.HOME),),
    # Support
    P.REQUEST_RAISE: (_rule((CG, CU, CL, CP, CS, CB), B.HOME),),
    P.REQUEST_FILE: (_rule((GA, AA, HA), B.RESELLER, N.GRANT, guardian="file_requests"),),
    P.REQUEST_READ: (
        _rule((CG, CR, CS), B.HOME),
        _rule((CU, CL, CP, CB), B.OWN),
        _rule((GA, AA, HA), B.RESELLER),
    ),
    P.REQUEST_COMMENT: (_rule((CG, CS), B.HOME), _rule((CU, CL, CP, CB), B.OWN), _rule((GA, AA, HA), B.RESELLER)),
    P.REQUEST_CLOSE: (_rule((CG, CS), B.HOME), _rule((CU, CL, CP, CB), B.OWN)),
    P.REQUEST_REOPEN: (_rule((CG, CS), B.HOME), _rule((CU, CL, CP, CB), B.OWN)),
    P.REQUEST_NOTE: (_rule((GA, AA, HA), B.RESELLER),),
    P.REQUEST_RESOLVE: (_rule((GA, AA, HA), B.RESELLER),),
    P.REQUEST_ESCALATE: (_rule((GA, AA, HA), B.RESELLER, N.GRANT, guardian="file_requests"),),
    # Taking back gives nobody more: whoever may work on the request may, also once the grant has ended.
    P.REQUEST_WITHDRAW: (_rule((GA, AA, HA), B.RESELLER),),
    P.REQUEST_READ_DELIVERY: (_rule((GA, AA, HA), B.RESELLER),),
    P.REQUEST_READ_CASE: (
        _rule((CG, CS), B.HOME),
        _rule((CU, CL, CP, CB), B.OWN),
        _rule((GA, AA, HA), B.RESELLER),
    ),
    P.ESCALATION_ACKNOWLEDGE: (_rule((OA,), B.ANYWHERE),),
    P.ESCALATION_ANSWER: (_rule((OA,), B.ANYWHERE),),
    # The Message Center
    P.MESSAGE_READ: (_rule(EVERY_CUSTOMER_ROLE, B.HOME), _rule((GA, AA, HA), B.DELEGATED)),
    P.MESSAGE_MARK: (_rule(EVERY_CUSTOMER_ROLE, B.HOME), _rule((GA, AA, HA), B.DELEGATED)),
    P.MESSAGE_READ_PRIVACY: (_rule((CG, MP), B.HOME),),
    P.MESSAGE_PUBLISH: (_rule((OA, OP), B.ANYWHERE),),
}

SYSTEM_GRANTS: Mapping[str, frozenset[Permission]] = {
    "21vianet": frozenset({P.ESCALATION_ACKNOWLEDGE, P.ESCALATION_ANSWER, P.MESSAGE_PUBLISH}),
    "lifecycle": frozenset({P.SUBSCRIPTION_SUSPEND}),
    # Founding organisations and their first admins: the demo's scenes, and an operator's command line.
    "setup": frozenset(
        {
            P.PARTNER_APPROVE,
            P.CUSTOMER_CREATE,
            P.USER_CREATE,
            P.ROLE_ASSIGN,
            P.RELATIONSHIP_START,
            P.OFFER_PUBLISH,
            P.TOKEN_MANAGE,
        }
    ),
}
CUSTOMERS_NEVER = frozenset(
    {
        P.SUBSCRIPTION_CREATE,
        P.SUBSCRIPTION_CHANGE_QUANTITY,
        P.SUBSCRIPTION_SUSPEND,
        P.SUBSCRIPTION_REACTIVATE,
        P.SUBSCRIPTION_RENAME,
    }
)
