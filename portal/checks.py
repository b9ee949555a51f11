"""System checks for every unsafe setting. `refuse_unsafe()` stops servers that Django would start without asking."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from portal import hooks, slots

logger = structlog.get_logger(__name__)

TAG = "portal"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
IN_CLEAR = {"amqp", "redis"}  # schemes without TLS
SHORTEST_KEY = 16
# With one of these at nought, messages or letters would stop, go in circles, or be given up or emptied at once.
AT_LEAST_ONE = (
    *("OUTBOX_BATCH", "OUTBOX_WINDOW", "OUTBOX_LEASE_SECONDS", "OUTBOX_ACK_SECONDS", "OUTBOX_GIVE_UP_HOURS"),
    *("OUTBOX_MAX_REFUSALS", "OUTBOX_HANDLER_ATTEMPTS", "OUTBOX_BREAKER_ERRORS", "OUTBOX_GAP_SECONDS"),
    *("INBOX_BODY_DAYS", "LETTER_BATCH", "LETTER_MAX_ATTEMPTS", "LETTER_GIVE_UP_HOURS"),
)
STAND_IN = "outside-production"  # what settings.required() hands out in the demo and in tests


def register_checks() -> None:
    """Called once, by the app registry."""
    register(unsafe_settings, TAG)
    register(unbalanced_names, TAG)
    register(database_role, Tags.database)


def refuse_unsafe() -> None:
    """Raise ImproperlyConfigured with every error, the database role's included; warnings go to the log.

    For whatever runs long and which Django or Celery would start without asking: web, worker, beat, consumer.
    """
    found = run_checks(tags=[TAG, Tags.database], databases=["default"])
    errors = [str(message) for message in found if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(errors))
    for message in found:
        logger.warning("unsafe_setting", check=message.id, message=message.msg, hint=message.hint)


def unsafe_settings(app_configs: Sequence[AppConfig] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Only production is judged; the demo and the tests run on the loopback."""
    if not settings.PRODUCTION:
        return []
    return [*_site(), *_keys(), *_services(), *_wires(), *_letters(), *_numbers()]


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
    elif not settings.BEHIND_TLS_PROXY:
        yield Warning(
            "BEHIND_TLS_PROXY is off: behind a proxy that ends TLS every page would redirect to itself.",
            hint="Set BEHIND_TLS_PROXY=true, unless gunicorn itself speaks TLS.",
            id="portal.W016",
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
    purposes = {
        "SECRET_KEY/SECRET_KEY_FALLBACKS": {settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS},
        "AUDIT_KEY": {settings.AUDIT_KEY},
        "VIANET_SIGNING_KEY": {settings.VIANET_SIGNING_KEY},
        "VIANET_VERIFY_KEYS": set(settings.VIANET_VERIFY_KEYS),
    }
    for name, keys in purposes.items():
        if not keys or any(STAND_IN in key or len(key) < SHORTEST_KEY for key in keys):
            yield Error(
                f"{name} holds no key, a stand-in or a key shorter than {SHORTEST_KEY} characters.",
                hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"',
                id="portal.E005",
            )
    if len(set().union(*purposes.values())) < sum(map(len, purposes.values())):
        yield Error(
            f"{', '.join(purposes)} must differ.", hint="One leaked key must not open the rest.", id="portal.E006"
        )


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


def _wires() -> Iterator[CheckMessage]:
    for name in ("CELERY_BROKER_URL", "VIANET_QUEUE_URL", "REDIS_URL"):
        url = urlsplit(getattr(settings, name))
        if url.scheme in IN_CLEAR and not _is_near(url.hostname):
            yield Warning(
                f"{name} is {url.scheme}:// to another network: messages and the password would travel in clear.",
                hint=f"Set {name}={url.scheme}s://...",
                id="portal.W018",
            )


def _letters() -> Iterator[CheckMessage]:
    if "dummy" in settings.EMAIL_BACKEND or "console" in settings.EMAIL_BACKEND:
        yield Warning("EMAIL_URL sends letters to nobody.", hint="Set EMAIL_URL=smtp+tls://...", id="portal.W010")
    elif not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL or _is_near(settings.EMAIL_HOST)):
        yield Warning(
            "EMAIL_URL is smtp://: letters and the mail server's password would travel in clear.",
            hint="Set EMAIL_URL=smtp+tls://...",
            id="portal.W017",
        )


def _is_near(host: str | None) -> bool:
    """Whether nobody else's network lies between: this machine, a private address, a name without a domain such as
    compose gives.
    """
    try:
        return not host or ip_address(host).is_private
    except ValueError:
        return "." not in str(host)


def _numbers() -> Iterator[CheckMessage]:
    for name in AT_LEAST_ONE:
        if getattr(settings, name) < 1:
            yield Error(
                f"{name} is below one: messages or letters would stop without a word.",
                hint=f"Unset {name}, or see .env.example.",
                id="portal.E016",
            )


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
