"""Times and numbers, as the reader writes them."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from portal.ui.dates import moment, offset_name
from portal.ui.parts import initials
from portal.ui.samples import NOON
from portal.ui.values import money, show
from tests.ui.drawing import Page, draw

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "22 Nov 2026, 14:05 (Shanghai time)"),
        ("zh-hans", "2026年11月22日 14:05（上海时间）"),
        ("fr", "22 nov. 2026 à 14:05 (heure de Shanghai)"),
    ],
)
def test_a_time_is_written_in_the_readers_language_and_zone(language: str, written: str) -> None:
    with translation.override(language), timezone.override(SHANGHAI):
        time = Page(moment(NOON)).one("time")
    assert time.text == written
    assert time.attributes == {"datetime": "2026-11-22T14:05:00+08:00", "title": "UTC+8"}


def test_the_zone_is_named_beside_the_time() -> None:
    with timezone.override(SHANGHAI):
        assert Page(draw("{% moment noon %}", noon=NOON)).one("time").text == "22 Nov 2026, 14:05 (Shanghai time)"
        assert Page(draw("{% moment noon zone=False %}", noon=NOON)).one("time").text == "22 Nov 2026, 14:05"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Asia/Kolkata", "UTC+5:30"),
        ("America/St_Johns", "UTC-3:30"),
        ("Africa/Abidjan", "UTC"),
        ("Asia/Urumqi", "UTC+6"),
    ],
)
def test_other_zones_are_named_by_their_distance(zone: str, name: str) -> None:
    assert offset_name(NOON.astimezone(ZoneInfo(zone))) == name
    with timezone.override(ZoneInfo(zone)):
        assert Page(moment(NOON)).one("span").text == f" ({name})"


def test_a_day_has_no_zone() -> None:
    assert moment(datetime.date(2026, 11, 22)) == '<time datetime="2026-11-22">22 Nov 2026</time>'


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        moment(NOON.replace(tzinfo=None))


def test_a_missing_time_is_a_dash() -> None:
    assert Page(draw("{% moment nothing %}", nothing=None)).one("span").text == "\N{EM DASH}"


def test_money_is_counted_in_fen() -> None:
    assert Page(money(102_480_050)).one("span").text == "¥1,024,800.50"
    assert Page(draw("{% money fen %}", fen=5)).one("span").text == "¥0.05"


def test_plain_values() -> None:
    assert show(True) == "Yes"
    assert show(False) == "No"
    assert Page(show("")).one("span").text == "\N{EM DASH}"
    assert [item.text for item in Page(show(["Teams", "Exchange"])).all("li")] == ["Teams", "Exchange"]
    assert Page(show([])).one("span").text == "\N{EM DASH}"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Alice Li", "AL"),
        ("Anna Maria de Chen", "AC"),
        ("Élodie", "É"),
        ("élodie martin", "ÉM"),
        ("øyvind", "Ø"),
        ("3M China", "3C"),
        ("王小明", "小明"),
        ("李雷", "李雷"),
        ("", "?"),
    ],
)
def test_a_person_is_shortened_to_two_characters(name: str, short: str) -> None:
    assert initials(name) == short


@pytest.mark.parametrize(
    ("value", "maximum", "tone", "width"),
    [
        (10, 50, "info", 20),
        (179, 200, "info", 89),
        (45, 50, "warning", 90),
        (199, 200, "warning", 99),
        (50, 50, "danger", 100),
        (51, 50, "danger", 100),
        (0, 0, "info", 0),
        (3, 0, "danger", 100),
    ],
)
def test_a_meter_warns_before_it_is_full_and_not_sooner(value: int, maximum: int, tone: str, width: int) -> None:
    page = Page(draw("{% meter 'Licences' value maximum %}", value=value, maximum=maximum))
    assert page.one("strong").text == f"{value} of {maximum}"
    assert page.one("rect", class_="fill").attributes["width"] == str(width)
    assert page.one("div", class_="meter").attributes["class"] == f"meter tone-{tone}"
