"""The documents that are made from the code: who holds which right, and what every verb does."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.utils.translation import override

from tenants import deeds
from tenants.grants import GRANTS, SYSTEM_GRANTS, Basis, Need, Rule
from tenants.models import Role
from tenants.models.role import ROLES_OF
from tenants.permissions import Permission

ROOMS = ("tenants", "subscriptions", "messagecenter", "support")
BASES: Mapping[Basis, tuple[str, str]] = {
    Basis.ANYWHERE: ("A", "no object is asked about"),
    Basis.HOME: ("H", "what belongs to the person's own organisation"),
    Basis.OWN: ("O", "what the person made, or is"),
    Basis.RESELLER: (
        "R",
        "customers of a living reseller relationship; what names its partner, for that partner alone",
    ),
    Basis.DELEGATED: (
        "D",
        "customers that granted delegated administration for the service (for what has none: for all)",
    ),
    Basis.DELEGATED_ADMIN: ("L", "as D, at the level of administration"),
    Basis.TIED: ("T", "customers by a relationship or any grant"),
}
NEEDS: Mapping[Need, tuple[str, str]] = {
    Need.GOOD_STANDING: ("s", "the partner is in good standing"),
    Need.GRANT: ("d", "and a delegated-admin grant covers it"),
}
MADE = "<!-- Made by `make docs`. Do not edit. -->\n"


def documents() -> dict[Path, str]:
    """Path -> text, the same for the same code."""
    folder = settings.BASE_DIR / "docs"
    with override("en"):
        return {folder / "permissions.md": permissions(GRANTS), folder / "verbs.md": verbs()}


def permissions(grants: Mapping[Permission, tuple[Rule, ...]]) -> str:
    """The table of rights: a line for each right, a column for each role, a table for each kind of organisation."""
    lines = [MADE, "# Who may do what", "", "Each cell says on which basis the role holds the right:", ""]
    lines += [f"* **{letter}** {words}" for letter, words in BASES.values()]
    lines += [f"* **{letter}** behind another letter: {words}" for letter, words in NEEDS.values()]
    lines += [
        "",
        "Conditions on people (oneself, the last global admin, whose account) are checked by the verbs: verbs.md.",
    ]
    for kind, roles in ROLES_OF.items():
        lines += ["", f"## Roles of a {kind}", ""]
        lines += _table(["right", *(str(role.label) for role in roles)], _rows(grants, roles))
    lines += ["", "## Machines", ""]
    lines += [
        f"* **{name}**: {', '.join(sorted(map(_code, rights)))}" for name, rights in sorted(SYSTEM_GRANTS.items())
    ]
    return "\n".join(lines) + "\n"


def _rows(grants: Mapping[Permission, tuple[Rule, ...]], roles: tuple[Role, ...]) -> Iterator[list[str]]:
    for right in Permission:
        cells = [_cell(grants[right], role) for role in roles]
        if any(cells):
            yield [_code(right), *(cell or "-" for cell in cells)]


def _code(right: Permission) -> str:
    return f"`{right}`"


def _cell(rules: tuple[Rule, ...], role: Role) -> str:
    held = [rule for rule in rules if role in rule.roles]
    marks = ["".join([BASES[rule.basis][0], *sorted(NEEDS[need][0] for need in rule.needs)]) for rule in held]
    return " ".join(sorted(set(marks)))


def _table(head: list[str], rows: Iterator[list[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def verbs() -> str:
    """Every verb of every room: what it does, which right it asks, which deed it writes."""
    lines = [MADE, "# Verbs", "", "Whatever changes something goes through one of these, by whichever door."]
    for room in ROOMS:
        lines += ["", f"## {room}"]
        for path in _modules(room):
            lines += _module(path)
    return "\n".join(lines) + "\n"


def _modules(room: str) -> list[Path]:
    folder = Path(settings.BASE_DIR) / room
    single = folder / "actions.py"
    return [single] if single.exists() else sorted((folder / "actions").glob("[!_]*.py"))


def _module(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and _is_verb(node)]
    if found:
        module = import_module(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts))
        title = (ast.get_docstring(tree) or path.stem).splitlines()[0].rstrip(".")
        yield from ("", f"### {title}", "")
        for verb in found:
            yield from _verb(verb, module)


def _is_verb(node: ast.FunctionDef) -> bool:
    return not node.name.startswith("_") and any("atomic" in ast.unparse(item) for item in node.decorator_list)


def _verb(node: ast.FunctionDef, module: ModuleType) -> Iterator[str]:
    names = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs) if argument.arg != "actor"]
    yield f"* **{node.name}**({', '.join(names)})"
    yield f"  {' '.join(inspect.cleandoc(ast.get_docstring(node) or '').split())}"
    rights = [f"`{Permission[name]}`" for name in _rights(node, module)]
    written = [f"`{deed}`" for deed in _deeds(node, module)]
    told = [f"asks {' or '.join(rights)}"] if rights else []
    told += [f"writes {' or '.join(written)}"] if written else []
    if told:
        yield f"  *{'; '.join(told)}*"


def _rights(node: ast.FunctionDef, module: ModuleType) -> list[str]:
    """What `require(...)` is given, by the verb or by a helper that chooses."""
    asked = [part for call in _calls(node) if ast.unparse(call.func) == "require" for part in call.args]
    parts = [inner for part in asked for place in (part, *_helpers(part, module)) for inner in ast.walk(place)]
    found = [part.attr for part in parts if isinstance(part, ast.Attribute) and part.attr in Permission.__members__]
    return sorted(set(found))


def _deeds(node: ast.FunctionDef, module: ModuleType) -> list[str]:
    """The deeds that the verb names, or a helper that it calls."""
    parts = [inner for place in (node, *_helpers(node, module)) for inner in ast.walk(place)]
    found = [part.value for part in parts if isinstance(part, ast.Constant) and part.value in deeds.known()]
    return list(dict.fromkeys(map(str, found)))


def _helpers(node: ast.AST, module: ModuleType) -> Iterator[ast.AST]:
    """The source of the same room's functions that are called there, by their own name or by their module's."""
    room = module.__name__.partition(".")[0]
    for name in dict.fromkeys(ast.unparse(call.func) for call in _calls(node)):
        owner, _dot, last = name.rpartition(".")
        found = getattr(getattr(module, owner, None) if owner else module, last, None)
        if inspect.isfunction(found) and "." not in found.__qualname__ and found.__module__.partition(".")[0] == room:
            yield ast.parse(inspect.getsource(found))


def _calls(node: ast.AST) -> list[ast.Call]:
    return [item for item in ast.walk(node) if isinstance(item, ast.Call)]
