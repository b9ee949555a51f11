"""Who sees whom: the one queryset of every tenant-owned model.

`within_reach` is the tenant boundary (outside it a thing does not exist: 404); `visible_to` is what the actor may also
read (inside the boundary without the right: 403). Both fail closed: a model without a `tenancy`, or an actor whom
nobody knows, sees nothing.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from tenants.permissions import Permission

if TYPE_CHECKING:
    from tenants.actor import Actor

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Tenancy:
    """How a model belongs: the right that reads it, and the columns that say whose it is (an empty name: it has none).

    `tenant` is the owning organisation, `partner` the partner who serves it while the relationship lives, `owner` the
    person who made it, `service` the service it is about. `exclusive`: for another partner of the same customer it does
    not exist.
    """

    read: Permission
    tenant: str = "tenant_id"
    partner: str = ""
    owner: str = ""
    service: str = ""
    exclusive: bool = False


class TenantQuerySet(models.QuerySet[M]):
    """Starts every query that leaves a view."""

    def within_reach(self, actor: "Actor") -> Self:
        """Rows on the actor's side of the tenant boundary."""
        return self._narrowed("reach_query", actor)

    def visible_to(self, actor: "Actor") -> Self:
        """Rows that the actor may read."""
        return self._narrowed("read_query", actor)

    def for_system(self, why: str) -> Self:
        """Every row, for a machine or a verb that has already asked; `why` says which."""
        if not why:
            raise ValueError("Say why this query is not narrowed to an actor.")
        return self.all()

    def locked(self, pk: Any) -> M:
        """The row as it is now, locked until the transaction ends.

        Not its key: new rows may go on pointing at it. Otherwise whoever writes to a customer would wait for whoever
        administers it, and two of them, each holding what the other points at, for ever.
        """
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk)

    def _narrowed(self, query_name: str, actor: "Actor") -> Self:
        tenancy = getattr(self.model, "tenancy", None)
        if tenancy is None:
            return self.none()
        from tenants import access  # noqa: PLC0415 - access stands on the models, which stand on this queryset

        condition = getattr(access, query_name)(actor, tenancy)
        if condition is None:
            return self.none()
        only = actor.token.customer_id if actor.token else None
        return self.filter(condition, **{tenancy.tenant: only} if only else {})
