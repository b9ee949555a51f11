"""What an operator of the portal does at the command line."""

from datetime import timedelta
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from portal.audit import chain
from portal.audit.models import AuditEntry
from portal.database import transaction_as
from portal.errors import RuleBroken
from portal.outbox import handlers, marking
from portal.outbox import parked as parked_count
from portal.outbox.consumer import take
from portal.outbox.contracts import Inbound
from portal.outbox.handling import handle_due
from portal.outbox.inbox import store
from portal.outbox.models import InboundMessage, OutboundMessage, Outcome, State
from portal.vianet import contracts
from tests.outbox.messages import acknowledged, answered, comment, commit, escalation, from_vianet, message

pytestmark = pytest.mark.django_db
WHY = "Wei: 21Vianet has mended it"


def outbox(*words: str) -> str:
    """What `manage.py outbox` prints."""
    printed = StringIO()
    call_command("outbox", *words, stdout=printed)
    return printed.getvalue()


def recorded() -> list[tuple[str, str, str]]:
    """What the audit log says that was done by hand: deed, message, reason."""
    entries = AuditEntry.objects.filter(actor_name="operations", deed__startswith="outbox.").order_by("sequence")
    return [(entry.deed, entry.target_id, entry.data["reason"]) for entry in entries]


@pytest.fixture
def parked() -> list[OutboundMessage]:
    about = escalation()
    rows = commit(about, comment(about))
    with transaction_as(system="test"):
        marking.bury(rows[0].pk, rows[0].order_key, "unreadable")
    return rows


def test_the_list_names_what_needs_a_person(parked: list[OutboundMessage]) -> None:
    take([acknowledged(uuid4())])
    printed = outbox("list")
    assert "to 21Vianet    DEAD       1" in printed
    assert "to 21Vianet    HELD       1" in printed
    assert "from 21Vianet  PARKED     1" in printed
    assert f"parked    {parked[0].pk}  support.request.escalated.v1" in printed
    assert "unreadable" in printed
    assert "It is about an escalation that the portal never sent." in printed
    assert "oldest overdue: 0 s" in printed


def test_a_long_list_is_cut_and_reads_no_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.outbox.management.commands.outbox.LONGEST_LIST", 2)
    take([acknowledged(uuid4()) for _ in range(5)])
    for row in commit(*[escalation() for _ in range(3)]):
        with transaction_as(system="test"):
            marking.bury(row.pk, row.order_key, "unreadable")
    with CaptureQueriesContext(connection) as queries:
        printed = outbox("list")
    assert printed.count("unreadable") == 2
    assert printed.count("the portal never sent") == 2
    cut = [line for line in printed.splitlines() if line.startswith("...")]
    assert cut == ["... and 1 more, which came later", "... and 3 more, which came later"]
    assert not [query["sql"] for query in queries if '"envelope"' in query["sql"] or '"body"' in query["sql"]]


def test_every_replay_is_committed_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = commit(*[escalation() for _ in range(2)])
    for row in rows:
        with transaction_as(system="test"):
            marking.bury(row.pk, row.order_key, "unreadable")
    replayed, replay = [], marking.replay

    def once(pk: UUID) -> bool:
        if replayed:
            raise OperationalError("The database goes away.")
        replayed.append(pk)
        return replay(pk)

    monkeypatch.setattr(marking, "replay", once)
    with pytest.raises(OperationalError):
        outbox("replay", "--all", "--reason", WHY)
    assert sorted(message(row.pk).state for row in rows) == [State.DEAD, State.PENDING]
    assert recorded() == [("outbox.message.replayed", str(replayed[0]), WHY)]


@pytest.mark.parametrize("words", [["--all"], ["--message"], ["--subject"]])
def test_a_dry_run_changes_nothing_and_a_replay_sends_it_again(parked: list[OutboundMessage], words: list[str]) -> None:
    named = {"--message": str(parked[0].pk), "--subject": str(parked[0].subject_id)}
    words = [*words, *(named[word] for word in words if word in named)]
    words += ["--reason", WHY]
    assert outbox("replay", *words, "--dry-run").startswith(f"would send {parked[0].pk}")
    assert recorded() == []
    assert message(parked[0].pk).state == State.DEAD
    assert outbox("replay", *words).startswith(f"sending {parked[0].pk}")
    assert [message(row.pk).state for row in parked] == [State.PENDING, State.PENDING]
    with pytest.raises(CommandError, match="no such parked message"):
        outbox("replay", *words)
    assert recorded() == [("outbox.message.replayed", str(parked[0].pk), WHY)]


