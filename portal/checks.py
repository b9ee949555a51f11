"""System checks for every unsafe setting. `refuse_unsafe()` stops servers that Django would start without asking."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from portal import hooks, slots

TAG = "portal"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
KEYS = ("SECRET_KEY", "AUDIT_KEY", "VIANET_SIGNING_KEY")
SHORTEST_KEY = 16
STAND_IN = "outside-production"  # what settings.required() hands out in the demo and in tests


def register_checks() -> None:
    """Called once, by the app registry."""
    register(unsafe_settings, TAG)
    register(unbalanced_names, TAG)
    register(database_role, Tags.database)


def refuse_unsafe() -> None:
    """Raise ImproperlyConfigured with every error, the database role's included.

    For whatever runs long and which Django or Celery would start without asking: web, worker, beat, consumer.
    """
    found = run_checks(tags=[TAG, Tags.database], databases=["default"])
    errors = [str(message) for message in found if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(errors))


def unsafe_settings(app_configs: Sequence[AppConfig] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Only production is judged; the demo and the tests run on the loopback."""
    if not settings.PRODUCTION:
        return []
    return [*_site(), *_keys(), *_services()]


def _site() -> Iterator[CheckMessage]:
    base = urlsplit(settings.PORTAL_BASE_URL)
    if settings.DEBUG:
        yield Error(
            "DEBUG shows settings and source to whoever causes an error.", hint="Unset DEBUG.", id="portal.E001"
        )
    if base.scheme != "https":
        found = Warning if base.hostname in LOOPBACK else Error
        yield found(
            "PORTAL_BASE_URL is not https: passwords and tokens would travel in clear.",
            hint="Set PORTAL_BASE_URL to https://... and terminate TLS in front of the portal.",
            id="portal.E002" if found is Error else "portal.W002",
        )
    if "*" in settings.ALLOWED_HOSTS or base.hostname not in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS must name the host of PORTAL_BASE_URL and never everything.",
            hint=f"Set ALLOWED_HOSTS={base.hostname}",
            id="portal.E003",
        )
    if not settings.MFA_REQUIRED:
        yield Error(
            "MFA_REQUIRED is off: a stolen password of one partner's agent would open all its customers.",
            hint="Unset MFA_REQUIRED.",
            id="portal.E004",
        )


def _keys() -> Iterator[CheckMessage]:
    named = [(name, getattr(settings, name)) for name in KEYS]
    for name in ("VIANET_VERIFY_KEYS", "SECRET_KEY_FALLBACKS"):
        named += [(name, key) for key in getattr(settings, name)]
    for name, value in named:
        if STAND_IN in value or len(value) < SHORTEST_KEY:
            yield Error(
                f"{name} is a stand-in or shorter than {SHORTEST_KEY} characters.",
                hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"',
                id="portal.E005",
            )
    if len({settings.SECRET_KEY, settings.AUDIT_KEY, settings.VIANET_SIGNING_KEY}) < len(KEYS):
        yield Error(f"{', '.join(KEYS)} must differ.", hint="One leaked key must not open the rest.", id="portal.E006")


def _services() -> Iterator[CheckMessage]:
    for name in ("CELERY_BROKER_URL", "VIANET_QUEUE_URL"):
        if getattr(settings, name).startswith("memory:"):
            yield Error(
                f"{name} is memory://, which ends at the border of one process: web and worker would never meet.",
                hint=f"Set {name} to amqp://... or redis://...",
                id="portal.E007",
            )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        yield Warning(
            "SQLite has no row-level security and one writer at a time.",
            hint="Set DATABASE_URL to PostgreSQL 15 or later.",
            id="portal.W008",
        )
    if not settings.REDIS_URL:
        yield Warning(
            "Without REDIS_URL each process counts sign-in attempts for itself.",
            hint="Set REDIS_URL.",
            id="portal.W009",
        )
    if "dummy" in settings.EMAIL_BACKEND or "console" in settings.EMAIL_BACKEND:
        yield Warning("EMAIL_URL sends letters to nobody.", hint="Set EMAIL_URL=smtp+tls://...", id="portal.W010")


def unbalanced_names(app_configs: Sequence[AppConfig] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """A hook or slot whose two ends do not meet is a wire into nothing."""
    undeclared, unfilled = hooks.unbalanced()
    found = [
        (undeclared, "is filled but no room declares it", "portal.E011"),
        (unfilled, "is declared but no room fills it", "portal.E012"),
    ]
    messages: list[CheckMessage] = [
        Error(f"The hook {name!r} {what}.", id=number) for names, what, number in found for name in sorted(names)
    ]
    strangers = sorted(slots.unknown())
    return messages + [
        Error(f"The slot {name!r} is filled but nobody offers it.", id="portal.E013") for name in strangers
    ]


def database_role(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """Row-level security does not apply to superusers and to roles that bypass it.

    Asked on a connection of its own, which no forked child inherits. A database that does not answer is not unsafe:
    `/readyz` tells of it, and a web worker that is replaced meanwhile still starts.
    """
    return [
        message
        for alias in databases or []
        if connections[alias].vendor == "postgresql"
        for message in _about_the_role(alias)
    ]


def _about_the_role(alias: str) -> Iterator[CheckMessage]:
    connection = connections[alias].copy()
    try:
        with connection.cursor() as cursor:
            cursor.execute("select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user")
            name, superuser, bypasses = cursor.fetchone()
    except OperationalError as error:
        yield Warning(f"The database did not answer, its role was not checked: {error}", id="portal.W015")
        return
    finally:
        connection.close()
    if superuser or bypasses:
        yield Error(
            f"The database role {name!r} is not bound by row-level security.",
            hint="Connect as a role with NOSUPERUSER and NOBYPASSRLS.",
            id="portal.E014",
        )
