"""Finds words that people read and nobody can translate, in templates and in Python."""

import ast
import re
from collections.abc import Iterator

# Names that are the same in every language.
NAMES = {"21Vianet", "English", "Français", "简体中文", "UTC", "REST", "API"}
WORD = re.compile(r"[^\W\d_]{2,}")
TRANSLATED = re.compile(
    r"\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}|\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}",
    re.DOTALL,
)
SILENT = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", re.DOTALL | re.IGNORECASE)
TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
HTML_TAG = re.compile(r"<[^>]*>", re.DOTALL)
READ_ALOUD = re.compile(r"""\s(?:title|alt|placeholder|aria-label|aria-description|content)=("[^"]*"|'[^']*')""")
# Arguments of our own tags that people read.
TAG_WORDS = re.compile(
    r"\{%\s*(?:button|link_button|action|submit|card|message_bar|dialog|stat|empty_state|next_step|badge)\b(.*?)%\}"
)
LITERAL = re.compile(r"""(?<![\w=])"([A-Z][^"]*)"|(?:label|title|text|note)="([^"]*)\"""")


def words_in_template(source: str) -> list[str]:
    """Text, read-aloud attributes and arguments of tags that no `translate` or `blocktranslate` covers."""
    rest = SILENT.sub(" ", TRANSLATED.sub(" ", source))
    said = [word for part in TAG_WORDS.findall(rest) for word in _literals(part)]
    plain = TEMPLATE_TAG.sub(" ", rest)
    said += [value.strip("\"'") for value in READ_ALOUD.findall(plain)]
    said += [text.strip() for text in HTML_TAG.sub("\n", plain).splitlines()]
    said = [re.sub(r"&\w+;|&#\d+;", " ", text).strip() for text in said]
    return [text for text in said if WORD.search(text) and not _only_names(text) and not _is_machine(text)]


def _literals(part: str) -> Iterator[str]:
    # `_("...")` inside a tag is translated.
    for bare, named in LITERAL.findall(re.sub(r'_\("[^"]*"\)', "", part)):
        yield bare or named


def _only_names(text: str) -> bool:
    return not WORD.search(re.sub("|".join(sorted(NAMES, key=len, reverse=True)), " ", text))


def _is_machine(text: str) -> bool:
    """Values for machines: `width=device-width`, `light dark`, names of files, htmx's attributes."""
    return bool(re.fullmatch(r"[a-z-]+=[\w.,= -]+|light dark|\{.*\}|[\w.-]+|hx-.*", text)) and not text[:1].isupper()


# Callables whose positional texts people read, and keywords whose texts people read wherever they stand.
SPEAKING = {
    *("RuleBroken", "NotAllowed", "BadRequest", "InvalidInput", "StaleVersion", "VersionRequired", "NotVisible"),
    *("PortalError", "Denied", "Column", "Empty", "Table", "Entry", "ValidationError", "toast"),
}
KEYWORDS = {"label", "help_text", "empty_label", "caption", "remedy", "verbose_name", "reason", "consequence"}
GETTEXT = {"_", "gettext", "gettext_lazy", "pgettext", "pgettext_lazy", "ngettext", "ngettext_lazy", "npgettext"}


def words_in_python(source: str) -> list[str]:
    """`line: text` for each text that people read and no gettext covers, and each gettext that nobody can extract."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            found += [f"{part.lineno}: {_shown(part)}" for part in _said_by(node)]
        elif isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Choices") for base in node.bases):
            found += [f"{part.lineno}: {_shown(part)}" for part in _labels_of(node)]
    return found


def _labels_of(choices: ast.ClassDef) -> Iterator[ast.expr]:
    """The labels of an enumeration that stand in the source as they are."""
    for statement in choices.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple):
            label = statement.value.elts[-1]
            if _is_speech(label):
                yield label


def _said_by(call: ast.Call) -> Iterator[ast.expr]:
    name = ast.unparse(call.func).split(".")[-1]
    if name in GETTEXT:
        texts = call.args[:-1] if name.startswith("n") else call.args  # the last of ngettext's is a number
        yield from (part for part in texts if not isinstance(part, ast.Constant | ast.Name | ast.Attribute | ast.Call))
    if name in SPEAKING:
        yield from (part for part in call.args if _is_speech(part))
    yield from (word.value for word in call.keywords if word.arg in KEYWORDS and _is_speech(word.value))


def _is_speech(part: ast.expr) -> bool:
    """A sentence or a capitalised word; codes are camelCase or contain no space."""
    if isinstance(part, ast.JoinedStr):
        text = "".join(str(piece.value) for piece in part.values if isinstance(piece, ast.Constant))
        return bool(WORD.search(text)) and " " in text
    if not isinstance(part, ast.Constant) or not isinstance(part.value, str):
        return False
    return (
        bool(WORD.search(part.value)) and (" " in part.value or part.value[0].isupper()) and not _only_names(part.value)
    )


def _shown(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else ast.unparse(part)
