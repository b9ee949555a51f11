"""Every organisation's texts carry a canary, and nobody meets one that is not theirs.

On no page that a link leads to, in no header, no REST list, no letter, and no message to 21Vianet. And no page that is
met fetches anything from elsewhere.
"""

import dataclasses
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse

import subscriptions.showing
from portal.mail.models import Letter
from portal.outbox.models import OutboundMessage
from tests.fences.matrix.asking import Asking
from tests.fences.matrix.rows import Row
from tests.fences.matrix.stage import Person, Stage

CANARY = re.compile(r"CANARY-([a-z]+(?:-[a-z]+)?)")
LINK = re.compile(r"""(?:href|action|hx-get)=["'](/[^"'#]*)""")
ELSEWHERE = re.compile(r"""(?:src|href|action|srcset|content|poster|data)=["'](?:https?:)?//(?!testserver)[^"']*""")
NOT_FOLLOWED = ("/static/", "/account/", "/i18n/", "/theme/", "/_ui/", "/admin/")
MOST_PAGES = 60
LISTS = ("me", "customers", "supportRequests", "admin/serviceAnnouncement/messages")
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


def crawl(asking: Asking, person: Person) -> Iterator[tuple[str, HttpResponse]]:
    """The pages that links lead to from home, breadth first, and the REST lists."""
    waiting, seen = ["/"], {"/"}
    for _number in range(MOST_PAGES):
        if not waiting:
            break
        address = waiting.pop(0)
        response = asking.ask(page(address), person, "GET", asking.stage.own, {})
        yield address, response
        for link in map(unescape, LINK.findall(response.content.decode(errors="replace"))):
            if link not in seen and not link.startswith(NOT_FOLLOWED):
                seen.add(link)
                waiting.append(link)
    for name in LISTS:
        yield name, asking.ask(page(f"/v1.0/{name}"), person, "GET", asking.stage.own, {})


def strays(asking: Asking, person: Person) -> list[str]:
    """Each canary that this person met and should not have, with the page; each page that fetches from elsewhere, or
    fails.
    """
    found = []
    for address, response in crawl(asking, person):
        text = said(response)
        met = set(CANARY.findall(text)) - THEIRS[person.letter]
        found += [f"{person.name} met {canary} at {address}" for canary in sorted(met)]
        found += [f"{address} names {other}" for other in ELSEWHERE.findall(text)]
        if response.status_code >= 500:
            found.append(f"{address} failed")
    return found


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
    assert [stray for person in stage.people for stray in strays(asking, person)] == []


def test_the_crawl_meets_what_it_should(stage: Stage) -> None:
    asking = Asking(stage)
    for letter, wanted in {"CG": HUAXIN, "HA": PARTNER, "RV": LOTUS, "FC": {"lotus", "lotus-requests"}}.items():
        met: set[str] = set()
        for _address, response in crawl(asking, stage.person(letter)):
            met |= set(CANARY.findall(said(response)))
        assert met >= wanted - {"fanyun", "lotus-prices"}, letter


def test_no_letter_carries_a_foreign_canary(stage: Stage) -> None:
    theirs = of_organisations(stage)
    letters = list(Letter.objects.values_list("tenant_id", "context"))
    assert letters
    strayed = [set(CANARY.findall(json.dumps(context))) - theirs.get(tenant, set()) for tenant, context in letters]
    assert [found for found in strayed if found] == []


def test_no_message_to_21vianet_carries_more_than_its_own_request(stage: Stage) -> None:
    names = {stage.own["customer"].pk: "huaxin", stage.foreign["customer"].pk: "lotus"}
    messages = list(OutboundMessage.objects.all())
    assert {message.tenant_id for message in messages} == set(names)
    for message in messages:
        assert set(CANARY.findall(bytes(message.envelope).decode())) == {f"{names[message.tenant_id]}-requests"}


def test_it_bites_a_page_that_says_a_strangers_word(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted past the database: PostgreSQL itself refuses a stranger's row."""
    draw = subscriptions.showing.list_table
    name = stage.foreign["seats"].friendly_name
    monkeypatch.setattr(
        subscriptions.showing, "list_table", lambda *args: dataclasses.replace(draw(*args), caption=name)
    )
    address = f"/organisations/{stage.own['customer'].pk}/subscriptions/"
    assert f"alice met lotus at {address}" in strays(Asking(stage), stage.person("CG"))


def test_it_bites_a_page_that_fetches_from_elsewhere() -> None:
    assert ELSEWHERE.findall('<img src="//cdn.example/a.png"><link href="https://fonts.example/b">') == [
        'src="//cdn.example/a.png',
        'href="https://fonts.example/b',
    ]
