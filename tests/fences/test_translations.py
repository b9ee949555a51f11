"""Every text of the portal is in Chinese and French, whole, and the catalogues hold what the source holds."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.utils import translation

from dev import ROOT
from portal.catalogues import LOCALES, NOT_OURS
from portal.ui.separators import aside, listed, named

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|</?\w+[^>]*>")


def catalogue(root: Path, locale: str) -> Path:
    return root / "portal" / "locale" / locale / "LC_MESSAGES" / "django.po"


def holes(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with one entry."""
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    if entry.fuzzy:
        yield f"guessed: {entry.msgid}"
    if not all(texts):
        yield f"untranslated: {entry.msgid}"
    elif any(set(PLACEHOLDER.findall(text)) != wanted for text in texts):
        yield f"other placeholders: {entry.msgid}"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_is_translated_with_its_placeholders(locale: str) -> None:
    entries = polib.pofile(str(catalogue(ROOT, locale)))
    assert len(entries) > 1000
    assert entries.obsolete_entries() == []
    assert [hole for entry in entries for hole in holes(entry)] == []


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "Rôle\N{NO-BREAK SPACE}: A, B (C)"), ("zh-hans", "Rôle：A、B（C）")],
)
def test_words_that_are_put_together_are_kept_apart_as_the_language_does(language: str, written: str) -> None:
    with translation.override(language):
        assert named("Rôle") + listed(["A", "B"]) + aside("C") == written


@pytest.mark.parametrize(
    ("entry", "hole"),
    [
        (polib.POEntry(msgid="Close", msgstr=""), "untranslated: Close"),
        (polib.POEntry(msgid="Close", msgstr="Fermer", flags=["fuzzy"]), "guessed: Close"),
        (polib.POEntry(msgid="Block %(name)s?", msgstr="Bloquer %(nom)s ?"), "other placeholders: Block %(name)s?"),
        (polib.POEntry(msgid="%(n)s seat", msgid_plural="%(n)s seats", msgstr_plural={0: "a", 1: ""}), "untranslated"),
    ],
)
def test_the_fence_sees_a_hole(entry: polib.POEntry, hole: str) -> None:
    assert [found.startswith(hole) for found in holes(entry)] == [True]


def gathered(copy: Path) -> list[str]:
    """The languages whose catalogue changes when the texts of a copy of the house are gathered anew."""
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(*NOT_OURS, ".*", "__pycache__", "*.mo"), dirs_exist_ok=True
    )
    subprocess.run([sys.executable, "-m", "portal.catalogues", "extract"], cwd=copy, check=True)
    return [name for name in LOCALES if catalogue(copy, name).read_text() != catalogue(ROOT, name).read_text()]


@pytest.mark.gettext
def test_gathering_the_texts_again_changes_nothing(tmp_path: Path) -> None:
    assert gathered(tmp_path / "copy") == [], "run make messages, and translate what is new"


@pytest.mark.gettext
def test_it_bites_a_text_that_was_never_gathered(tmp_path: Path) -> None:
    (tmp_path / "copy" / "tenants").mkdir(parents=True)
    (tmp_path / "copy" / "tenants" / "planted.py").write_text('NAME = _("A text that nobody has gathered")\n')
    assert gathered(tmp_path / "copy") == list(LOCALES)
