"""Bearer tokens: issued on the command line, revoked, refused."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation

from portal.audit.models import AuditEntry
from portal.demo.cast import Cast
from portal.errors import InvalidInput, NotAllowed, RuleBroken
from tenants.access import Permission, can
from tenants.actions.people import block_user
from tenants.actions.tokens import issue_token, revoke_token
from tenants.actor import Actor
from tenants.models import AccessToken


def issued(*words: str) -> str:
    out = StringIO()
    call_command("issue_token", *words, stdout=out)
    return out.getvalue()


def me(secret: str) -> int:
    return Client(headers={"Authorization": f"Bearer {secret}"}).get("/v1.0/me").status_code


def test_the_command_prints_the_token_alone_and_it_works(cast: Cast) -> None:
    printed = issued("Anna@Fanyun.example")
    secret = printed.strip()
    assert printed == f"{secret}\n"
    assert secret.startswith("vpt_")
    assert me(secret) == 200
    token = AccessToken.objects.get(user=cast.anna)
    assert (token.scopes, token.customer) == (["*"], None)
    assert timedelta(days=89) < token.expires_at - timezone.now() <= timedelta(days=90)


def test_the_secret_is_kept_nowhere(cast: Cast) -> None:
    secret = issued("anna@fanyun.example").strip()
    assert secret not in repr(list(AccessToken.objects.values()))
    entry = AuditEntry.objects.get(deed="tenants.token.issued")
    assert (entry.tenant_id, entry.actor_name) == (cast.fanyun.pk, "setup")
    assert secret not in repr(entry.data)


def test_a_token_can_be_for_one_customer_some_rights_and_some_days(cast: Cast) -> None:
    words = ("--tenant", str(cast.huaxin.pk), "--days", "1", "--scope", "tenants.user:list", "--name", "Sync")
    secret = issued("anna@fanyun.example", *words).strip()
    token = AccessToken.objects.get(digest=AccessToken.digest_of(secret))
    assert (token.customer, token.scopes, token.name) == (cast.huaxin, ["tenants.user:list"], "Sync")
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).get("/v1.0/customers")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "scopeMissing")


@pytest.mark.parametrize(
    "words",
    [
        ("nobody@huaxin.example",),
        ("alice@huaxin.example", "--tenant", "00000000-0000-0000-0000-000000000001"),
        ("alice@huaxin.example", "--scope", "everything"),
        ("alice@huaxin.example", "--days", "0"),
        ("alice@huaxin.example", "--days", "366"),
        ("alice@huaxin.example", "--name", "n" * 81),
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        issued(*words)
    assert not AccessToken.objects.exists()


def test_a_token_for_an_organisation_out_of_reach_is_refused(cast: Cast) -> None:
    with pytest.raises(CommandError):
        issued("anna@fanyun.example", "--tenant", str(cast.lotus.pk))


def test_a_token_without_a_name_is_called_after_its_moment_in_every_language(cast: Cast) -> None:
    with translation.override("fr"):
        token, _secret = issue_token(cast.anna, actor=cast.actor("anna"))
    assert token.name == f"Token {token.created_at:%Y-%m-%d %H:%M} UTC"


def test_a_token_for_one_customer_reaches_no_other(cast: Cast, rest_of: Callable[..., Client]) -> None:
    everywhere, narrow = rest_of("anna"), rest_of("anna", customer=cast.huaxin)
    for name, status in (("huaxin", 200), ("jade", 404)):
        assert everywhere.get(f"/v1.0/customers/{cast.organisations[name].pk}").status_code == 200, name
        for below in ("", "/subscriptions"):
            address = f"/v1.0/customers/{cast.organisations[name].pk}{below}"
            assert narrow.get(address).status_code == status, address
    assert len(everywhere.get("/v1.0/customers").json()["value"]) == 2
    assert [row["id"] for row in narrow.get("/v1.0/customers").json()["value"]] == [str(cast.huaxin.pk)]
    assert narrow.get("/v1.0/me").status_code == 200


def test_a_token_for_one_customer_carries_no_right_to_another(cast: Cast) -> None:
    token, _secret = issue_token(cast.anna, actor=cast.actor("anna"), customer=cast.huaxin)
    anna = Actor.of(cast.anna, token)
    assert can(anna, Permission.CUSTOMER_READ, cast.huaxin)
    assert can(anna, Permission.CUSTOMER_READ, cast.jade).code == "outOfReach"


def test_a_name_that_is_too_long_is_refused_in_words(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refusal:
        issue_token(cast.anna, actor=cast.actor("anna"), name="n" * 81)
    assert (refusal.value.code, str(refusal.value)) == ("invalidName", "At most 80 characters.")


def test_a_blocked_person_gets_none_and_loses_what_it_had(cast: Cast) -> None:
    secret = issued("ed@huaxin.example").strip()
    block_user(cast.ed, actor=cast.actor("uma"))
    assert me(secret) == 401
    with pytest.raises(CommandError):
        issued("ed@huaxin.example")


def test_people_manage_their_own_tokens_and_nobody_elses(cast: Cast) -> None:
    token, secret = issue_token(cast.anna, actor=cast.actor("anna"), scopes=("tenants.customer:list",))
    with pytest.raises(NotAllowed):
        issue_token(cast.helen, actor=cast.actor("paul"))
    with pytest.raises(NotAllowed):
        issue_token(cast.alice, actor=cast.actor("anna"))
    with pytest.raises(NotAllowed):
        revoke_token(token, actor=cast.actor("paul"))
    revoke_token(token, actor=cast.actor("anna"))
    assert me(secret) == 401
    with pytest.raises(RuleBroken) as refusal:
        revoke_token(token, actor=cast.actor("anna"))
    assert refusal.value.code == "tokenRevoked"


def test_a_scope_is_the_name_of_a_right(cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refusal:
        issue_token(cast.anna, actor=cast.actor("anna"), scopes=("tenants.everything:do",))
    assert refusal.value.code == "unknownScope"


def test_a_role_that_is_taken_away_is_gone_from_the_token_too(cast: Cast, rest_of: Callable[..., Client]) -> None:
    program = rest_of("helen")
    assert program.get("/v1.0/customers").status_code == 200
    cast.helen.role_assignments.all().delete()
    assert program.get("/v1.0/customers").status_code == 403
