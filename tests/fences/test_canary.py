"""Every organisation's texts carry a canary, and nobody meets one that is not theirs.

On no page that a link leads to, in no header, no REST list, no letter, and no message to 21Vianet. And no page that is
met, and no file of style or script, names another host.
"""

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.utils.html import format_html

import subscriptions.showing
from dev import ROOT
from portal.mail.models import Letter
from portal.outbox.models import OutboundMessage
from tests.fences.matrix.asking import UNDERSTUDIES, Asking
from tests.fences.matrix.rows import Row
from tests.fences.matrix.stage import Person, Stage

pytestmark = pytest.mark.long

CANARY = re.compile(r"CANARY-([a-z]+(?:-[a-z]+)?)")
LINK = re.compile(r"""(?:href|hx-get)=["']([/?][^"'#]*)""")
FORM = re.compile(r"""action=["'](/[^"'#]*)""")
# Whatever its place: an attribute with quotes or without, `url(...)`, `@import`, a refresh, a script. The portal's
# own addresses are no other host, and the name of SVG's vocabulary is fetched by nobody.
OWN_HOSTS = "|".join(map(re.escape, ("testserver", urlsplit(settings.PORTAL_BASE_URL).netloc, "www.w3.org")))
ELSEWHERE = re.compile(
    rf"""(?:(?:https?|wss?|ftp):|(?<=["'(=,\s]))//(?!(?:{OWN_HOSTS})/)\w[^\s"'<>)]*""", re.IGNORECASE
)
OURS = ROOT / "portal" / "static"
# What is looked at beside what links lead to. The links of a gallery are samples, and Django's admin is Django's.
BESIDE = ("/_ui/", "/_ui/bare/", "/v1.0/docs")
NOT_FOLLOWED_FROM = ("/_ui/", "/admin/", "/v1.0/")
NOT_FOLLOWED = ("/static/", "/v1.0/")
# Of pages that differ only in what they are about, so many are read. Nobody's crawl is cut short.
OF_A_KIND = 2
MOST_PAGES = 400
NAMES_A_THING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|SR-\d{4}-\d+|MC\d+")
LISTS = (
    *("me", "customers", "supportRequests", "admin/serviceAnnouncement/messages", "customers/{customer.pk}"),
    *("customers/{customer.pk}/subscriptions", "customers/{customer.pk}/subscriptions/{seats.pk}"),
    *("supportRequests/{request.reference}", "supportRequests/{request.reference}/comments"),
)
HUAXIN, LOTUS = {"huaxin", "huaxin-requests"}, {"lotus", "lotus-requests", "lotus-notes", "lotus-prices"}
PARTNER = {"huaxin", "huaxin-requests", "huaxin-notes", "fanyun"}
# Whose canaries a letter may meet. A customer never meets its partner's notes and prices; RV is Lotus's partner, and
# sees of Huaxin the subscriptions to the granted service; a sales agent sees no request, only some roles see prices.
THEIRS: dict[str, set[str]] = {
    **dict.fromkeys(("CG", "CR", "CU", "CL", "CP", "CS", "CB", "MR", "MP"), HUAXIN),
    "EU": set(),
    "HA": PARTNER,
    **dict.fromkeys(("GA", "AA"), PARTNER | {"huaxin-prices"}),
    "SA": {"huaxin", "fanyun"},
    "BA": {"fanyun"},
    "UM": {"fanyun"},
    "PX": {"fanyun"},
    "RV": LOTUS | {"huaxin"},
    "FC": {"lotus", "lotus-requests"},
    "JC": set(),
    "OA": {"vianet"},
    "OP": {"vianet"},
    "SU": {"vianet"},
    "BL": set(),
    "V": set(),
}


def page(address: str) -> Row:
    """An address as the asking wants it."""
    return Row(pattern="v1.0/" if address.startswith("/v1.0/") else "", address=address.replace("{", "{{"))


def said(response: HttpResponse) -> str:
    """Everything that left: headers and body."""
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    return f"{headers}\n{response.content.decode(errors='replace')}"


