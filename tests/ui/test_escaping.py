"""Names and texts come from people: whatever they contain, they are text on the page and nothing else."""

import pytest

from portal.ui.charts import BarChart, Series
from portal.ui.parts import Entry
from portal.ui.samples import NOON, Refusal
from portal.ui.tables import Cell, Column, Empty, Table, render_table
from portal.ui.values import show
from tests.ui.drawing import HOSTILE, Page, draw

TAGS = [
    "{% badge hostile %}",
    "{% button hostile name=hostile value=hostile %}",
    "{% link_button hostile '/' %}",
    "{% action hostile '/' refusal %}",
    "{% action hostile '/' allowed %}",
    "{% submit hostile refusal %}",
    "{% actions %}{% submit hostile refusal %}{% endactions %}",
    "{% card hostile %}{{ hostile }}{% endcard %}",
    "{% message_bar 'info' hostile %}{{ hostile }}{% endmessage_bar %}",
    "{% dialog hostile hostile %}{{ hostile }}{% enddialog %}",
    "{% stat hostile hostile hostile hostile %}",
    "{% empty_state hostile hostile hostile '/' %}",
    "{% next_step hostile hostile %}",
    "{% crumbs pairs %}",
    "{% facts pairs %}",
    "{% timeline entries %}",
    "{% meter hostile 3 4 %}",
    "{% bar_chart chart %}",
    "{% copyable hostile %}",
    "{% value hostile %}",
]


@pytest.mark.parametrize("source", TAGS)
def test_a_hostile_text_stays_text(source: str) -> None:
    html = draw(
        source,
        hostile=HOSTILE,
        allowed=True,
        refusal=Refusal(HOSTILE),
        pairs=[(HOSTILE, HOSTILE)],
        entries=[Entry(NOON, HOSTILE, HOSTILE, HOSTILE, label=HOSTILE)],
        chart=BarChart(HOSTILE, [HOSTILE], [Series(HOSTILE, [1])]),
    )
    page = Page(html)
    assert "&lt;script&gt;" in html
    assert not page.all("script")
    assert not page.all("img")


def test_a_hostile_row_stays_text() -> None:
    cells = {"name": Cell(HOSTILE, note=HOSTILE, href=HOSTILE), "state": HOSTILE, "select": HOSTILE, "plain": HOSTILE}
    columns = [Column("name", HOSTILE), Column("state", HOSTILE, "badge"), Column("plain", HOSTILE)]
    page = Page(render_table(Table(HOSTILE, columns, [cells], select=HOSTILE, next_url=HOSTILE)))
    assert not page.all("script")
    assert not page.all("img")
    assert not page.all("a")
    assert HOSTILE in page.one("th", scope="row").text


def test_a_hostile_empty_list_stays_text() -> None:
    empty = Empty(HOSTILE, HOSTILE, HOSTILE, "/")
    page = Page(render_table(Table(HOSTILE, [Column("name", "Name")], [], empty=empty)))
    assert not page.all("script")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.example"]
)
def test_an_address_that_runs_code_or_leaves_by_stealth_is_no_link(address: str) -> None:
    assert show(Cell("Huaxin", href=address)) == "Huaxin"
    assert [link.text for link in Page(draw("{% crumbs pairs %}", pairs=[("Odd", address)])).all("a")] == ["Home"]
    assert Page(draw("{% link_button 'Go' address %}", address=address)).one("a").attributes["href"] == "#"


@pytest.mark.parametrize(
    "address", ["/customers/", "#facts", "?page=2", "https://vianet.example/", "mailto:a@b.example"]
)
def test_an_ordinary_address_is_a_link(address: str) -> None:
    assert Page(show(Cell("Huaxin", href=address))).one("a").attributes["href"] == address
