"""The conversation: who may say what, whose turn it is afterwards, and who is told."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.errors import InvalidInput, NotAllowed, RuleBroken
from portal.mail.models import Letter
from support import actions
from support.models import Comment, Escalation, SupportRequest
from tests.support.conftest import Story, fresh, messages

Browser = Callable[[str], Client]


def told() -> list[str]:
    return sorted(Letter.objects.filter(template="support_request_commented").values_list("address", flat=True))


def test_the_partner_answers_on_the_page(asked: SupportRequest, browser_of: Browser) -> None:
    url = asked.get_absolute_url()
    answer = browser_of("helen").post(f"{url}comment/", {"text": "We look into it.", "visibility": "public"})
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    assert "We look into it." in browser_of("alice").get(url).content.decode()
    now = fresh(asked)
    assert (now.status, now.assignee and now.assignee.upn) == ("inProgress", "helen@fanyun.example")
    assert told() == ["alice@huaxin.example"]


def test_the_customers_answer_goes_to_whoever_has_the_request(story: Story, asked: SupportRequest) -> None:
    story.say(asked, "helen", awaits_customer=True)
    assert fresh(asked).status == "waitingForCustomer"
    story.say(asked, "alice", "Here is the log.")
    assert fresh(asked).status == "waitingForPartner"
    assert told() == ["alice@huaxin.example", "helen@fanyun.example"]


def test_a_comment_changes_the_version_and_a_note_does_not(story: Story, asked: SupportRequest) -> None:
    story.say(asked, "alice", "More.")
    assert fresh(asked).version == 2
    before = fresh(asked).updated_at
    story.note(asked, "They forgot to pay.")
    assert (fresh(asked).version, fresh(asked).updated_at) == (2, before)


def test_public_comments_follow_the_escalation_to_21vianet(story: Story, escalated: Escalation) -> None:
    said = story.say(escalated.support_request, "alice", "It got worse.")
    first, second = messages()
    assert [first.type, second.type] == ["support.request.escalated", "support.request.commented"]
    assert (second.order_key, second.order_seq) == (first.order_key, 2)
    assert str(said.pk) in bytes(second.envelope).decode()
    assert fresh(escalated.support_request).status == "escalated"


def test_nothing_is_said_about_a_closed_request(story: Story, asked: SupportRequest, browser_of: Browser) -> None:
    story.do("alice", actions.close, asked)
    with pytest.raises(RuleBroken) as refusal:
        story.say(asked, "helen")
    assert refusal.value.code == "requestClosed"
    url = asked.get_absolute_url()
    assert browser_of("helen").post(f"{url}comment/", {"text": "x", "visibility": "public"}).status_code == 409
    assert 'name="text"' not in browser_of("alice").get(url).content.decode()


def test_about_what_is_resolved_the_customer_need_not_answer(
    story: Story, asked: SupportRequest, browser_of: Browser
) -> None:
    helen, url = browser_of("helen"), asked.get_absolute_url()
    assert 'name="awaits_customer"' in helen.get(url).content.decode()
    story.do("anna", actions.resolve, asked)
    assert 'name="awaits_customer"' not in helen.get(url).content.decode()
    form = {"text": "Does it work?", "visibility": "public"}
    answer = helen.post(f"{url}comment/", form | {"awaits_customer": "on"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The request is already resolved or closed." in page.partition('id="id_awaits_customer_error"')[2]
    assert "Does it work?</textarea>" in page
    assert not Comment.objects.filter(milestone="").exists()
    assert helen.post(f"{url}comment/", form).status_code == 303
    with pytest.raises(RuleBroken) as refusal:
        story.say(asked, "helen", awaits_customer=True)
    assert refusal.value.code == "requestEnded"


def test_whoever_changes_the_language_over_a_refused_comment_comes_to_the_request(
    asked: SupportRequest, browser_of: Browser
) -> None:
    alice, url = browser_of("alice"), asked.get_absolute_url()
    page = alice.post(f"{url}comment/", {"text": ""}).content.decode()
    back = page.partition('name="next" value="')[2].partition('"')[0]
    chosen = alice.post("/i18n/setlang/", {"language": "fr", "next": back})
    assert (chosen.status_code, chosen.headers["Location"]) == (303, f"{url}comment/")
    answer = alice.get(chosen.headers["Location"])
    assert (answer.status_code, answer.headers["Location"]) == (303, url)


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_a_comment_is_neither_empty_nor_endless(story: Story, asked: SupportRequest, text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        story.say(asked, "alice", text)
    assert (refusal.value.code, Comment.objects.count()) == ("invalidInput", 0)


def test_an_empty_form_comes_back(asked: SupportRequest, browser_of: Browser) -> None:
    answer = browser_of("alice").post(f"{asked.get_absolute_url()}comment/", {"text": " "})
    assert answer.status_code == 422
    assert 'id="id_text_error"' in answer.content.decode()


def test_a_double_click_says_it_once(asked: SupportRequest, browser_of: Browser) -> None:
    alice = browser_of("alice")
    form = {"text": "Once.", "form_key": "one-form"}
    assert {alice.post(f"{asked.get_absolute_url()}comment/", form).status_code for _click in range(2)} == {303}
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(
    ("person", "status"),
    [
        *((name, 303) for name in ("alice", "sven", "helen", "anna", "paul")),
        *((name, 403) for name in ("uma", "lily", "rosa", "ed", "sam", "bill")),
        *((name, 404) for name in ("boris", "mallory", "jun", "olivia")),
    ],
)
def test_who_may_comment(asked: SupportRequest, browser_of: Browser, person: str, status: int) -> None:
    form = {"text": "Hello", "visibility": "public"}
    assert browser_of(person).post(f"{asked.get_absolute_url()}comment/", form).status_code == status


def test_uma_comments_on_her_own_request_only(story: Story, asked: SupportRequest) -> None:
    story.say(story.ask("uma"), "uma", "Mine.")
    with pytest.raises(NotAllowed) as refusal:
        story.say(asked, "uma", "Not mine.")
    assert refusal.value.code == "notYours"


def test_a_comment_is_posted_by_people_who_signed_in(asked: SupportRequest, browser_of: Browser) -> None:
    url = f"{asked.get_absolute_url()}comment/"
    assert browser_of("alice").put(url).status_code == 405
    answer = browser_of("").post(url, {"text": "x"})
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/account/login/")