class Crawl:
    """Where links lead one person, from home on, breadth first; and the REST resources about either customer.

    `faults`: links and forms that were offered and did not work, and pages that were left unread.
    """

    def __init__(self, asking: Asking, person: Person) -> None:
        self.asking, self.person = asking, person
        self.faults: list[str] = []
        self._waiting: list[tuple[str, str, bool]] = []
        self._seen: set[tuple[str, bool]] = set()
        self._kinds: Counter[str] = Counter()

    def pages(self) -> Iterator[tuple[str, HttpResponse]]:
        """Every address that was asked for, with its answer."""
        start = ("/", *BESIDE, "/admin/") if self.person.letter == "SU" else ("/", *BESIDE)
        for address in start:
            self._offer(address, "the address bar")
        for _number in range(MOST_PAGES):
            if not self._waiting:
                break
            yield self._read(*self._waiting.pop(0))
        self.faults += [f"{self.person.name} has not read {address}" for address, *_rest in self._waiting]
        for objects in (self.asking.stage.own, self.asking.stage.foreign):
            for name in LISTS:
                yield name, self._ask(page(f"/v1.0/{name.format(**objects)}"))

    def _ask(self, row: Row) -> HttpResponse:
        return self.asking.ask(row, self.person, "GET", self.asking.stage.own, {})

    def _offer(self, link: str, source: str, *, form: bool = False) -> None:
        kind = NAMES_A_THING.sub("*", link)
        if (link, form) in self._seen or link.startswith(NOT_FOLLOWED) and source.startswith("/"):
            return
        self._seen.add((link, form))
        self._kinds[kind] += 1
        if self._kinds[kind] <= OF_A_KIND:
            self._waiting.append((link, source, form))

    def _read(self, address: str, source: str, form: bool) -> tuple[str, HttpResponse]:
        """A form that is only sent answers 405 to whoever would read it."""
        response = self._ask(page(address))
        if response.status_code >= 400 and not (form and response.status_code == 405):
            self.faults.append(f"{self.person.name} is offered {address} by {source}: {response.status_code}")
        if not address.startswith(NOT_FOLLOWED_FROM):
            text = response.content.decode(errors="replace")
            here = address.partition("?")[0]
            for link in map(unescape, LINK.findall(text)):
                if link.startswith("/") or "?" not in address:
                    self._offer(link if link.startswith("/") else here + link, address)
            for link in map(unescape, FORM.findall(text)):
                self._offer(link, address, form=True)
            if location := response.headers.get("Location", ""):
                self._offer(location, address)
        return address, response


def strays(asking: Asking, person: Person) -> list[str]:
    """Each canary that this person met and should not have, with the page; each page that fetches from elsewhere; each
    offer that fails.
    """
    crawl, found = Crawl(asking, person), []
    for address, response in crawl.pages():
        text = said(response)
        met = set(CANARY.findall(text)) - THEIRS[person.letter]
        found += [f"{person.name} met {canary} at {address}" for canary in sorted(met)]
        found += [f"{address} names {other}" for other in ELSEWHERE.findall(text)]
        if response.status_code >= 500:
            found.append(f"{address} failed")
    return found + crawl.faults


def other_hosts(folder: Path) -> dict[str, list[str]]:
    """File -> the hosts that it names."""
    named = {path.name: ELSEWHERE.findall(path.read_text("utf-8")) for path in folder.rglob("*.*")}
    return {name: hosts for name, hosts in named.items() if hosts}


def of_organisations(stage: Stage) -> dict[Any, set[str]]:
    """Organisation -> the canaries that its letters and its messages may carry."""
    return {
        stage.own["customer"].pk: HUAXIN,
        stage.own["partner"].pk: PARTNER | {"huaxin-prices"},
        stage.foreign["customer"].pk: {"lotus", "lotus-requests"},
        stage.foreign["partner"].pk: LOTUS,
    }


def test_nobody_meets_a_foreign_canary(stage: Stage) -> None:
    asking = Asking(stage)
    crawlers = [person for person in stage.people if person.name not in UNDERSTUDIES]
    assert [stray for person in crawlers for stray in strays(asking, person)] == []


def test_the_crawl_meets_what_it_should(stage: Stage) -> None:
    asking = Asking(stage)
    for letter, wanted in {"CG": HUAXIN, "HA": PARTNER, "RV": LOTUS, "FC": {"lotus", "lotus-requests"}}.items():
        met: set[str] = set()
        addresses = []
        for address, response in Crawl(asking, stage.person(letter)).pages():
            addresses.append(address)
            met |= set(CANARY.findall(said(response)))
        assert met >= wanted - {"fanyun", "lotus-prices"}, letter
        assert set(addresses) >= {"/", "/requests/", "/account/password/change/", "/_ui/", *LISTS}, letter
        assert len(addresses) >= 40, letter


def test_no_file_of_ours_names_another_host() -> None:
    assert len(list(OURS.rglob("*.css"))) > 3
    assert other_hosts(OURS) == {}


def stray_letters(stage: Stage) -> list[set[str]]:
    """The foreign canaries of each letter that carries some."""
    theirs = of_organisations(stage)
    letters = Letter.objects.values_list("tenant_id", "context")
    found = [set(CANARY.findall(json.dumps(context))) - theirs.get(tenant, set()) for tenant, context in letters]
    return [strays for strays in found if strays]


