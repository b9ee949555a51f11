"""Draw a piece of template with the design system loaded, and take the result apart."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.template import Context, Template

HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>"


def draw(source: str, **context: Any) -> str:
    """The HTML of a template text."""
    return Template("{% load i18n ui %}" + source).render(Context(context))


@dataclass
class Element:
    """One start tag and the text inside it."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Every element of some HTML, in order."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in {"input", "img", "br", "meta", "link", "hr", "wbr"}:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of this tag that have these attributes; `class_` asks for one class among several."""
        wanted = attributes.pop("class_", "")
        return [
            element
            for element in self.elements
            if element.tag == tag
            and wanted in ["", *(element.attributes.get("class") or "").split()]
            and all(element.attributes.get(name.replace("_", "-")) == value for name, value in attributes.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        (element,) = self.all(tag, **attributes)
        return element

    def by_id(self, key: str | None) -> Element:
        """The only element with this id."""
        (element,) = [element for element in self.elements if element.attributes.get("id") == key]
        return element
