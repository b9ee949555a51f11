"""Documents name only what exists: tests, files, links; a decision says when to think again."""

import re
from collections.abc import Iterator
from pathlib import Path

from dev import ROOT

TEST_ID = re.compile(r"`(?:tests/)?((?:[\w]+/)*test_\w+\.py)((?:::\w+)*)`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
ROOMS = "portal|tenants|subscriptions|support|messagecenter|tests|docs|requirements"
CODE_PATH = re.compile(rf"`((?:{ROOMS})/[\w./-]+\.\w+)`")
SECTIONS = ("## Context", "## Decision", "## Consequences", "## Revisit when")


def documents() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def unknown_tests(text: str) -> Iterator[str]:
    """Test ids that lead nowhere."""
    for name, steps in TEST_ID.findall(text):
        path = ROOT / "tests" / name
        source = path.read_text() if path.exists() else ""
        missing = [step for step in steps.split("::") if step and not re.search(rf"(?:def|class) {step}\b", source)]
        if missing or not source:
            yield f"{name}{steps}"


def broken_links(path: Path, text: str) -> Iterator[str]:
    """Relative links, and paths of code, without a file behind them."""
    yield from (link for link in LINK.findall(text) if not (path.parent / link).exists())
    yield from (name for name in CODE_PATH.findall(text) if "<" not in name and not (ROOT / name).exists())


def incomplete(text: str) -> list[str]:
    """Sections that a decision lacks."""
    return [section for section in SECTIONS if section not in text]


def unlisted(folder: Path, index: str) -> list[str]:
    """Documents of a folder that its index does not name."""
    return [path.name for path in sorted(folder.glob("[a-z0-9]*.md")) if path.name not in index]


def test_every_test_that_a_document_names_exists() -> None:
    found = {path.name: list(unknown_tests(path.read_text())) for path in documents()}

    assert {name: ids for name, ids in found.items() if ids} == {}, "name the test as it is called now"


def test_every_link_and_path_leads_to_a_file() -> None:
    found = {path.name: list(broken_links(path, path.read_text())) for path in documents()}

    assert {name: links for name, links in found.items() if links} == {}


def test_every_decision_is_whole_and_in_the_index() -> None:
    decisions = {path.name: incomplete(path.read_text()) for path in (ROOT / "docs" / "adr").glob("*.md")}

    assert len(decisions) > 10
    assert {name: lacking for name, lacking in decisions.items() if lacking} == {}
    assert unlisted(ROOT / "docs" / "adr", (ROOT / "docs" / "README.md").read_text()) == []


def test_every_document_is_in_the_index() -> None:
    assert unlisted(ROOT / "docs", (ROOT / "docs" / "README.md").read_text()) == []


def fences_untold(folder: Path, contributing: str) -> list[str]:
    """Fences that the table of CONTRIBUTING.md lacks, and names in it that are no fence (any more)."""
    rows = [line.split("|")[1] for line in contributing.splitlines() if line.startswith("| `test_")]
    told = {name for cell in rows for name in re.findall(r"`(\w+)`", cell)}
    return sorted(told ^ {path.stem for path in folder.glob("test_*.py")})


def test_every_fence_is_in_the_table() -> None:
    assert fences_untold(ROOT / "tests" / "fences", (ROOT / "CONTRIBUTING.md").read_text()) == []


def test_it_bites_a_fence_outside_the_table(tmp_path: Path) -> None:
    for name in ("test_walls.py", "test_gates.py", "growing.py"):
        (tmp_path / name).touch()
    assert fences_untold(tmp_path, "| `test_walls`, `test_moats` | wet |") == ["test_gates", "test_moats"]


def test_the_fence_bites(tmp_path: Path) -> None:
    assert list(unknown_tests("`audit/test_book.py::test_tampering_vanishes`")) == [
        "audit/test_book.py::test_tampering_vanishes"
    ]
    assert list(unknown_tests("`tests/audit/test_shelf.py`")) == ["audit/test_shelf.py"]
    assert list(broken_links(ROOT / "README.md", "[here](docs/nowhere.md) `portal/nothing.py`")) == [
        "docs/nowhere.md",
        "portal/nothing.py",
    ]
    (tmp_path / "0099-planted.md").touch()
    assert unlisted(tmp_path, "[98](adr/0098-before.md)") == ["0099-planted.md"]
    assert incomplete("## Context\n## Decision\n## Consequences\n") == ["## Revisit when"]
