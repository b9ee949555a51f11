"""The list of requests and the page of one: who sees which, what they say, what they cost."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.demo.cast import Cast
from portal.outbox.models import OutboundMessage
from support import actions
from support.models import Escalation, SupportRequest
from tenants.actions.roles import assign_role
from tenants.models import Role
from tests.support.conftest import Story

Browser = Callable[[str], Client]
READING = ("SELECT", "INSERT", "UPDATE", "DELETE")


def cost(client: Client, url: str, *, status: int = 200, **headers: str) -> int:
    """SQL statements of one page, settings and savepoints not counted."""
    client.get(url, headers=headers)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url, headers=headers).status_code == status
    counted = [query["sql"] for query in seen.captured_queries if query["sql"].lstrip().startswith(READING)]
    return len([sql for sql in counted if "set_config" not in sql])


def listed(client: Client, url: str = "/requests/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_both_sides_list_it_and_strangers_do_not(asked: SupportRequest, browser_of: Browser) -> None:
    for person in ("alice", "sven", "helen", "anna", "paul"):
        assert asked.reference in listed(browser_of(person))
    for person in ("boris", "mallory", "jun", "uma"):
        assert asked.reference not in listed(browser_of(person))


@pytest.mark.parametrize("person", ["rosa", "pia", "ed", "sam", "bill", "olivia", "peng"])
def test_who_reads_no_requests_is_told_so(browser_of: Browser, person: str) -> None:
    assert browser_of(person).get("/requests/").status_code == 403


def test_uma_sees_her_own(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    own = story.ask("uma")
    page = listed(browser_of("uma"))
    assert (own.reference in page, asked.reference in page) == (True, False)
    assert browser_of("uma").get(asked.get_absolute_url()).status_code == 403


def test_the_list_is_filtered(story: Story, escalated: Escalation, browser_of: Browser) -> None:
    closed, other, helen = story.ask(), story.ask(), browser_of("helen")
    story.do("alice", actions.close, closed)
    handed = escalated.support_request.reference
    for show, expected in (
        ("open", {handed, other.reference}),
        ("escalated", {handed}),
        ("all", {handed, other.reference, closed.reference}),
        ("nonsense", {handed, other.reference}),
    ):
        page = listed(helen, f"/requests/?show={show}")
        assert {name for name in (handed, other.reference, closed.reference) if name in page} == expected


def test_the_list_of_one_severity(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    worst, helen = story.ask(severity="critical", impact="All."), browser_of("helen")
    for severity, expected in (("critical", [False, True]), ("moderate", [True, False]), ("nonsense", [True, True])):
        page = listed(helen, f"/requests/?severity={severity}")
        assert [about.reference in page for about in (asked, worst)] == expected
    assert '<option value="critical" selected>' in listed(helen, "/requests/?severity=critical")
    empty = listed(browser_of("mallory"), "/requests/?severity=critical")
    assert ("Nothing here matches the filter." in empty, "When something does not work" in empty) == (True, False)


def test_the_list_of_one_customer(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    jades, helen, huaxin = story.ask("jun", "jade"), browser_of("helen"), asked.tenant_id
    page = listed(helen, f"/requests/?show=all&customer={huaxin}")
    assert (asked.reference in page, jades.reference in page) == (True, False)
    assert "Only requests of Huaxin Manufacturing are listed." in page
    assert f'<input type="hidden" name="customer" value="{huaxin}"' in page
    assert "Show those of all customers" not in listed(browser_of("alice"), f"/requests/?customer={huaxin}")


@pytest.mark.parametrize("customer", ["lotus", "nobody", "nonsense"])
def test_a_customer_out_of_reach_is_an_unknown_one(cast: Cast, browser_of: Browser, customer: str) -> None:
    known = {"lotus": cast.lotus.pk, "nobody": uuid4()}
    assert browser_of("helen").get(f"/requests/?customer={known.get(customer, customer)}").status_code == 404


@pytest.mark.parametrize(
    ("person", "show", "text"),
    [
        ("helen", "escalated", "Requests that you escalate are listed here."),
        ("alice", "escalated", "What your partner could not solve alone is listed here."),
        ("helen", "open", "Requests of your customers appear here."),
        ("alice", "open", "When something does not work, ask your partner."),
        ("ed", "open", "Requests of your organisation appear here."),
    ],
)
def test_an_empty_list_speaks_to_its_reader(
    story: Story, browser_of: Browser, person: str, show: str, text: str
) -> None:
    story.do("alice", assign_role, story.cast.ed, Role.GLOBAL_READER)
    assert text in listed(browser_of(person), f"/requests/?show={show}")


def test_who_may_not_read_the_case_number_is_not_promised_one(
    story: Story, escalated: Escalation, browser_of: Browser
) -> None:
    story.do("alice", assign_role, story.cast.ed, Role.GLOBAL_READER)
    for person, promised in (("alice", True), ("ed", False)):
        page = listed(browser_of(person), escalated.support_request.get_absolute_url())
        assert ("has not opened a case yet" in page, "Its number appears here." in page) == (True, promised)


def test_the_list_is_paged_without_gaps(story: Story, browser_of: Browser, settings: LazySettings) -> None:
    settings.PAGE_SIZE = 2
    references = {story.ask().reference for _time in range(5)}
    client, url, seen = browser_of("helen"), "/requests/", set()
    for _page in range(3):
        page = listed(client, url)
        seen |= {name for name in references if name in page}
        following = page.partition('rel="next" href="')[2].partition('"')[0]
        url = following and f"/requests/{following.replace('&amp;', '&')}"
    assert (seen, url) == (references, "")


def test_a_forged_page_token_is_400(browser_of: Browser) -> None:
    assert browser_of("helen").get("/requests/?after=nonsense").status_code == 400


def test_the_list_costs_the_same_for_many(story: Story, browser_of: Browser) -> None:
    clients = {name: browser_of(name) for name in ("alice", "helen")}
    for _time in range(2):
        story.ask()
    one = f"/requests/?customer={story.cast.huaxin.pk}"
    few = {name: (cost(client, "/requests/"), cost(client, one)) for name, client in clients.items()}
    for _time in range(10):
        story.escalate(story.ask())
    assert {name: (cost(client, "/requests/"), cost(client, one)) for name, client in clients.items()} == few
    assert max(max(costs) for costs in few.values()) <= 12


def test_a_page_costs_the_same_after_a_long_talk(story: Story, escalated: Escalation, browser_of: Browser) -> None:
    clients = {name: browser_of(name) for name in ("alice", "helen")}
    url = escalated.support_request.get_absolute_url()
    short = {name: cost(client, url) for name, client in clients.items()}
    for _time in range(10):
        story.say(escalated.support_request, "helen", "More.")
    assert {name: cost(client, url) for name, client in clients.items()} == short
    assert max(short.values()) <= 15


def test_a_long_talk_is_read_page_by_page(
    story: Story, asked: SupportRequest, browser_of: Browser, settings: LazySettings
) -> None:
    settings.PAGE_SIZE = 2
    for number in range(3):
        story.say(asked, "alice", f"Line {number}.")
    story.escalate(asked)
    story.do("helen", actions.withdraw_escalation, asked)
    for number in range(3, 5):
        story.say(asked, "helen", f"Line {number}.")
    story.escalate(asked)
    marks = [f"Line {number}." for number in range(5)]
    marks += ["<strong>Request raised", "<strong>Escalated to 21Vianet", "<strong>Escalation withdrawn"]
    shown, url, earlier = [], asked.get_absolute_url(), f"{asked.get_absolute_url()}?earlier="
    for _page in range(3):
        page = listed(browser_of("alice"), url)
        shown.append([page.count(mark) for mark in marks])
        following = page.partition(f'href="{earlier}')[2].partition('#conversation"')[0]
        url = f"{earlier}{following}"
    assert following == ""
    assert shown == [[0, 0, 0, 1, 1, 0, 1, 0], [0, 1, 1, 0, 0, 0, 1, 1], [1, 0, 0, 0, 0, 1, 0, 0]]
    assert "Show the latest" in page


def test_a_forged_token_of_the_talk_is_400(asked: SupportRequest, browser_of: Browser) -> None:
    assert browser_of("helen").get(f"{asked.get_absolute_url()}?earlier=nonsense").status_code == 400


def test_the_escalation_is_watched_cheaply(escalated: Escalation, browser_of: Browser) -> None:
    url = f"{escalated.support_request.get_absolute_url()}standing/"
    helen = browser_of("helen")
    first = helen.get(url, headers={"HX-Request": "true"})
    assert first.status_code == 200
    again = first.content.decode().partition('hx-get="')[2].partition('"')[0]
    assert helen.get(again, headers={"HX-Request": "true"}).status_code == 204
    assert cost(helen, again, status=204, **{"HX-Request": "true"}) <= 10
    OutboundMessage.objects.update(attempts=1)
    assert helen.get(again, headers={"HX-Request": "true"}).status_code == 200


def test_without_htmx_the_watch_leads_to_the_page(escalated: Escalation, browser_of: Browser) -> None:
    url = escalated.support_request.get_absolute_url()
    answer = browser_of("helen").get(f"{url}standing/")
    assert (answer.status_code, answer.headers["Location"]) == (303, url)


@pytest.mark.parametrize("what", ["", "standing/"])
def test_strangers_and_visitors_get_no_page(asked: SupportRequest, browser_of: Browser, what: str) -> None:
    url = f"{asked.get_absolute_url()}{what}"
    for person in ("boris", "mallory", "jun", "olivia", "peng"):
        assert browser_of(person).get(url).status_code == 404
    for person in ("rosa", "ed", "sam", "bill"):
        assert browser_of(person).get(url).status_code == 403
    assert browser_of("helen").post(url).status_code == 405
    assert browser_of("").get(url).status_code == 302
    assert browser_of("helen").get(f"/requests/SR-2026-999999/{what}").status_code == 404


def test_what_people_write_is_shown_as_text(story: Story, browser_of: Browser) -> None:
    asked = story.ask(title="<script>alert(1)</script>", description="<b>bold</b>")
    page = browser_of("helen").get(asked.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    assert "&lt;b&gt;bold" in page
