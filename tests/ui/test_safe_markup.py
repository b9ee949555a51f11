"""What the content security policy forbids is not written in the first place; nothing is fetched from elsewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "emails" not in path.parts)
STATIC = sorted(path for path in (ROOT / "portal" / "static").rglob("*.*") if path.suffix in {".css", ".js", ".svg"})

BANNED = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event handler attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "htmx event handler": re.compile(r"\bhx-on\b|\bhx-vals\s*=\s*['\"]js:", re.IGNORECASE),
    "the safe filter": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
    "external address": re.compile(r"(?:https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9-]+\.[a-z]", re.IGNORECASE),
}


def findings(text: str) -> Iterator[str]:
    """The names of the bans that `text` breaks."""
    return (name for name, pattern in BANNED.items() if pattern.search(text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_nothing_that_the_policy_forbids(path: Path) -> None:
    assert list(findings(path.read_text())) == []


@pytest.mark.parametrize("path", STATIC, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_static_file_fetches_nothing_from_elsewhere(path: Path) -> None:
    assert not BANNED["external address"].search(path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_uses_only_tags_that_exist(path: Path) -> None:
    assert get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<script>go()</script>", "inline script"),
        ("<style>p{}</style>", "inline style sheet"),
        ('<p class="a" style="color:red">', "style attribute"),
        ('<a href="/" onclick="go()">', "event handler attribute"),
        ('<div hx-on:click="go()">', "htmx event handler"),
        ("{{ name|safe }}", "the safe filter"),
        ('<img src="//cdn.example/x.png">', "external address"),
        ('<script src="https://cdn.example/x.js"></script>', "external address"),
    ],
)
def test_each_ban_finds_what_it_is_for(text: str, name: str) -> None:
    assert name in findings(text)


def test_colours_are_decided_in_one_file() -> None:
    """Name a colour in tokens.css and use var(--name)."""
    colour = re.compile(r"#[0-9a-f]{3,8}\b(?!\s*\{)", re.IGNORECASE)
    sheets = {path.name: path.read_text().replace("--focus: #fff", "") for path in STATIC if path.suffix == ".css"}
    assert [name for name, text in sheets.items() if colour.search(text)] == ["tokens.css"]
