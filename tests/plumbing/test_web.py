"""How pages answer: whole or in part, with toasts, and never to a foreign address."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils.html import format_html
from pytest_django.fixtures import Settings

from portal import slots
from portal.web import redirect_to, safe_next

pytestmark = [pytest.mark.urls("tests.plumbing.site"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _greeting(settings: Settings) -> None:
    here = Path(__file__).parent / "templates"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [here, *settings.TEMPLATES[0]["DIRS"]]}]


@pytest.fixture
def place() -> Iterator[str]:
    name = f"test.{uuid4()}"
    slots.offer(name, "a place on a page of the tests")
    yield name
    slots._offered.pop(name)
    slots._filled.pop(name, None)


def test_a_browser_gets_the_whole_page_and_htmx_the_part(client: Client) -> None:
    whole = client.get("/greet/")
    part = client.get("/greet/", headers={"HX-Request": "true"})
    assert whole.content.decode().startswith("<html><b>&lt;Alice&gt;</b>")
    assert part.content.decode().strip() == "<b>&lt;Alice&gt;</b>"
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]


def test_a_boosted_link_gets_the_whole_page(client: Client) -> None:
    response = client.get("/greet/", headers={"HX-Request": "true", "HX-Boosted": "true"})
    assert response.content.decode().startswith("<html>")


def test_a_toast_waits_for_the_next_page(client: Client) -> None:
    response = client.post("/leave/")
    assert (response.status_code, response["Location"]) == (303, "/")
    assert client.get("/toasts/").content.decode() == "success:Saved <b>"


def test_a_toast_travels_with_a_fragment_and_is_escaped(client: Client) -> None:
    client.post("/leave/")
    part = client.get("/greet/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-swap-oob="beforeend"' in part
    assert "Saved &lt;b&gt;" in part


def test_htmx_is_redirected_by_header(client: Client) -> None:
    response = client.post("/leave/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (200, "/")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("/requests/?page=2", "/requests/?page=2"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_next_never_leaves_the_site(client: Client, asked: str, given: str) -> None:
    assert client.post("/leave/", {"next": asked})["Location"] == given


@pytest.mark.parametrize(
    ("asked", "given"),
    [("/a\r\nSet-Cookie: x=1", "/a%0D%0ASet-Cookie:%20x=1"), ("/帆云?q=云", "/%E5%B8%86%E4%BA%91?q=%E4%BA%91")],
)
def test_an_address_is_one_line_of_ascii_in_a_header(asked: str, given: str) -> None:
    request = RequestFactory().post("/theme/", {"next": asked})
    assert redirect_to(request, safe_next(request)).headers["Location"] == given


def test_a_form_keeps_its_key_when_it_comes_back() -> None:
    form = Template("{% load web %}{% form_key %}")
    fresh = [form.render(Context({"request": RequestFactory().get("/")})) for _ in range(2)]
    assert fresh[0] != fresh[1]
    again = form.render(Context({"request": RequestFactory().post("/", {"form_key": "abc"})}))
    assert again == '<input type="hidden" name="form_key" value="abc">'


def test_a_higher_room_shows_a_panel_on_a_lower_rooms_page(place: str) -> None:
    slots.register(place, lambda actor, subject: format_html("<p>{} sees {}</p>", actor, subject))
    slots.register(place, lambda actor, subject: "")
    slots.register(place, lambda actor, subject: "<i>text</i>")
    request = SimpleNamespace(actor="Anna", POST={})
    page = Template(f'{{% load web %}}{{% slot "{place}" customer %}}').render(
        Context({"request": request, "customer": "Huaxin"})
    )
    assert page == "<p>Anna sees Huaxin</p>&lt;i&gt;text&lt;/i&gt;"


def test_a_list_asks_a_slot_once_for_the_whole_page(place: str) -> None:
    calls = []

    def open_requests(actor: object, ids: list[object]) -> dict[object, str]:
        calls.append(ids)
        return {ids[0]: "3"}

    slots.register(place, open_requests)
    first, second = uuid4(), uuid4()
    assert slots.columns(place, "Anna", [first, second]) == {first: "3"}
    assert calls == [[first, second]]


def test_a_slot_that_nobody_offers_is_an_error() -> None:
    with pytest.raises(LookupError, match="nowhere"):
        slots.panels("nowhere", "Anna", None)
