"""From Alice's form to 21Vianet's case number on her page: the real pipe and 21Vianet's simulator, in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from portal.demo.cast import Cast
from portal.outbox import consumer
from portal.outbox.delivering import deliver_due
from portal.vianet.simulator import Knobs, Simulator
from portal.vianet.transports import connect
from support.models import Escalation, SupportRequest
from tests.threads import running
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {"service": "exchange", "severity": "moderate", "title": "Mail bounces", "description": "Since nine."}


@contextmanager
def vianet_at_work(settings: LazySettings, folder: Path, **knobs: float) -> Iterator[None]:
    """21Vianet and the portal's consumer, each in a thread, as in the demo."""
    simulator = Simulator(
        connect(settings.VIANET_QUEUE_URL, settings.VIANET_QUEUE_PREFIX),
        str(folder / "vianet.sqlite3"),
        verify_keys=[settings.VIANET_SIGNING_KEY],
        signing_key=settings.VIANET_VERIFY_KEYS[0],
        knobs=Knobs(**{"latency": 0.0, "patience": 0.5, **knobs}),  # type: ignore[arg-type]  # the seed stays an integer
    )
    with running(simulator.run, consumer.consume_replies):
        yield


def case_number() -> str:
    return Escalation.objects.values_list("case_number", flat=True).first() or ""


@pytest.mark.parametrize("knobs", [{}, {"duplicate": 1.0, "disorder": 1.0}])
def test_a_case_number_comes_back(
    cast: Cast, browser_of: Callable[[str], Client], settings: LazySettings, tmp_path: Path, knobs: dict[str, float]
) -> None:
    alice, helen = browser_of("alice"), browser_of("helen")
    url = alice.post(f"/organisations/{cast.huaxin.pk}/requests/new/", FORM).headers["Location"]
    helen.post(f"{url}comment/", {"text": "We look into it.", "visibility": "public"})
    assert "We look into it." in alice.get(url).content.decode()
    with vianet_at_work(settings, tmp_path, **knobs):
        helen.post(f"{url}escalate/", {"reason": "training", "tried": "Message trace."})
        deliver_due()
        wait_until(case_number, "a case number", 10)
    for client in (alice, helen):
        assert case_number() in client.get(url).content.decode()
    assert SupportRequest.objects.get().status in {"escalated", "waitingForPartner"}
