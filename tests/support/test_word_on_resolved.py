"""A customer who has something to say about a solution is not done with it: its comment reopens the request."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from portal import slots
from portal.audit.models import AuditEntry
from portal.mail.models import Letter
from support import actions
from support.models import SupportRequest
from tests.support.conftest import Story, fresh

Browser = Callable[[str], Client]
WARNING = "Sending this reopens the request."


@pytest.fixture
def resolved(story: Story, asked: SupportRequest) -> SupportRequest:
    """Helen holds Alice's request to be solved."""
    done: SupportRequest = story.do("helen", actions.resolve, asked)
    return done


def test_the_form_says_so_before_and_the_partner_is_told(resolved: SupportRequest, browser_of: Browser) -> None:
    alice, url = browser_of("alice"), resolved.get_absolute_url()
    assert WARNING in alice.get(url).content.decode()
    assert WARNING not in browser_of("helen").get(url).content.decode()
    assert alice.post(f"{url}comment/", {"text": "It still bounces."}).status_code == 303
    page = alice.get(url).content.decode()
    assert "The request is open again." in page
    assert "Reopened by Alice Ai" in page and "It still bounces." in page
    now = fresh(resolved)
    assert (now.status, now.resolved_at, now.closed_at) == ("waitingForPartner", None, None)
    letter = Letter.objects.get(address="helen@fanyun.example", template="support_request_moved")
    assert (letter.context["status"], letter.context["text"]) == ("waitingForPartner", "It still bounces.")
    assert not Letter.objects.filter(template="support_request_commented").exists()
    deed = AuditEntry.objects.filter(target_id=str(resolved.pk)).latest("sequence")
    assert (deed.deed, deed.data["before"], deed.data["after"]) == (
        "support.request.reopened",
        {"status": "resolved"},
        {"status": "waitingForPartner"},
    )


def test_a_program_reopens_it_too(resolved: SupportRequest, rest_of: Browser) -> None:
    url = f"/v1.0/supportRequests/{resolved.reference}"
    answer = rest_of("alice").post(f"{url}/comments", {"content": "Not yet."}, content_type="application/json")
    assert (answer.status_code, answer.json()["content"]) == (201, "Not yet.")
    assert rest_of("helen").get(url).json()["status"] == "waitingForPartner"


def test_the_partners_word_reopens_nothing(story: Story, resolved: SupportRequest) -> None:
    story.say(resolved, "helen", "Does it work?")
    assert fresh(resolved).status == "resolved"


def test_after_fourteen_days_a_comment_is_a_comment(
    story: Story, resolved: SupportRequest, browser_of: Browser, settings: LazySettings
) -> None:
    SupportRequest.objects.update(resolved_at=timezone.now() - timedelta(days=settings.REOPEN_DAYS, minutes=1))
    assert WARNING not in browser_of("alice").get(resolved.get_absolute_url()).content.decode()
    story.say(resolved, "alice", "Thank you.")
    assert fresh(resolved).status == "resolved"


def test_a_resolved_request_stays_before_the_customer_until_it_closes_it(
    story: Story, resolved: SupportRequest, browser_of: Browser
) -> None:
    assert _listed(story, resolved, browser_of) == {"alice": (True, True), "helen": (False, False)}
    story.do("alice", actions.close, resolved)
    assert _listed(story, resolved, browser_of) == {"alice": (False, False), "helen": (False, False)}


def _listed(story: Story, about: SupportRequest, browser_of: Browser) -> dict[str, tuple[bool, bool]]:
    """Whether it stands in the list that opens first, and on the customer's overview."""
    found = {}
    for person in ("alice", "helen"):
        panel = slots.panels("tenants.organisation.panels", story.cast.actor(person), story.cast.huaxin)
        page = browser_of(person).get("/requests/").content.decode()
        found[person] = (about.reference in page, about.reference in panel)
    return found
