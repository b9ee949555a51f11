"""Whatever people read can be translated. That it is: test_translations.py."""

from pathlib import Path

import pytest

from dev import ROOT
from tests.fences.texts import words_in_python, words_in_template

PACKAGES = ("portal", "tenants", "subscriptions", "messagecenter", "support")
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.*") if path.suffix in {".html", ".txt"})
# Nobody translates samples, what the demo's people write, and what is said to whoever runs the portal.
NOT_FOR_READERS = (
    "portal/ui/samples.py",
    "portal/demo/",
    "portal/vianet/",
    "portal/outbox/handling.py",
    "/migrations/",
    "/management/",
    "portal/checks.py",
)
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not any(part in f"{path.relative_to(ROOT)}" for part in NOT_FOR_READERS)
]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_of_a_template_can_be_translated(path: Path) -> None:
    assert words_in_template(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_of_a_source_can_be_translated(path: Path) -> None:
    assert words_in_python(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Good morning</p>", ["Good morning"]),
        ('<input placeholder="Your name">', ["Your name"]),
        ('{% button "Save" %}', ["Save"]),
        ('{% button _("Save") %} {% translate "Good" %} {% blocktranslate %}Day{% endblocktranslate %}', []),
        ("<p>{{ name }} &middot; 21Vianet</p>", []),
    ],
)
def test_it_bites_words_of_a_template(source: str, words: list[str]) -> None:
    assert words_in_template(source) == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('raise RuleBroken("Not now.", code="notNow")', ["1: Not now."]),
        ('forms.CharField(label="Name")', ["1: Name"]),
        ('toast(request, f"Saved {name} for you")', ["1: f'Saved {name} for you'"]),
        ('_(f"Saved {name}")', ["1: f'Saved {name}'"]),
        ('raise RuleBroken(_("Not now."), code="notNow")', []),
        ('Column("name", _("Name"), "link")', []),
        ('class State(models.TextChoices):\n    OLD = "old", "Waiting"\n    NEW = "new", _("New")', ["2: Waiting"]),
        ('class Size(IntegerChoices):\n    BIG = 1, "Big"', ["2: Big"]),
    ],
)
def test_it_bites_words_of_a_source(source: str, words: list[str]) -> None:
    assert words_in_python(source) == words
