"""Every setting, read from the environment. A missing or unsafe value stops the start with a sentence that says what to
set.

`PORTAL_PROFILE` is `production` unless told otherwise; `demo` (used by `make demo`) and `test` supply the keys and
services that a production deployment must name itself. `.env.example` lists every name with its meaning.
"""

import logging
from pathlib import Path

import environ
from django.contrib.messages import constants as message_levels
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal.logs import configure_logging

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.FileAwareEnv()
PROFILE = env.str("PORTAL_PROFILE", default="production")
if PROFILE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(f"PORTAL_PROFILE is {PROFILE!r}; it must be production, demo or test.")
PRODUCTION = PROFILE == "production"
DEMO = PROFILE == "demo"
# Its cast has a published password, and its simulator answers whatever it finds: neither may meet anybody's servers.
if DEMO and (
    foreign := [name for name in ("DATABASE_URL", "CELERY_BROKER_URL", "VIANET_QUEUE_URL") if env.str(name, "")]
):
    raise ImproperlyConfigured(f"The demo has a database and queues of its own. Unset {', '.join(foreign)}.")


def required(name: str, elsewhere: str) -> str:
    """The variable's value; outside production `elsewhere` stands in for a missing one."""
    value: str = env.str(name, default="" if PRODUCTION else elsewhere)
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment (see .env.example).")
    return value


