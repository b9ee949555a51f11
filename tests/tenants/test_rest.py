"""The REST resources of this room: `me` and `customers`."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from portal.demo.cast import Cast
from tenants.actions.people import block_user
from tenants.models import AccessToken

RestOf = Callable[..., Client]


def test_a_token_says_whom_it_speaks_for(cast: Cast, rest_of: RestOf) -> None:
    answer = rest_of("lily").get("/v1.0/me")
    assert answer.status_code == 200
    body = answer.json()
    assert body["userPrincipalName"] == "lily@huaxin.example"
    assert body["preferredLanguage"] == "zh-Hans"
    assert (body["id"], body["businessPhones"], body["surname"]) == (str(cast.lily.pk), [], None)
    assert body["@odata.context"].endswith("/v1.0/$metadata#users/$entity")


def test_me_answers_what_is_selected_and_refuses_what_is_not_there(rest_of: RestOf) -> None:
    selected = rest_of("lily").get("/v1.0/me?$select=displayName,accountEnabled").json()
    assert selected.keys() == {"@odata.context", "displayName", "accountEnabled"}
    assert rest_of("lily").get("/v1.0/me?$select=password").status_code == 400
    assert rest_of("lily").get("/v1.0/me?$top=1").status_code == 400


@pytest.mark.parametrize("path", ["/v1.0/me", "/v1.0/customers"])
def test_without_a_token_or_with_a_dead_one_nothing_is_answered(path: str, rest_of: RestOf, browser_of: RestOf) -> None:
    now = timezone.now()
    assert Client().get(path).status_code == 401
    assert browser_of("anna").get(path).status_code == 401, "a browser's session is no credential here"
    assert Client(headers={"Authorization": "Bearer vpt_nonsense"}).get(path).status_code == 401
    assert rest_of("anna", expires_at=now - timedelta(seconds=1)).get(path).status_code == 401
    assert rest_of("anna", revoked_at=now).get(path).status_code == 401


def test_a_blocked_persons_token_is_refused(cast: Cast, rest_of: RestOf) -> None:
    program = rest_of("sven")
    block_user(cast.sven, actor=cast.actor("alice"))
    assert program.get("/v1.0/me").status_code == 401
    assert AccessToken.objects.get(user=cast.sven).revoked_at is not None


def test_an_agent_lists_its_customers_with_partner_centers_names(cast: Cast, rest_of: RestOf) -> None:
    body = rest_of("anna").get("/v1.0/customers").json()
    assert body["value"] == [
        {
            "id": str(cast.huaxin.pk),
            "companyProfile": {
                "tenantId": str(cast.huaxin.pk),
                "domain": "huaxin.example",
                "companyName": "Huaxin Manufacturing",
            },
            "relationshipToPartner": "reseller",
            "allowDelegatedAccess": True,
        },
        {
            "id": str(cast.jade.pk),
            "companyProfile": {
                "tenantId": str(cast.jade.pk),
                "domain": "jade.example",
                "companyName": "Jade Bikes",
            },
            "relationshipToPartner": "reseller",
            "allowDelegatedAccess": False,
        },
    ]


def test_a_grant_without_a_relationship_shows_as_such(cast: Cast, rest_of: RestOf) -> None:
    body = rest_of("boris").get(f"/v1.0/customers/{cast.huaxin.pk}").json()
    assert (body["relationshipToPartner"], body["allowDelegatedAccess"]) == ("none", True)


def test_pages_of_customers_follow_each_other(cast: Cast, rest_of: RestOf) -> None:
    first = rest_of("anna").get("/v1.0/customers?$top=1&$count=true").json()
    assert (first["@odata.count"], [row["id"] for row in first["value"]]) == (2, [str(cast.huaxin.pk)])
    second = rest_of("anna").get(first["@odata.nextLink"].partition("//")[2].partition("/")[2].join(("/", ""))).json()
    assert [row["id"] for row in second["value"]] == [str(cast.jade.pk)]
    assert "@odata.nextLink" not in second


def test_customers_are_filtered_by_what_is_listed_only(cast: Cast, rest_of: RestOf) -> None:
    found = rest_of("anna").get("/v1.0/customers?$filter=contains(companyProfile/companyName,'jade')").json()
    assert [row["id"] for row in found["value"]] == [str(cast.jade.pk)]
    assert rest_of("anna").get("/v1.0/customers?$filter=standing eq 'good'").status_code == 400


@pytest.mark.parametrize("name", ["bill", "alice", "ed", "olivia"])
def test_whoever_has_no_customers_may_not_list_them(name: str, rest_of: RestOf) -> None:
    answer = rest_of(name).get("/v1.0/customers")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "roleMissing")


@pytest.mark.parametrize(
    ("name", "customer"), [("mallory", "huaxin"), ("anna", "lotus"), ("olivia", "huaxin"), ("paul", "fanyun")]
)
def test_foreign_customers_and_missing_ones_are_alike(cast: Cast, rest_of: RestOf, name: str, customer: str) -> None:
    program = rest_of(name)
    foreign = program.get(f"/v1.0/customers/{cast.organisations[customer].pk}")
    missing = program.get(f"/v1.0/customers/{uuid4()}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["error"]["code"] == missing.json()["error"]["code"] == "itemNotFound"


def test_a_customers_admin_reads_its_own_organisation(cast: Cast, rest_of: RestOf) -> None:
    answer = rest_of("alice").get(f"/v1.0/customers/{cast.huaxin.pk}")
    assert answer.status_code == 200
    assert answer.json()["companyProfile"]["companyName"] == "Huaxin Manufacturing"
    # Who asks is no partner: "none" and false would be false about the partner that there is.
    assert (answer.json()["relationshipToPartner"], answer.json()["allowDelegatedAccess"]) == (None, None)
    assert rest_of("ed").get(f"/v1.0/customers/{cast.huaxin.pk}").status_code == 403


@pytest.mark.parametrize("path", ["/v1.0/me", "/v1.0/customers", "/v1.0/customers/{huaxin}"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_here(cast: Cast, rest_of: RestOf, path: str, method: str) -> None:
    address = path.format(huaxin=cast.huaxin.pk)
    assert getattr(rest_of("anna"), method)(address).status_code == 405


def test_a_token_does_only_what_its_scopes_name(rest_of: RestOf) -> None:
    answer = rest_of("anna", scopes=("tenants.user:list",)).get("/v1.0/customers")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scopeMissing")
