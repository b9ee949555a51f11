"""A button that somebody may not press says why: the reason is on the page, tied to the button."""

import pytest

from portal.ui.samples import Refusal
from tests.ui.drawing import Page, draw

REASON = "Only the partner of record may change this subscription."
REFUSAL = Refusal(REASON)


def reason_of(page: Page, label: str) -> str:
    """The text that the button with this label refers to."""
    (button,) = [element for element in page.all("button") if element.text == label]
    assert "disabled" in button.attributes
    assert button.attributes["type"] == "button"
    return page.by_id(button.attributes["aria-describedby"]).text.strip()


def test_an_allowed_action_is_a_link() -> None:
    page = Page(draw("{% action 'Escalate' '/requests/SR-1/escalate/' decision 'primary' 'arrow-up' %}", decision=True))
    assert page.one("a").attributes["href"] == "/requests/SR-1/escalate/"
    assert page.one("a").attributes["class"] == "button primary"
    assert not page.all("button")


@pytest.mark.parametrize("tag", ["{% action 'Change' '/x/' decision %}", "{% submit 'Change' decision %}"])
def test_a_denied_button_shows_its_reason(tag: str) -> None:
    page = Page(draw(tag, decision=REFUSAL))
    assert reason_of(page, "Change") == REASON
    assert not page.all("a")


def test_buttons_of_one_group_share_a_reason_that_is_written_once() -> None:
    other = Refusal("It is suspended.")
    html = draw(
        "{% actions %}{% action 'Change' '/x/' one %}{% submit 'Suspend' one %}"
        "{% submit 'Reactivate' two %}{% endactions %}",
        one=REFUSAL,
        two=other,
    )
    page = Page(html)
    assert [reason_of(page, label) for label in ("Change", "Suspend", "Reactivate")] == [REASON, REASON, other.reason]
    assert html.count(REASON) == 1


def test_two_groups_never_use_the_same_id() -> None:
    tag = "{% actions %}{% submit 'Change' decision %}{% endactions %}"
    keys = [element.attributes["id"] for element in Page(draw(tag + tag, decision=REFUSAL)).all("p")]
    assert len(keys) == len(set(keys)) == 2


def test_a_refusal_without_words_still_gets_some() -> None:
    assert reason_of(Page(draw("{% submit 'Save' decision %}", decision=False)), "Save") == (
        "You do not have the right to do this."
    )


def test_an_empty_group_of_actions_leaves_nothing_behind() -> None:
    assert draw("{% actions %}  {% endactions %}") == ""


def test_an_allowed_submit_sends_the_form() -> None:
    assert Page(draw("{% submit 'Save' True %}")).one("button").attributes["type"] == "submit"


@pytest.mark.parametrize(
    "tag", ["{% button 'Save' 'purple' %}", "{% badge 'Active' 'green' %}", "{% icon 'no-such-icon' %}"]
)
def test_a_typing_error_in_a_tone_or_an_icon_is_not_passed_over(tag: str) -> None:
    with pytest.raises(Exception, match="purple|green|no-such-icon"):
        draw(tag)
