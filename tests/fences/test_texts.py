"""Whatever people read can be translated, and is: into French and simplified Chinese, whole."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
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
    "portal/outbox/",
    "portal/outbox/",
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
CATALOGUES = sorted((ROOT / "portal" / "locale").glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def faults_of(entry: polib.POEntry) -> list[str]:
    """Why an entry is no translation."""
    found = ["fuzzy"] if entry.fuzzy else []
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    wanted = {frozenset(PLACEHOLDER.findall(text)) for text in (entry.msgid, entry.msgid_plural) if text}
    for text in texts or [""]:
        if not text.strip():
            found.append("empty")
        elif frozenset(PLACEHOLDER.findall(text)) not in wanted:
            found.append("other placeholders")
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_of_a_template_can_be_translated(path: Path) -> None:
    assert words_in_template(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_text_of_a_source_can_be_translated(path: Path) -> None:
    assert words_in_python(path.read_text("utf-8")) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_every_text_is_translated(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    faults = {entry.msgid: found for entry in catalogue if (found := faults_of(entry))}
    assert (faults, [entry.msgid for entry in catalogue.obsolete_entries()]) == ({}, [])


def test_both_languages_have_the_same_texts() -> None:
    french, chinese = ({(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(path))} for path in CATALOGUES)
    assert french == chinese


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs xgettext: apt-get install gettext")
def test_extracting_again_changes_nothing(tmp_path: Path) -> None:
    for name in (*PACKAGES, "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc", "*.mo"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "var").mkdir()
    command = "import pathlib, portal.catalogues as it; it.extract(pathlib.Path.cwd())"
    subprocess.run([sys.executable, "-c", command], cwd=tmp_path, check=True, capture_output=True)
    changed = [path for path in CATALOGUES if (tmp_path / path.relative_to(ROOT)).read_bytes() != path.read_bytes()]
    assert changed == [], "run `make messages`, and translate what is new"


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
    ],
)
def test_it_bites_words_of_a_source(source: str, words: list[str]) -> None:
    assert words_in_python(source) == words


def test_it_bites_a_translation_that_is_none() -> None:
    entry = polib.POEntry
    assert faults_of(entry(msgid="Good", msgstr="")) == ["empty"]
    assert faults_of(entry(msgid="Good", msgstr="Bon", flags=["fuzzy"])) == ["fuzzy"]
    assert faults_of(entry(msgid="%(name)s is in", msgstr="%(nom)s est la")) == ["other placeholders"]
    assert faults_of(entry(msgid="%(n)s seat", msgid_plural="%(n)s seats", msgstr_plural={0: "%(n)s", 1: ""})) == [
        "empty"
    ]
    assert faults_of(entry(msgid="{name} is in", msgstr="{name} est la")) == []
