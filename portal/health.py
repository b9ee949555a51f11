"""Two questions of whoever runs the portal: does the process live, and should it be sent requests?"""

from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from portal import mail, outbox

logger = structlog.get_logger(__name__)

_migrated = False


class Line:
    """How the line to 21Vianet is, and the mail. Anybody may ask, so brokers and tables are not asked every time."""

    def __init__(self) -> None:
        self._answer: dict[str, Any] = {}
        self._good_until = 0.0

    def recent(self) -> dict[str, Any]:
        """An answer that is READYZ_SECONDS old at most."""
        if monotonic() >= self._good_until:
            self._answer = self._asked()
            self._good_until = monotonic() + settings.READYZ_SECONDS
        return self._answer

    @staticmethod
    def _asked() -> dict[str, Any]:
        """A dead worker shows in the first, a dead consumer in the second."""
        return {
            "outboxOldestDueSeconds": int(outbox.oldest_due_age().total_seconds()),
            "outboxOldestUnacknowledgedSeconds": int(outbox.oldest_unacknowledged_age().total_seconds()),
            "outboxParked": outbox.parked(),
            "lettersFailed": mail.failed_count(),
            "broker": outbox.brokers_answer(),
        }


_line = Line()


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nothing of anybody, so a database that is down restarts no web server."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served: database reached, all migrations applied. Else 503.

    What is wrong with the line to 21Vianet, or with the mail, is reported ("degraded") and takes no web server away:
    requests are accepted while broker and 21Vianet are down, that is what the outbox is for.
    """
    try:
        checks = {"database": _database(), "migrations": _migrations()}
        line = _line.recent() if all(checks.values()) else {}
    except (DatabaseError, InterfaceError):
        logger.exception("not_ready")
        checks, line = {"database": False, "migrations": False}, {}
    ready = all(checks.values())
    status = "unready" if not ready else "degraded" if _disturbed(line) else "ready"
    return JsonResponse({"status": status, "checks": checks} | line, status=200 if ready else 503)


def _disturbed(line: dict[str, Any]) -> bool:
    return bool(
        line["outboxOldestDueSeconds"] > settings.READYZ_LATE_SECONDS
        or line["outboxOldestUnacknowledgedSeconds"] > settings.READYZ_UNHEARD_SECONDS
        or line["outboxParked"]
        or line["lettersFailed"]
        or not line["broker"]
    )


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return bool(cursor.fetchone() == (1,))


def _migrations() -> bool:
    """Remembered once true: migrations are not taken back under a running server."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated
