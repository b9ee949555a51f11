"""A person at a browser: acts by what is written on the page, and notices whatever a page must never do."""

import re
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.people import PASSWORD

AXE = Axe().axe_script
LOOK = "options => axe.run(document, {resultTypes: ['violations'], ...options}).then((found) => found.violations)"
# Every rule in the light; in the dark those that depend on colours, for nothing else is different there.
LIGHTS: dict[str, dict[str, Any]] = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
DESK = {"width": 1280, "height": 900}
TELEPHONE = {"width": 360, "height": 740}
PATIENCE = 10_000  # milliseconds
# Chromium repeats every refusal in the console; `Person.answers` keeps account of them instead.
REPEATED = "Failed to load resource: the server responded with a status of"


class Person:
    """One of the cast in a window of its own. The window has to have been quiet when it is closed."""

    def __init__(self, upn: str, context: BrowserContext, origin: str) -> None:
        self.upn = upn
        self.origin = origin
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.answers: list[tuple[int, str]] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error on the page: {error}"))
        self.page.on("request", self._watch)
        self.page.on("response", self._note)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(REPEATED):
            self.complaints.append(f"{message.type} in the console of {self.page.url}: {message.text}")

    def _watch(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme != "data" and f"{address.scheme}://{address.netloc}" != self.origin:
            self.complaints.append(f"{self.page.url} asked another host: {request.url}")

    def _note(self, response: Response) -> None:
        if response.status >= 400:
            self.answers.append((response.status, urlsplit(response.url).path))

    def leaves(self) -> None:
        """Close the window: nothing may have gone wrong that the test has not named."""
        self.page.close()
        assert self.complaints == []
        assert self.answers == [], "The portal refused something that the test did not expect."

    # --- doing

    def signs_in(self, password: str = PASSWORD) -> None:
        """By the form, from wherever the portal sends a visitor."""
        self.goes_to("/")
        self.writes("Sign-in name", self.upn)
        self.writes("Password", password)
        self.presses("Sign in")

    def goes_to(self, path: str) -> None:
        """By the address bar: a saved link, or one that a colleague sent."""
        self.page.goto(f"{self.origin}{path}")

    def follows(self, link: str, inside: str = "main") -> None:
        """Press a link of the page's content; `inside` names another landmark."""
        self.page.get_by_role(inside).get_by_role("link", name=link, exact=True).first.click()  # type: ignore[arg-type]  # a landmark's name

    def turns_to(self, place: str) -> None:
        """Press a link of the sidebar, which may count what is unread. A customer's pages stand above one's own."""
        pattern = re.compile(rf"^{re.escape(place)}( \d+\+? unread messages?)?$")
        self.sidebar.get_by_role("link", name=pattern).first.click()

    def presses(self, button: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=button, exact=True).click()

    def writes(self, label: str, text: str) -> None:
        self.page.get_by_label(re.compile(rf"^{re.escape(label)}( \(optional\))?$")).fill(text)

    def chooses(self, group: str, option: str) -> None:
        """One of several: radio buttons or boxes below a common name, or the options of a list."""
        options = self.page.get_by_role("group", name=group).get_by_label(option, exact=True)
        lists = self.page.get_by_role("combobox", name=group, exact=True)
        expect(options.or_(lists)).to_be_visible()
        if options.count():
            options.check()
        else:
            lists.select_option(label=option)

    def ticks(self, label: str) -> None:
        self.page.get_by_label(label, exact=True).check()

    # --- seeing

    @property
    def sidebar(self) -> Locator:
        return self.page.get_by_role("navigation", name="Main")

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def stands_on(self, heading: str) -> None:
        """The page's own heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def reads(self, *texts: str) -> None:
        for text in texts:
            expect(self.main).to_contain_text(text)

    def never_reads(self, *texts: str) -> None:
        """Once the page is there: nowhere in the document."""
        self.page.wait_for_load_state()
        for text in texts:
            assert text not in self.page.content(), f"{self.upn} can read {text!r} on {self.page.url}."

    def is_told(self, text: str) -> None:
        """By a toast."""
        expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    def comes_back_until(self, wanted: re.Pattern[str]) -> None:
        """Reload the page until it says so, as somebody without scripts does."""
        end = time.monotonic() + PATIENCE / 1000
        while not wanted.search(self.main.inner_text()):
            assert time.monotonic() < end, f"{self.page.url} never said {wanted.pattern}:\n{self.main.inner_text()}"
            self.page.reload()

    def row(self, text: str) -> Locator:
        """The line of a table."""
        return self.main.get_by_role("row").filter(has_text=text)

    def cannot_press(self, button: str, reason: str) -> None:
        """The button is there, it does not work, and it says why to eyes and ears alike."""
        found = self.main.get_by_role("button", name=button, exact=True)
        expect(found).to_be_disabled()
        expect(found).to_have_accessible_description(reason)
        expect(self.main.get_by_text(reason).first).to_be_visible()
        expect(self.main.get_by_role("link", name=button, exact=True)).to_have_count(0)

    def is_refused(self, status: int, *texts: str) -> None:
        """The page that stands here is a refusal with this status, and says so."""
        self.reads(*texts)
        answer = self.answers.pop() if self.answers else None
        assert answer == (status, urlsplit(self.page.url).path)

    def is_asked_again(self) -> None:
        """The form came back with 422."""
        assert [status for status, _path in self.answers] == [422]
        self.answers.clear()

    def looks_around(self) -> None:
        """The page as axe sees it, light and dark, and as it fits a telephone."""
        self.page.wait_for_load_state()
        self.page.evaluate(AXE)
        for scheme, rules in LIGHTS.items():
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two literals
            violations = self.page.evaluate(LOOK, rules)
            assert violations == [], f"{self.page.url}, {scheme}:\n" + "\n".join(told(violations))
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]  # a plain dictionary is enough
        self.fits()
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]  # as above

    def fits(self) -> None:
        """Nothing is wider than the window."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide for {self.page.viewport_size}."


def told(violations: Iterable[dict[str, Any]]) -> list[str]:
    """axe's findings, a line for each element."""
    return [f"{found['id']}: {node['html'][:300]}" for found in violations for node in found["nodes"]]
