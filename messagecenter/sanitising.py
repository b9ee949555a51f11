"""The HTML of a post: a strict allow-list, applied when it is written and again whenever it is read.

What is stored may be older than today's list, or may have come past the verb; so nothing that is read is trusted.
"""

import re

import nh3
from django.utils.safestring import SafeString

MAX_BYTES = 64 * 1024
MAX_TAGS = 4000  # cleaning takes a second for 20,000 nested tags
_TAGS = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "em",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
_DROPPED_WITH_CONTENT = frozenset(
    {"iframe", "math", "noscript", "object", "script", "style", "svg", "template", "title"}
)
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
# A link names its site or its mail address. A path of this portal is refused too: one click must not sign anybody out.
_ADDRESS = re.compile(r"(?:https?://[^\s/\\]|mailto:[^\s/\\])[^\s\\]*", re.IGNORECASE)
_VALUES = {
    "href": _ADDRESS,
    "colspan": re.compile(r"[1-9]\d?"),
    "rowspan": re.compile(r"[1-9]\d?"),
    "scope": re.compile(r"row|col"),
}


def _allowed_value(_tag: str, attribute: str, value: str) -> str | None:
    """The value if it may stay. `rel` is the cleaner's own."""
    if attribute == "rel":
        return value
    pattern = _VALUES.get(attribute)
    return value if pattern and pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags=set(_DROPPED_WITH_CONTENT),
    attributes=_ATTRIBUTES,
    attribute_filter=_allowed_value,
    generic_attribute_prefixes=set(),
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def is_too_large(body: str) -> bool:
    """Whether a body is longer than 64 kB in UTF-8 or has so many tags that cleaning it would keep readers waiting."""
    return len(body.encode()) > MAX_BYTES or body.count("<") > MAX_TAGS


def clean_body(body: str) -> str:
    """The body without anything that is not on the list. Cleaning twice changes nothing."""
    return _CLEANER.clean(body)


def readable_body(body: str) -> SafeString:
    """The body for a template, cleaned now. Stands inside an element with `hx-disable`."""
    return SafeString(clean_body(body))


def has_words(body: str) -> bool:
    """Whether anything remains to be read when the body is cleaned and its tags are taken away."""
    return bool(nh3.clean(clean_body(body), tags=set()).replace("&nbsp;", "").strip())
