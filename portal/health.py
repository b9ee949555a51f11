"""Two questions of whoever runs the portal: does the process live, and should it be sent requests?"""

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from portal import outbox

logger = structlog.get_logger(__name__)

LATE = 60  # seconds that the oldest message may be overdue before people should look
UNHEARD = 300  # seconds that 21Vianet may leave the oldest message without a receipt (delivery alarms, docs/runbook.md)
_migrated = False


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nothing of anybody, so a database that is down restarts no web server."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served: database reached, all migrations applied. Else 503.

    A late outbox is reported ("degraded") and takes no web server away: requests are accepted while 21Vianet's queue is
    down, that is what the outbox is for. For the same reason the broker is not asked.
    """
    try:
        checks = {"database": _database(), "migrations": _migrations()}
        due, unheard = _outbox_ages() if all(checks.values()) else (None, None)
    except DatabaseError:
        logger.exception("not_ready")
        checks, due, unheard = {"database": False, "migrations": False}, None, None
    ready = all(checks.values())
    late = (due or 0) > LATE or (unheard or 0) > UNHEARD
    status = "unready" if not ready else "degraded" if late else "ready"
    body = {
        "status": status,
        "checks": checks,
        "outboxOldestDueSeconds": due,
        "outboxOldestUnacknowledgedSeconds": unheard,
    }
    return JsonResponse(body, status=200 if ready else 503)


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


def _outbox_ages() -> tuple[int, int]:
    """A dead worker shows in the first, a dead consumer in the second."""
    return int(outbox.oldest_due_age().total_seconds()), int(outbox.oldest_unacknowledged_age().total_seconds())
