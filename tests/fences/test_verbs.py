"""A verb is atomic, takes its actor by keyword, and asks before it does anything. Read from the source, so a new verb
cannot be missed.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev import ROOT

ROOMS = ("tenants", "subscriptions", "messagecenter", "support")
# Public helpers of action modules that change nothing, or are called under a verb's lock; each with its reason.
NO_VERBS = {
    "new_temporary_password": "makes a word",
    "end_tokens": "called by verbs that have asked and hold the lock on the person",
    "group_name": "makes a word",
    "let_go": "called by end_relationship, which has asked and holds the lock on the relationship",
    "role_group": "finds or makes the group of a role, called by verbs",
}
# Verbs that ask no right, because the thing is the actor's own or the caller holds a secret; each with its reason.
ASK_NO_RIGHT = {
    "choose_language": "one's own account",
    "end_other_sessions": "one's own account",
}


def action_files(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        single = root / room / "actions.py"
        yield from [single] if single.exists() else sorted((root / room / "actions").glob("[!_]*.py"))


def public_functions(source: str) -> list[ast.FunctionDef]:
    return [
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def faults(source: str) -> list[str]:
    """What is wrong with the verbs of one module."""
    found = []
    for function in public_functions(source):
        if function.name in NO_VERBS:
            continue
        if "transaction.atomic" not in [ast.unparse(decorator) for decorator in function.decorator_list]:
            found.append(f"{function.name} is not @transaction.atomic")
        if "actor" not in [argument.arg for argument in function.args.kwonlyargs]:
            found.append(f"{function.name} takes no keyword-only actor")
        if function.name not in ASK_NO_RIGHT and not asks_first(function):
            found.append(f"{function.name} does not call require() first")
    return found


def asks_first(function: ast.FunctionDef) -> bool:
    """Whether `require(...)` stands before anything that could change or tell: only assignments of plain lookups may
    precede it.
    """
    for statement in function.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        calls = [ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)]
        if "require" in calls:
            return isinstance(statement, ast.Expr)
        if any(
            call.split(".")[-1] in {"save", "create", "update", "delete", "record", "enqueue", "queue", "add"}
            for call in calls
        ):
            return False
    return False


@pytest.mark.parametrize("path", list(action_files(ROOT)), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_verb_is_atomic_and_asks_first(path: Path) -> None:
    assert faults(path.read_text()) == []


def test_the_exceptions_exist() -> None:
    names = {function.name for path in action_files(ROOT) for function in public_functions(path.read_text())}
    assert set(NO_VERBS) | set(ASK_NO_RIGHT) <= names


PLANTED = '''
@transaction.atomic
def good(thing, *, actor):
    """Says what it does."""
    require(actor, Permission.X, thing)
    thing.save()

def not_atomic(thing, *, actor):
    require(actor, Permission.X, thing)

@transaction.atomic
def positional(thing, actor):
    require(actor, Permission.X, thing)

@transaction.atomic
def late(thing, *, actor):
    thing.save()
    require(actor, Permission.X, thing)

@transaction.atomic
def sometimes(thing, *, actor):
    if thing:
        require(actor, Permission.X, thing)
    thing.save()

@transaction.atomic
def never(thing, *, actor):
    thing.save()
'''


def test_the_fence_bites() -> None:
    assert faults(PLANTED) == [
        "not_atomic is not @transaction.atomic",
        "positional takes no keyword-only actor",
        "late does not call require() first",
        "sometimes does not call require() first",
        "never does not call require() first",
    ]