def test_a_parked_message_is_given_up_and_what_it_held_is_sent(parked: list[OutboundMessage]) -> None:
    words = ["discard", str(parked[0].pk), "--reason", WHY]
    assert outbox(*words, "--dry-run").startswith(f"would discard {parked[0].pk}  support.request.escalated.v1")
    assert (message(parked[0].pk).state, recorded()) == (State.DEAD, [])
    assert outbox(*words).startswith(f"discarded {parked[0].pk}  support.request.escalated.v1")
    assert [message(row.pk).state for row in parked] == [State.DISCARDED, State.PENDING]
    assert recorded() == [("outbox.message.discarded", str(parked[0].pk), WHY)]
    for pk in (parked[0].pk, parked[1].pk):
        with pytest.raises(CommandError, match="no such parked message"):
            outbox("discard", str(pk), "--reason", WHY)
    assert chain.verify().broken == ""


@pytest.mark.usefixtures("heard")
def test_a_reply_that_will_never_be_applied_is_given_up_and_counted_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the restore of a backup leaves behind, what a rule refuses, and a version that is not understood."""

    def refuse(_told: Inbound) -> None:
        raise RuleBroken("The request is closed.", code="requestClosed")

    about = escalation()
    commit(about)
    monkeypatch.setitem(handlers._handlers, contracts.ACKNOWLEDGED, refuse)
    unknown, refused = acknowledged(uuid4()), acknowledged(about.subject_id)
    new = from_vianet("vianet.escalation.acknowledged.v2", {"escalation_id": str(about.subject_id)})
    take([unknown, refused, new])
    assert parked_count() == 3
    for left, parcel in enumerate((new, refused, unknown)):
        words = ["discard", parcel.id, "--reason", WHY]
        assert outbox(*words, "--dry-run").startswith("would discard")
        assert outbox(*words).startswith("discarded")
        assert parked_count() == 2 - left
        with pytest.raises(CommandError, match="no such parked message"):
            outbox(*words)
        with pytest.raises(CommandError, match="no such parked message"):
            outbox("retry", parcel.id, "--reason", WHY)
    given_up = InboundMessage.objects.filter(outcome=Outcome.DISCARDED).values_list("reason", flat=True)
    assert list(given_up) == [WHY] * 3
    assert recorded() == [("outbox.message.discarded", parcel.id, WHY) for parcel in (new, refused, unknown)]


def test_a_reply_that_no_worker_survives_is_given_up_and_what_follows_goes_on(heard: list[Inbound]) -> None:
    about = escalation()
    commit(about)
    deadly, next_one = acknowledged(about.subject_id, 1), answered(about.subject_id, 2)
    store([deadly, next_one])
    assert outbox("discard", deadly.id, "--reason", WHY).startswith("discarded")
    InboundMessage.objects.update(received_at=F("received_at") - timedelta(minutes=2))
    handle_due()
    assert [told.operator_seq for told in heard] == [2]
    assert parked_count() == 0


def test_what_is_not_parked_is_not_given_up() -> None:
    about = escalation()
    commit(about)
    parcel = acknowledged(about.subject_id)
    take([parcel])
    for pk in (parcel.id, "unsigned:0", str(uuid4())):
        with pytest.raises(CommandError, match="no such parked message"):
            outbox("discard", pk, "--reason", WHY)
    assert InboundMessage.objects.get().outcome == Outcome.APPLIED


@pytest.mark.parametrize("words", [["replay", "--all"], ["discard", str(uuid4())], ["retry", "x"]])
def test_nothing_is_done_by_hand_without_a_reason(words: list[str]) -> None:
    with pytest.raises(CommandError, match="--reason"):
        outbox(*words)


def test_a_parked_message_of_21vianet_is_handled_again(heard: list[Inbound], monkeypatch: pytest.MonkeyPatch) -> None:
    about = escalation()
    commit(about)
    parcel = acknowledged(about.subject_id)
    with monkeypatch.context() as nobody:
        nobody.setattr(handlers, "_handlers", {})
        take([parcel])
    assert heard == []
    words = ["retry", parcel.id, "--reason", WHY]
    assert outbox(*words, "--dry-run") == f"would handle {parcel.id}\n"
    assert outbox(*words) == f"applied {parcel.id}  \n"
    assert [told.data["case_number"] for told in heard] == ["CN20261122-000123"]
    with pytest.raises(CommandError, match="no such parked message"):
        outbox(*words)
    assert recorded() == [("outbox.message.retried", parcel.id, WHY)]


def test_21vianet_is_never_played_in_production(settings: LazySettings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never in production"):
        call_command("simulate_vianet")
