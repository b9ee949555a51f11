"""Lists: pairs of label and value for phones, an empty state with a way on, and cheap however many rows."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test.signals import template_rendered
from django.utils import timezone, translation

from portal.ui.samples import NOON, customers, no_requests
from portal.ui.tables import Cell, Column, Empty, Table, render_table
from tests.ui.drawing import Page

NAME = Column("name", "Customer")
SEATS = Column("seats", "Seats", "number")


def page_of(*rows: dict[str, Any], columns: list[Column] | None = None, **options: Any) -> Page:
    return Page(render_table(Table("Customers", columns or [NAME, SEATS], rows, **options)))


def test_without_rows_the_empty_state_says_what_to_do() -> None:
    empty = Empty("No requests yet", "Ask your partner here.", "New request", "/requests/new/")
    page = page_of(empty=empty)
    assert not page.all("table")
    assert [element.text for element in page.all("p")] == ["No requests yet", "Ask your partner here."]
    assert page.one("a").attributes["href"] == "/requests/new/"


def test_the_gallery_shows_a_full_and_an_empty_list() -> None:
    assert len(Page(render_table(customers())).all("tr")) == 5
    assert not Page(render_table(no_requests())).all("tr")


def test_every_value_carries_its_label_for_narrow_screens() -> None:
    page = page_of({"name": "Huaxin", "seats": 20})
    assert page.one("th", scope="row").text == "Huaxin"
    assert page.one("td", data_label="Seats").text == "20"
    assert page.one("caption").text == "Customers"


@pytest.mark.parametrize(
    ("language", "written"), [("en", "18,204"), ("zh-hans", "18,204"), ("fr", "18\N{NO-BREAK SPACE}204")]
)
def test_thousands_are_separated_in_every_language(language: str, written: str) -> None:
    with translation.override(language):
        assert page_of({"name": "Huaxin", "seats": 18204}).one("td", data_label="Seats").text == written


def test_nothing_is_a_dash_and_zero_is_not_nothing() -> None:
    assert page_of({"name": "Huaxin", "seats": None}).one("td", data_label="Seats").text == "\N{EM DASH}"
    assert page_of({"name": "Huaxin"}).one("td", data_label="Seats").text == "\N{EM DASH}"
    assert page_of({"name": "Huaxin", "seats": 0}).one("td", data_label="Seats").text == "0"


def test_a_cell_with_a_tone_is_a_badge_and_an_address_makes_a_link() -> None:
    cell = Cell("Huaxin", href="/customers/1/", note="huaxin.example", strong=True)
    page = page_of(
        {"name": cell, "state": Cell("Active", tone="success")}, columns=[NAME, Column("state", "State", "badge")]
    )
    assert page.one("a").attributes["href"] == "/customers/1/"
    assert page.one("strong").text == "Huaxin"
    assert page.one("span", class_="note").text == "huaxin.example"
    assert page.one("span", class_="tone-success").text == "Active"


def test_dates_name_their_zone_once_below_the_list() -> None:
    columns = [NAME, Column("since", "Since", "date"), Column("ends", "Ends", "date")]
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        page = page_of({"name": "Huaxin", "since": NOON, "ends": datetime.date(2027, 1, 31)}, columns=columns)
    assert [time.text for time in page.all("time")] == ["22 Nov 2026, 14:05", "31 Jan 2027"]
    assert page.one("p", class_="table-note").text == "Times are shown in Shanghai time."


def test_each_checkbox_says_which_row_it_chooses() -> None:
    page = page_of({"name": Cell("Huaxin", href="/x/"), "seats": 1, "select": "id-1"}, select="chosen")
    every, one = page.all("input")
    assert one.attributes == {"type": "checkbox", "name": "chosen", "value": "id-1"}
    assert "name" not in every.attributes, "what selects the others is not sent"
    assert [label.text for label in page.all("label")] == ["Select all", "Select Huaxin"]
    assert "hidden" in page.all("label")[0].attributes, "only a script can do it"
    assert len(page.all("td", class_="pick")) == 2


def test_the_next_page_is_offered_only_when_there_is_one() -> None:
    row = {"name": "Huaxin", "seats": 1}
    assert page_of(row, next_url="?after=abc").one("a", rel="next").attributes["href"] == "?after=abc"
    assert page_of(row, first_url="/customers/").one("a").text == "First page"
    assert not page_of(row).all("nav")


def test_rows_are_drawn_without_rendering_a_template_for_each() -> None:
    rendered: list[object] = []
    template_rendered.connect(lambda **sent: rendered.append(sent), weak=False, dispatch_uid="count")
    try:
        page = page_of(*({"name": f"Customer {number}", "seats": number} for number in range(50)))
    finally:
        template_rendered.disconnect(dispatch_uid="count")
    assert len(page.all("tr")) == 51
    assert rendered == []
