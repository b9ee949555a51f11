"""The helper that watches the windows bites: each fault that it is there for is planted and noticed."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext

from portal.demo.cast import Cast
from tests.journeys.pages import TELEPHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURE = "document.body.append(Object.assign(new Image(), {src: 'http://elsewhere.example/'}))"
# What the window complains about, and the script that gives it reason to.
FAULTS = {
    "violates the following Content Security Policy": PICTURE,
    "oh no": "console.error('oh no')",
    "error on the page": "setTimeout(() => { throw new Error('broken') })",
}


@pytest.fixture
def visitor(cast: Cast, live_server: object, new_context: Callable[..., BrowserContext]) -> Iterator[Person]:
    """Before the sign-in page."""
    person = Person("visitor", new_context(viewport=TELEPHONE), live_server.url)  # type: ignore[attr-defined]  # pytest-django's server
    person.goes_to("/account/login/")
    yield person


@pytest.mark.parametrize("complaint", FAULTS)
def test_what_a_page_must_not_do_is_noticed(visitor: Person, complaint: str) -> None:
    visitor.page.evaluate(FAULTS[complaint])
    with pytest.raises(AssertionError, match=complaint):
        noticed(visitor)


def test_a_refusal_that_nobody_expected_is_noticed(visitor: Person) -> None:
    visitor.goes_to("/nowhere/")
    with pytest.raises(AssertionError, match="did not expect"):
        visitor.leaves()


def test_what_cannot_be_read_or_does_not_fit_is_noticed(visitor: Person) -> None:
    visitor.looks_around()
    visitor.page.evaluate("document.querySelector('main').style.minWidth = '500px'")
    visitor.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]  # a plain dictionary is enough
    with pytest.raises(AssertionError, match="pixels too wide"):
        visitor.fits()
    visitor.page.evaluate("document.querySelector('label').remove()")
    with pytest.raises(AssertionError, match="label: <input"):
        visitor.looks_around()


def test_what_cannot_be_read_in_the_dark_is_noticed(visitor: Person) -> None:
    rule = "@media (prefers-color-scheme: dark) { label { color: #333 !important } }"
    visitor.page.evaluate("rule => document.styleSheets[0].insertRule(rule)", rule)
    with pytest.raises(AssertionError, match=r"dark:\s+color-contrast: <label"):
        visitor.looks_around()


def noticed(person: Person) -> None:
    """Close the window once the fault has had its say."""
    person.page.wait_for_function("() => true")
    for _ in range(100):
        if person.complaints:
            break
        person.page.evaluate("new Promise(requestAnimationFrame)")
    person.leaves()
