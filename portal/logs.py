"""Structured logs: JSON lines in production, `key=value` lines elsewhere, the request id on every one."""

import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# A password-reset address carries the right to set a password; query strings carry whatever somebody pasted.
_RESET_KEY = re.compile(r"(/reset/key/)[^/?\s]+")
_QUERY = re.compile(r"\?\S*")


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep one-time keys and query strings of logged addresses out of the log files."""
    for key in ("request", "event"):
        text = event.get(key)
        if isinstance(text, str) and "/" in text:
            event[key] = _QUERY.sub("?...", _RESET_KEY.sub(r"\1...", text))
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    without_secrets,
]


def _renderers(json: bool) -> list[Processor]:
    if json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # Never with the values of variables, which an installed `rich` would add: a password may be one of them.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), sort_keys=False, exception_formatter=plain)]


def configure_logging(level: str, *, json: bool) -> dict[str, Any]:
    """Configures structlog's own loggers, and returns Django's LOGGING: everything goes to standard error through
    structlog.

    `level` is a name of the standard library ("INFO"); standard output stays free for what commands print.
    """
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*SHARED, structlog.stdlib.ExtraAdder(allow=["status_code"])],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(json)],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's default handlers mail the administrators and print in DEBUG; the root handler replaces both.
            "django": {"handlers": [], "level": level, "propagate": True},
            # The request line of django-structlog says the same with the request id.
            "django.request": {"level": "ERROR"},
            "amqp": {"level": "WARNING"},
        },
    }
