"""The description of the REST API as people see it: Swagger UI draws it, from our own files, in the portal's frame.

axe is asked about colours alone: what else it finds is how Swagger UI builds its page.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.pages import AXE, LIGHTS, LOOK, PATIENCE, TELEPHONE, Person, told

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DARK = re.compile(r"\bdark-mode\b")


def reads_the_manual(person: Person) -> None:
    """Until the operations are there: a process makes its first description slowly. What the page fetched and said on
    the way, `Person` keeps account of.
    """
    person.goes_to("/v1.0/docs")
    # By name: Swagger UI draws a heading of the first level too.
    expect(person.main.get_by_role("heading", name="REST API", exact=True)).to_be_visible()
    expect(person.main.locator(".opblock").first).to_be_visible(timeout=3 * PATIENCE)


def test_anna_reads_what_she_can_ask_for(enter: Enter) -> None:
    anna = enter("anna")
    reads_the_manual(anna)
    anna.main.get_by_text("/v1.0/customers", exact=True).click()
    expect(anna.main.get_by_role("heading", name="Responses")).to_be_visible()
    anna.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]  # a plain dictionary is enough
    anna.fits()
    anna.page.get_by_role("banner").get_by_role("link", name="21Vianet Partner Portal").click()
    expect(anna.page).to_have_url(f"{anna.origin}/")


def test_the_manual_is_as_light_or_dark_as_the_system(enter: Enter) -> None:
    anna = enter("anna")
    reads_the_manual(anna)
    anna.page.evaluate(AXE)
    for scheme in LIGHTS:
        anna.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two literals
        expect(anna.page.locator("html")).to_have_class(DARK if scheme == "dark" else "")
        assert told(anna.page.evaluate(LOOK, LIGHTS["dark"])) == []


@pytest.mark.parametrize(("theme", "system"), [("dark", "light"), ("light", "dark")])
def test_the_manual_follows_the_theme_that_was_chosen(enter: Enter, theme: str, system: str) -> None:
    anna = enter("anna", color_scheme=system)
    anna.page.context.add_cookies([{"name": "theme", "value": theme, "url": anna.origin}])
    reads_the_manual(anna)
    expect(anna.page.locator("html")).to_have_class(DARK if theme == "dark" else "")
