"""21Vianet answers, or a worker sends, in the moment in which the partner withdraws or leaves: one waits for the other,
neither for ever.
"""

from uuid import UUID

import pytest
from psycopg2.extensions import connection as PostgresConnection

from portal.demo import cast as demo_cast
from portal.mail.models import Letter
from portal.outbox import sending
from portal.outbox.handling import handle_due
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, OutboundMessage, Outcome, State
from support import actions
from support.models import Comment
from tenants.actor import acting_as
from tests.outbox.messages import acknowledged
from tests.support.conftest import Story, fresh
from tests.support.test_relationship_ends import part
from tests.threads import meanwhile
from tests.waiting import wait_until_somebody_waits

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
        answer = meanwhile(handle_due)
        wait_until_somebody_waits()
        withdrawal.execute("select 1 from outbox_outboundmessage where id = %s for update nowait", [str(message.pk)])
        assert withdrawal.fetchone() == (1,)
        as_app_role.rollback()
    answer.result(30)
    message.refresh_from_db()
    assert (InboundMessage.objects.get().outcome, message.state) == (Outcome.APPLIED, State.ACKED)


def test_a_partner_that_leaves_locks_its_messages_by_id(
    as_app_role: PostgresConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = demo_cast.load() if demo_cast.is_present() else demo_cast.build()
    story = Story(cast)
    written = iter([UUID(int=2), UUID(int=1)])
    monkeypatch.setattr(sending, "uuid4", lambda: next(written))
    for asked in sorted((story.ask() for _time in range(2)), key=lambda asked: asked.pk):
        story.escalate(asked)
    monkeypatch.undo()
    with as_app_role.cursor() as worker:
        lock = "select 1 from outbox_outboundmessage where id = %s for update nowait"
        worker.execute("select set_config('portal.system', 'test', true)")
        worker.execute(lock, [str(UUID(int=1))])
        leaves = meanwhile(lambda: part(cast))
        wait_until_somebody_waits()
        worker.execute(lock, [str(UUID(int=2))])
        assert worker.fetchone() == (1,)
        as_app_role.rollback()
    leaves.result(30)
    assert set(OutboundMessage.objects.values_list("state", "reach_partner_id")) == {(State.CANCELLED, None)}


def test_what_a_customer_says_while_its_partner_leaves_stays_the_customers() -> None:
    cast = demo_cast.load() if demo_cast.is_present() else demo_cast.build()
    story, alice = Story(cast), cast.actor("alice")
    said, reopened = story.ask(), story.ask()
    for asked in (said, reopened):
        story.do("helen", actions.resolve, asked)
    Letter.objects.all().delete()
    with acting_as(alice):
        actions.comment(said, actor=alice, text="Thank you.")
        actions.reopen(reopened, actor=alice, text="Still broken.")
        leaves = meanwhile(lambda: part(cast))
        wait_until_somebody_waits()
    leaves.result(30)
    assert set(Comment.objects.values_list("reach_partner_id", flat=True)) == {None}
    assert (fresh(reopened).status, fresh(reopened).reach_partner_id) == ("waitingForCustomer", None)
    assert cast.alice.pk in Letter.objects.filter(template="support_request_moved").values_list(
        "recipient_id", flat=True
    )