def stray_messages(stage: Stage) -> list[set[str]]:
    """What messages to 21Vianet carry that is not of the very request that they are about."""
    names = {stage.own["customer"].pk: "huaxin", stage.foreign["customer"].pk: "lotus"}
    found = [
        set(CANARY.findall(bytes(message.envelope).decode())) - {f"{names[message.tenant_id]}-requests"}
        for message in OutboundMessage.objects.all()
    ]
    return [strays for strays in found if strays]


def test_no_letter_carries_a_foreign_canary(stage: Stage) -> None:
    assert Letter.objects.filter(context__icontains="CANARY-huaxin-requests").exists()
    assert stray_letters(stage) == []


def test_no_message_to_21vianet_carries_more_than_its_own_request(stage: Stage) -> None:
    carried = [CANARY.findall(bytes(message.envelope).decode()) for message in OutboundMessage.objects.all()]
    assert {canary for found in carried for canary in found} == {"huaxin-requests", "lotus-requests"}
    assert stray_messages(stage) == []


def test_it_bites_a_letter_with_a_strangers_word(stage: Stage) -> None:
    letter = Letter.objects.filter(tenant_id=stage.own["customer"].pk)[0]
    Letter.objects.filter(pk=letter.pk).update(context={"title": "CANARY-lotus-requests", "note": "CANARY-huaxin"})
    assert stray_letters(stage) == [{"lotus-requests"}]


def test_it_bites_a_message_with_an_internal_note(stage: Stage) -> None:
    message = OutboundMessage.objects.get(tenant_id=stage.own["customer"].pk)
    envelope = bytes(message.envelope).replace(b"CANARY-huaxin-requests", b"CANARY-huaxin-notes")
    OutboundMessage.objects.filter(pk=message.pk).update(envelope=envelope)
    assert stray_messages(stage) == [{"huaxin-notes"}]


def test_it_bites_a_page_with_a_strangers_word_a_dead_link_and_another_host(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted past the database: PostgreSQL itself refuses a stranger's row."""
    draw, name = subscriptions.showing.list_table, stage.foreign["seats"].friendly_name
    caption = format_html('<a href="{}"><img src="{}">{}</a>', "/nowhere/", "//cdn.example/a.png", name)
    monkeypatch.setattr(
        subscriptions.showing, "list_table", lambda *args: dataclasses.replace(draw(*args), caption=caption)
    )
    here = f"/organisations/{stage.own['customer'].pk}/subscriptions/"
    assert strays(Asking(stage), stage.person("CG")) == [
        f"alice met lotus at {here}",
        f"{here} names //cdn.example/a.png",
        f"alice is offered /nowhere/ by {here}: 404",
    ]


def test_it_bites_a_page_that_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions.showing, "list_table", lambda *args: 1 / 0)
    here = f"/organisations/{stage.own['customer'].pk}/subscriptions/"
    assert f"{here} failed" in strays(Asking(stage), stage.person("CG"))


def test_it_bites_a_crawl_that_is_cut_short(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fences.test_canary.MOST_PAGES", 1)
    assert {f"alice has not read {address}" for address in BESIDE} <= set(strays(Asking(stage), stage.person("CG")))


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ('<img src="//cdn.example/a.png">', "//cdn.example/a.png"),
        ("<script src=//cdn.example/a.js></script>", "//cdn.example/a.js"),
        ('<link href="HTTPS://fonts.example/b">', "HTTPS://fonts.example/b"),
        ('<img srcset="/a.png 1x, https://cdn.example/b.png 2x">', "https://cdn.example/b.png"),
        ('<meta http-equiv="refresh" content="0; url=https://other.example/">', "https://other.example/"),
        ('<p style="background: url(//cdn.example/c.png)">', "//cdn.example/c.png"),
        ('@import "//fonts.example/d.css";', "//fonts.example/d.css"),
        ("@font-face { src: url(https://fonts.example/e) }", "https://fonts.example/e"),
        ("new WebSocket('wss://push.example/f')", "wss://push.example/f"),
    ],
)
def test_it_bites_every_way_to_another_host(text: str, host: str, tmp_path: Path) -> None:
    (tmp_path / "planted.css").write_text(text)
    assert other_hosts(tmp_path) == {"planted.css": [host]}


def test_the_portals_own_addresses_are_no_other_host(tmp_path: Path) -> None:
    text = '<svg xmlns="http://www.w3.org/2000/svg"> // a comment <a href="/a//b"> "http://testserver/v1.0/$metadata"'
    assert ELSEWHERE.findall(text) == []
