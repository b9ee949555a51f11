"""The test's own queries are a machine's; what happens inside a request is somebody else's, and the machine returns."""

import uuid

import pytest
from django.db import connection

from portal.database import current_identity, transaction_as
from tests import conftest


def who_asks() -> tuple[str, str]:
    """`portal.home` and `portal.system` as PostgreSQL knows them."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('portal.home', true), current_setting('portal.system', true)")
        home, system = cursor.fetchone()
    return home or "", system or ""


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("in one transaction", marks=pytest.mark.django_db),
        pytest.param("committing", marks=pytest.mark.django_db(transaction=True)),
    ],
)
@pytest.mark.postgres
def test_a_request_speaks_for_its_caller_and_then_the_test_speaks_again(kind: str) -> None:
    home = uuid.uuid4()
    assert who_asks() == ("", "test")

    with transaction_as(home=home):
        assert who_asks() == (str(home), "")

    assert who_asks() == ("", "test")


@pytest.mark.postgres
def test_a_refused_request_gives_the_identity_back_too(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction_as(home=uuid.uuid4()):
        raise ZeroDivisionError

    assert who_asks() == ("", "test")


def test_without_a_database_nobody_asks() -> None:
    assert current_identity().system == ""


@pytest.mark.parametrize(
    ("ci", "servers", "failing"),
    [
        ("true", "1", {"postgres", "browser", "gettext", "ruff"}),
        ("true", "", {"browser", "gettext", "ruff"}),
        ("", "1", set()),
    ],
)
def test_in_ci_a_skip_is_a_failure(monkeypatch: pytest.MonkeyPatch, ci: str, servers: str, failing: set[str]) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PORTAL_TEST_SERVERS", servers)

    markers = ("postgres", "browser", "gettext", "ruff")
    assert {marker for marker in markers if conftest.skip_is_failure(marker)} == failing
