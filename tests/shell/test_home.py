"""Home: everybody lands on a page of their own kind, with only what they may open in the sidebar."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.demo import scenes
from portal.demo.cast import PEOPLE, Cast
from support import actions
from tests.support.conftest import Story

Browser = Callable[[str], Client]


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_everybody_has_a_home_whose_links_all_open(cast: Cast, browser_of: Browser, name: str) -> None:
    scenes.play(cast)
    browser = browser_of(name)
    answer = browser.get("/")
    assert answer.status_code == 200
    links = {item.href for group in answer.context["navigation"] for item in group.items}
    assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        (
            "alice",
            {
                "Home",
                "Support requests",
                "Overview",
                "Subscriptions",
                "Message Center",
                "Users",
                "Service settings",
                "Partners",
                "Audit log",
            },
        ),
        ("rosa", {"Home", "Overview", "Message Center", "Users"}),
        ("ed", {"Home"}),
        ("sam", {"Home", "Customers", "Audit log"}),
        ("helen", {"Home", "Customers", "Support requests", "Audit log"}),
        ("qing", {"Home", "Publishing"}),
    ],
)
def test_the_sidebar_offers_what_the_role_may_open(
    cast: Cast, browser_of: Browser, name: str, labels: set[str]
) -> None:
    groups = browser_of(name).get("/").context["navigation"]
    assert {str(item.label) for group in groups for item in group.items} == labels


def test_the_partner_sees_whose_turn_it_is(cast: Cast, browser_of: Browser) -> None:
    scenes.play(cast)
    context = browser_of("helen").get("/").context
    assert [row["title"].text for row in context["escalated"].rows] == ["Mail to two customers comes back"]
    assert {row["title"].text for row in context["our_turn"].rows} == {
        "How do we name shared mailboxes?",
        "二十个新邮箱",
    }


def test_theme_and_language_are_remembered(cast: Cast, browser_of: Browser) -> None:
    browser = browser_of("alice")
    browser.post("/theme/", {"theme": "dark", "next": "/"})
    browser.post("/i18n/setlang/", {"language": "fr", "next": "/"})
    page = browser.get("/").content.decode()
    assert '<html lang="fr" data-theme="dark">' in page
    cast.alice.refresh_from_db()
    assert cast.alice.language == "fr"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_switch_never_leads_away_from_the_site(cast: Cast, browser_of: Browser, target: str) -> None:
    assert browser_of("alice").post("/theme/", {"theme": "dark", "next": target})["Location"] == "/"


def test_what_is_escalated_stands_where_the_next_step_is(cast: Cast, browser_of: Browser) -> None:
    story = Story(cast)
    about = story.ask()
    escalation = story.escalate(about)
    assert shown(browser_of) == ([], [about.title])
    story.do("olivia", actions.answer_escalation, escalation, text="Since when?")
    assert shown(browser_of) == ([about.title], [])
    page = browser_of("helen").get(about.get_absolute_url()).content.decode()
    assert "There is something new to read. Tell the customer what happens next." in page
    story.say(about, "helen", "Since Monday.")
    assert shown(browser_of) == ([], [about.title])
    story.do("olivia", actions.resolve_escalation, escalation, text="It works again.")
    assert shown(browser_of) == ([about.title], [])


def shown(browser_of: Browser) -> tuple[list[str], list[str]]:
    """What waits for the partner, and what is with 21Vianet, by their titles."""
    context = browser_of("helen").get("/").context
    ours, theirs = ([row["title"].text for row in context[table].rows] for table in ("our_turn", "escalated"))
    return ours, theirs


def test_what_is_worst_and_has_waited_longest_comes_first(cast: Cast, browser_of: Browser) -> None:
    story = Story(cast)
    kinds = ["minimal", "moderate", "critical", "moderate", "critical", "minimal"]
    asked = [story.ask(title=f"{kind} {place}", severity=kind, impact="All.") for place, kind in enumerate(kinds)]
    answer = browser_of("helen").get("/")
    rows = answer.context["our_turn"].rows
    assert [row["title"].text for row in rows] == ["critical 2", "critical 4", "moderate 1", "moderate 3", "minimal 0"]
    assert [row["severity"].tone for row in rows] == ["danger", "danger", "warning", "warning", "neutral"]
    assert '<a href="/requests/">All requests</a>' in answer.content.decode()
    story.do("helen", actions.resolve, asked[-1])
    assert "All requests" not in browser_of("helen").get("/").content.decode()
