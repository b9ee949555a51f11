"""`/v1.0/customers`: Partner Center's nouns in Graph's envelope."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.collections import graph_list
from portal.api.query import Property, Rules, read_query
from portal.errors import NotVisible
from tenants.access import Permission
from tenants.models import Kind, Tenant
from tenants.portfolio import Bond, bonds_of, customers_of
from tenants.rest import VisibleViewSet

RULES = Rules(
    order=("name", "id"),
    properties={
        "id": Property("id", UUID),
        "companyProfile/companyName": Property("name", orderable=True),
        "companyProfile/domain": Property("domain", orderable=True),
    },
    countable=True,
)


TIES = ("relationshipToPartner", "allowDelegatedAccess")


class CompanyProfileRow(serializers.Serializer[Any]):
    """Partner Center's `companyProfile`."""

    tenantId = serializers.UUIDField()
    domain = serializers.CharField()
    companyName = serializers.CharField()


class CustomerRow(serializers.Serializer[Any]):
    """A row, for the API's description."""

    id = serializers.UUIDField()
    companyProfile = CompanyProfileRow()
    relationshipToPartner = serializers.ChoiceField(["reseller", "none"], allow_null=True)
    allowDelegatedAccess = serializers.BooleanField(allow_null=True)


class CustomersViewSet(VisibleViewSet):
    """A partner's customers."""

    rights: ClassVar = {"list": Permission.CUSTOMER_LIST}
    answers: ClassVar = {"list": CustomerRow}
    query_rules = RULES

    def list(self, request: Request) -> Response:
        """Customers by relationship or by grant, by name."""
        query = read_query(request, RULES)
        customers = customers_of(self.actor)
        page = query.page(customers.values_list("id", "name", "domain"))
        bonds = bonds_of(self.actor, [row[0] for row in page])
        rows = [_row(pk, name, domain, bonds.get(pk, Bond())) for pk, name, domain in page]
        return graph_list(request, page, rows, context="customers", count=query.count(customers))


class CustomerViewSet(VisibleViewSet):
    """One customer, for its partners and its own admins."""

    path = ((Tenant, "customer_id"),)
    rights: ClassVar = {"retrieve": Permission.CUSTOMER_READ}
    answers: ClassVar = {"retrieve": CustomerRow}

    def retrieve(self, request: Request, customer_id: UUID) -> Response:
        """One customer. Other kinds of organisations are no customers, one's own included."""
        (customer,) = self.objects
        if customer.kind != Kind.CUSTOMER:
            raise NotVisible
        bond = bonds_of(self.actor, [customer.pk]).get(customer.pk) or Bond()
        row = _row(customer.pk, customer.name, customer.domain, bond)
        # How the customer stands to "the partner" has no answer for a reader who is none.
        return Response(row if self.actor.is_partner else {**row, **dict.fromkeys(TIES)})


def _row(pk: UUID, name: str, domain: str, bond: Bond) -> dict[str, Any]:
    return {
        "id": pk,
        "companyProfile": {"tenantId": pk, "domain": domain, "companyName": name},
        "relationshipToPartner": "reseller" if bond.reseller else "none",
        "allowDelegatedAccess": bool(bond.grants),
    }