def several(text: str) -> list[str]:
    """The entries between commas, without the spaces that people leave there."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]


# --- The site
DEBUG = False
SECRET_KEY = required("SECRET_KEY", "not-secret-outside-production-" + "0" * 32)
# Keys that were replaced: sessions, links and second factors made under them go on (docs/runbook.md, Keys).
SECRET_KEY_FALLBACKS = several(env.str("SECRET_KEY_FALLBACKS", default=""))
ALLOWED_HOSTS = several(required("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver"))
PORTAL_BASE_URL = required("PORTAL_BASE_URL", f"http://127.0.0.1:{env.str('PORT', default='8000')}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PORTAL_BASE_URL]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
SITE_NAME = "21Vianet Partner Portal"

INSTALLED_APPS = [
    "portal.shell",
    "portal.ui",
    "portal.api",
    "portal.audit",
    "portal.outbox",
    "portal.mail",
    "tenants",
    "subscriptions",
    "messagecenter",
    "support",
    "portal.demo",
    "tenants.admin_app.ReadOnlyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "heroicons",
    "template_partials",
    "django_structlog",
    "csp",
]

MIDDLEWARE = [
    "portal.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Outside the actor's transaction: what its commit starts, and a refusal's entry, still know the request.
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tenants.middleware.ActorMiddleware",
    "portal.middleware.ErrorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
MESSAGE_TAGS = {message_levels.ERROR: "danger"}  # the tone, as everywhere on the pages

# --- Data
DATABASES = {"default": env.db_url_config(required("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"))}
DATABASES["default"]["CONN_MAX_AGE"] = None
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a connection outlives no restart of the server
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "portal"}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "django.contrib.sessions.backends.db"

# --- Work behind the page
CELERY_BROKER_URL = required("CELERY_BROKER_URL", "memory://localhost")
VIANET_QUEUE_URL = required("VIANET_QUEUE_URL", "memory://localhost")
VIANET_QUEUE_PREFIX = env.str("VIANET_QUEUE_PREFIX", default="vianet")
VIANET_SIGNING_KEY = required("VIANET_SIGNING_KEY", "portal-to-vianet-key-outside-production")
VIANET_VERIFY_KEYS = several(required("VIANET_VERIFY_KEYS", "vianet-to-portal-key-outside-production"))
AUDIT_KEY = required("AUDIT_KEY", "audit-key-outside-production")

# --- The outbox: how escalations reach 21Vianet (docs/queue.md)
OUTBOX_BATCH = env.int("OUTBOX_BATCH", default=100)  # messages that a worker takes at a time
OUTBOX_WINDOW = env.int("OUTBOX_WINDOW", default=500)  # messages sent and not yet acknowledged, at most
OUTBOX_LEASE_SECONDS = env.float("OUTBOX_LEASE_SECONDS", default=30)  # a worker silent for longer has lost its messages
OUTBOX_ACK_SECONDS = env.float("OUTBOX_ACK_SECONDS", default=30)  # unacknowledged for longer is sent again; doubled
OUTBOX_RETRY_SECONDS = env.float("OUTBOX_RETRY_SECONDS", default=0.5)  # first pause after an error, doubled each time
OUTBOX_RETRY_CAP_SECONDS = env.float("OUTBOX_RETRY_CAP_SECONDS", default=300)  # the longest pause
OUTBOX_GIVE_UP_HOURS = env.float("OUTBOX_GIVE_UP_HOURS", default=72)  # then a message is parked for a person
OUTBOX_MAX_REFUSALS = env.int("OUTBOX_MAX_REFUSALS", default=12)  # retryable refusals by 21Vianet before it is parked
OUTBOX_BREAKER_ERRORS = env.int("OUTBOX_BREAKER_ERRORS", default=5)  # batches failed whole in a row: then probes only
OUTBOX_BREAKER_SECONDS = env.float("OUTBOX_BREAKER_SECONDS", default=5)  # how far apart the probes are
OUTBOX_GAP_SECONDS = env.float("OUTBOX_GAP_SECONDS", default=60)  # how long a reply waits for the one before it
OUTBOX_HANDLER_ATTEMPTS = env.int("OUTBOX_HANDLER_ATTEMPTS", default=12)  # then a reply that fails is parked
READYZ_SECONDS = env.float("READYZ_SECONDS", default=5)  # how long /readyz remembers how the line to 21Vianet is
READYZ_LATE_SECONDS = env.float("READYZ_LATE_SECONDS", default=60)  # overdue for longer is "degraded"
# Unacknowledged for longer is "degraded"; more than one deadline for a receipt.
READYZ_UNHEARD_SECONDS = env.float("READYZ_UNHEARD_SECONDS", default=max(300, 4 * OUTBOX_ACK_SECONDS))
VIANET_TOLERANCE_SECONDS = env.float("VIANET_TOLERANCE_SECONDS", default=300)  # age of a signature, both ways
DJANGO_STRUCTLOG_CELERY_ENABLED = True  # the request's id travels with the tasks that it starts

# --- People
AUTH_USER_MODEL = "tenants.User"
AUTHENTICATION_BACKENDS = [
    "tenants.sign_in.PortalBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("upn", "display_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
# Partner and operator people must use a second factor (Microsoft's partner security requirements); the demo does not
# ask.
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=PRODUCTION)
ACCOUNT_ADAPTER = "tenants.sign_in.PortalAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "upn"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {
    "login": "tenants.forms.sign_in.SignInForm",
    "reset_password": "tenants.forms.sign_in.ResetPasswordForm",
}
# Counted in the cache and asked before a password is hashed: one verification costs a tenth of a second of a core.
ACCOUNT_RATE_LIMITS = {
    "login": env.str("LOGIN_RATE", default="30/m/ip"),
    # The key is a sign-in name at one address: whoever guesses must not keep its owner out elsewhere.
    "login_failed": env.str("LOGIN_FAILED_RATE", default="20/m/ip,5/5m/key"),
    "login_failed_anywhere": env.str("LOGIN_FAILED_ANYWHERE_RATE", default="1000/h/key"),
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
MFA_ADAPTER = "tenants.second_factor.PortalMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SITE_NAME
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = env.int("SESSION_SECONDS", default=8 * 3600)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
PASSWORD_RESET_TIMEOUT = env.int("PASSWORD_RESET_SECONDS", default=1800)

# --- Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
PORTAL_TIME_ZONE = env.str("PORTAL_TIME_ZONE", default="Asia/Shanghai")
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["portal.ui.formats"]

# --- Files that browsers fetch
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "portal" / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION
if PRODUCTION:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# --- Letters
# The demo and the tests send nothing: a letter stays in its row, where the mailbox page shows it.
mail_server = env.email_url_config(required("EMAIL_URL", "dummymail://"))
EMAIL_BACKEND = mail_server["EMAIL_BACKEND"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = mail_server["EMAIL_HOST_USER"], mail_server["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = mail_server.get("EMAIL_USE_TLS", False), mail_server.get("EMAIL_USE_SSL", False)
EMAIL_HOST = mail_server["EMAIL_HOST"]
EMAIL_PORT = mail_server["EMAIL_PORT"] or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = required("EMAIL_FROM", f"{SITE_NAME} <portal@vianet.example>")
LETTER_BATCH = env.int("LETTER_BATCH", default=20)  # letters that a worker takes at a time
LETTER_RETRY_SECONDS = env.float("LETTER_RETRY_SECONDS", default=5)  # the shortest pause before a letter is tried again
LETTER_RETRY_CAP_SECONDS = env.float("LETTER_RETRY_CAP_SECONDS", default=3600)  # the longest pause
LETTER_MAX_ATTEMPTS = env.int("LETTER_MAX_ATTEMPTS", default=12)  # of a letter that is itself refused
LETTER_GIVE_UP_HOURS = env.float("LETTER_GIVE_UP_HOURS", default=72)  # of a mail server in trouble

# --- Safety
SECURE = PORTAL_BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Throttles count per address: without this all the world would be the proxy's. Only its own entry is believed, the
    # last one of X-Forwarded-For.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
CSRF_FAILURE_VIEW = "portal.problems.csrf_failure"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- The REST API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.authentication.ActorAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["portal.api.rendering.OrjsonRenderer", "portal.api.rendering.ProblemRenderer"],
    "URL_FORMAT_OVERRIDE": None,  # `?format=` is a parameter that no resource knows
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsing.StrictJSONParser"],
    "EXCEPTION_HANDLER": "portal.api.errors.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.GraphSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": SITE_NAME,
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/v1.0",
    "POSTPROCESSING_HOOKS": [],  # it would take `status` of two resources for one list of values
}

# --- Limits and day counts, each with its documented default
PAGE_SIZE = env.int("PAGE_SIZE", default=50)
SUSPENDED_DAYS = env.int("SUSPENDED_DAYS", default=60)  # China: data is deleted 60 days after suspension
REOPEN_DAYS = env.int("REOPEN_DAYS", default=14)  # a closed support request may be reopened for 14 days
DELETED_USER_DAYS = env.int("DELETED_USER_DAYS", default=30)  # a deleted user can be restored for 30 days
TOKEN_DAYS = env.int("TOKEN_DAYS", default=90)
IDEMPOTENCY_HOURS = env.int("IDEMPOTENCY_HOURS", default=24)
INBOX_BODY_DAYS = env.int("INBOX_BODY_DAYS", default=400)  # then what 21Vianet wrote is dropped from the inbox

# --- Logs
LOG_LEVEL = env.str("LOG_LEVEL", default="WARNING" if DEMO else "INFO")
LOGGING = configure_logging(LOG_LEVEL, json=PRODUCTION)
LOGGING_CONFIG = "logging.config.dictConfig"
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO  # a refusal is the portal at work
DJANGO_STRUCTLOG_USER_ID_FIELD = ""  # tenants.middleware names the actor; a token's bearer has no session
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # it would believe any X-Forwarded-For; the proxy logs the true address
