"""The people of the tests: the demo's cast, signed in to a browser-like client or carrying a bearer token."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker, blocking_manager_key

from portal.database import transaction_as
from portal.demo import cast as demo_cast
from portal.demo.cast import Cast
from portal.mail.models import Letter
from tenants.models import AccessToken, User
from tests.transactions import fixtures_of, is_transactional

PASSWORD = demo_cast.DEMO_PASSWORD
EMPTIED = pytest.StashKey[bool]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Where a transactional test has emptied the tables, build the cast once for all that roll back to it again."""
    if not is_transactional(item) and item.config.stash.get(EMPTIED, False) and "cast" in fixtures_of(item):
        with item.config.stash[blocking_manager_key].unblock(), transaction_as(system="test"):
            if not demo_cast.is_present():
                _build()
        item.config.stash[EMPTIED] = False


def pytest_runtest_call(item: pytest.Item) -> None:
    """A test that is skipped empties nothing, and there may be no database yet."""
    if is_transactional(item):
        item.config.stash[EMPTIED] = True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Build the cast once per database; tests roll back to it."""
    with django_db_blocker.unblock(), transaction_as(system="test"):
        _build()


@pytest.fixture
def cast(db: None, _database_identity: None) -> Cast:
    """The cast as it is in the database; built again where a transactional test before has emptied it."""
    return demo_cast.load() if demo_cast.is_present() else _build()


def _build() -> Cast:
    """The cast, without the letters that its first grants sent: a test counts its own."""
    built = demo_cast.build()
    Letter.objects.all().delete()
    return built


@pytest.fixture
def browser_of(cast: Cast) -> Callable[[str], Client]:
    """`browser_of("alice")`: a client that Alice has signed in to. `browser_of("")`: a visitor's."""

    def sign_in(name: str) -> Client:
        client = Client()
        if name:
            client.force_login(cast.people[name], backend="tenants.sign_in.PortalBackend")
        return client

    return sign_in


@pytest.fixture
def rest_of(cast: Cast) -> Callable[..., Client]:
    """`rest_of("helen")`: a client that sends Helen's bearer token."""

    def with_token(name: str, scopes: tuple[str, ...] = ("*",), **fields: Any) -> Client:
        secret = token_for(cast.people[name], scopes, **fields)
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return with_token


def token_for(user: User, scopes: tuple[str, ...] = ("*",), **fields: Any) -> str:
    """A token's secret, made past the verb so that tests can also make expired and revoked ones."""
    secret = AccessToken.new_secret()
    values = {"name": "test", "expires_at": timezone.now() + timedelta(days=1), **fields}
    AccessToken.objects.create(user=user, digest=AccessToken.digest_of(secret), scopes=list(scopes), **values)
    return secret
