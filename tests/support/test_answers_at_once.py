"""21Vianet answers in the moment in which the partner withdraws: one waits for the other, neither for ever."""

from threading import Thread
from time import monotonic, sleep

import pytest
from django.db import connection
from psycopg2.extensions import connection as PostgresConnection

from portal.demo import cast as demo_cast
from portal.outbox.handling import handle_due
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, OutboundMessage, Outcome, State
from tests.outbox.messages import acknowledged
from tests.support.conftest import Story

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_an_answer_locks_the_request_before_its_messages(as_app_role: PostgresConnection) -> None:
    story = Story(demo_cast.load() if demo_cast.is_present() else demo_cast.build())
    escalation = story.escalate(story.ask())
    store([acknowledged(escalation.pk)])
    message = OutboundMessage.objects.get()
    with as_app_role.cursor() as withdrawal:
        withdrawal.execute("select set_config('portal.system', 'test', true)")
        request_id = str(escalation.support_request_id)
        withdrawal.execute("select 1 from support_supportrequest where id = %s for update", [request_id])
        answer = Thread(target=_handle)
        answer.start()
        _wait_for_a_waiting_one()
        withdrawal.execute("select 1 from outbox_outboundmessage where id = %s for update nowait", [str(message.pk)])
        assert withdrawal.fetchone() == (1,)
        as_app_role.rollback()
    answer.join(timeout=30)
    message.refresh_from_db()
    assert (InboundMessage.objects.get().outcome, message.state) == (Outcome.APPLIED, State.ACKED)


def _handle() -> None:
    try:
        handle_due()
    finally:
        connection.close()


def _wait_for_a_waiting_one() -> None:
    """Until another session of this database waits for a lock."""
    end = monotonic() + 10
    while monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.02)
    raise TimeoutError("Nobody waits for the request.")
