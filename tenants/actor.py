"""Who acts: a person with its roles, or a machine with grants of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from portal.database import transaction_as
from tenants.models import AccessToken, Kind, Role, RoleAssignment, Tenant, User

if TYPE_CHECKING:
    from tenants.access import Tie


@dataclass(eq=False)
class Actor:
    """The one who asks. Nobody (`user` and `machine` both empty) may do nothing.

    `token` is None for a session; a token narrows the rights to its scopes. `ties` remembers, for this request only,
    what binds a partner to the customers it was asked about; `memory` what a room has looked up about an organisation.
    `roles` are those of the request's beginning, which `access.require` reads again.
    """

    user: User | None = None
    tenant: Tenant | None = None
    roles: frozenset[str] = frozenset()
    machine: str = ""
    token: AccessToken | None = None
    ties: dict[UUID, "Tie"] = field(default_factory=dict, repr=False)
    memory: dict[tuple[str, UUID], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, user: User, token: AccessToken | None = None) -> "Actor":
        """A person, with the roles it holds at this moment. Two queries at most."""
        return cls(user, user.tenant, roles_now(user), token=token)

    @classmethod
    def system(cls, name: str) -> "Actor":
        """A machine: `21vianet`, `lifecycle`, `setup` ... each with the rights that `grants.SYSTEM_GRANTS` lists."""
        return cls(machine=name)

    @property
    def is_known(self) -> bool:
        """A person or a machine, not an anonymous visitor."""
        return self.user is not None or bool(self.machine)

    @property
    def tenant_id(self) -> UUID | None:
        """The home organisation."""
        return self.tenant.pk if self.tenant else None

    @property
    def user_id(self) -> UUID | None:
        return self.user.pk if self.user else None

    @property
    def kind(self) -> str:
        """`operator`, `partner` or `customer`; empty for machines and visitors."""
        return self.tenant.kind if self.tenant else ""

    @property
    def is_partner(self) -> bool:
        return self.kind == Kind.PARTNER

    @property
    def is_customer(self) -> bool:
        return self.kind == Kind.CUSTOMER

    def has_role(self, *roles: Role) -> bool:
        """Whether it holds at least one of these."""
        return not self.roles.isdisjoint(roles)

    def audit_identity(self) -> dict[str, Any]:
        """What the book of deeds writes about the one who acted."""
        return {
            "kind": "system" if self.machine else "user",
            "id": self.user_id,
            "name": self.machine or (self.user.display_name if self.user else ""),
            "tenant_id": self.tenant_id,
        }


def roles_now(user: User) -> frozenset[str]:
    """The roles that a person holds at this moment."""
    roles = RoleAssignment.objects.for_system("the actor's own roles").filter(user=user)
    return frozenset(roles.values_list("role", flat=True))


NOBODY = Actor()


@contextmanager
def acting_as(actor: Actor, customer: Tenant | None = None) -> Iterator[Actor]:
    """A transaction in the actor's name, for tasks, commands and the demo's scenes.

    `customer` is the organisation the actor works in, as `tenants.web.allow` names it for a page; the caller has asked
    `can()`.
    """
    with transaction_as(home=actor.tenant_id, acting=customer.pk if customer else None, system=actor.machine):
        yield actor
