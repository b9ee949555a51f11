"""A verb is atomic, takes its actor by keyword, asks before it does anything, and records last. Read from the source:
a new verb cannot be missed.
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
    "choose_preferences": "one's own account",
    "choose_password": "one's own account; the caller has checked the old password, or a letter's link",
    "revoke_token": "one's own; about somebody else's it asks",
    "enrol_second_factor": "one's own account",
    "remove_second_factor": "one's own account; allauth has asked for the password again",
    "renew_recovery_codes": "one's own account; allauth has asked for the password again",
}

# What may be called before `require`, or to name what it is asked about: none of it writes or tells.
MAY_PRECEDE = {
    "SETTINGS.get": "the registry of settings",
    "setting_of": "a setting as an object to ask about",
    "raising_right": "which of two rights is asked",
    "draft": "a request that is not saved yet",
    "choice": "checks a word against a list",
}

# What tells: letters, and whatever locks the head of an order in the outbox.
TELLS = ("letters.", "mail.", "outbox.", "withdrawing.take_back")


def action_files(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        single = root / room / "actions.py"
        yield from [single] if single.exists() else sorted((root / room / "actions").glob("[!_]*.py"))


def functions(source: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]


def public_functions(source: str) -> list[ast.FunctionDef]:
    return [function for function in functions(source) if not function.name.startswith("_")]


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
    """Whether only the docstring, assignments and guards that raise stand before `require(...)`; neither they nor what
    is asked may call anything that is not in the list.
    """
    for statement in function.body:
        calls = {ast.unparse(node.func) for node in ast.walk(statement) if isinstance(node, ast.Call)}
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and "require" in calls:
            return ast.unparse(statement.value.func) == "require" and calls <= {"require", *MAY_PRECEDE}
        if not (calls <= set(MAY_PRECEDE) and _is_harmless(statement)):
            return False
    return False


def _is_harmless(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        return all(isinstance(inner, ast.Raise) for inner in statement.body) and not statement.orelse
    return (
        isinstance(statement, ast.Assign)
        or isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
    )


def tells_after_recording(source: str) -> list[str]:
    """Functions of one module that tell after their last record: the audit chain's head is locked last (ADR 6)."""
    known = {function.name: function for function in functions(source)}
    order = {name: list(steps(function, known)) for name, function in known.items()}
    return [name for name, taken in order.items() if "record" in taken and taken[-1] != "record"]


def steps(function: ast.FunctionDef, known: dict[str, ast.FunctionDef]) -> Iterator[str]:
    """`tell` and `record` as they stand in the source; what the module's own helpers do, where they are called."""
    others = {name: helper for name, helper in known.items() if name != function.name}
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        name = ast.unparse(call.func)
        if name in others:
            yield from steps(others[name], others)
        elif name.startswith(TELLS):
            yield "tell"
        elif name.endswith(".record"):
            yield "record"


every_module = pytest.mark.parametrize("path", list(action_files(ROOT)), ids=lambda path: str(path.relative_to(ROOT)))


@every_module
def test_every_verb_is_atomic_and_asks_first(path: Path) -> None:
    assert faults(path.read_text()) == []


@every_module
def test_every_verb_records_last(path: Path) -> None:
    assert tells_after_recording(path.read_text()) == [], "ask, lock, rule, save, tell, record"


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

@transaction.atomic
def through_a_helper(thing, *, actor):
    _save(thing)
    require(actor, Permission.X, thing)

@transaction.atomic
def through_a_hook(thing, *, actor):
    found = hooks.call("thing_changed", thing)
    require(actor, Permission.X, thing)

@transaction.atomic
def inside_the_question(thing, *, actor):
    require(actor, Permission.X, _made(thing))

@transaction.atomic
def behind_a_guard(thing, *, actor):
    if thing.old:
        thing.age = 0
    require(actor, Permission.X, thing)

@transaction.atomic
def somebody_elses(thing, *, actor):
    other.require(actor, Permission.X, thing)
'''


def test_the_fence_bites() -> None:
    assert faults(PLANTED) == [
        "not_atomic is not @transaction.atomic",
        "positional takes no keyword-only actor",
        "late does not call require() first",
        "sometimes does not call require() first",
        "never does not call require() first",
        "through_a_helper does not call require() first",
        "through_a_hook does not call require() first",
        "inside_the_question does not call require() first",
        "behind_a_guard does not call require() first",
        "somebody_elses does not call require() first",
    ]


HASTY = """
def good(thing, *, actor):
    letters.write("changed", thing)
    book.record(actor, "room.thing.changed", thing)

def quiet(thing, *, actor):
    _tell(thing)

def letter_after(thing, *, actor):
    book.record(actor, "room.thing.changed", thing)
    mail.queue("changed", [thing.owner])

def helper_after(thing, *, actor):
    book.record(actor, "room.thing.changed", thing)
    if thing.sent:
        _tell(thing)

def hidden_record(thing, *, actor):
    _record(thing)
    outbox.enqueue(thing)

def taken_back_after(thing, *, actor):
    withdrawing.record(thing, actor)
    withdrawing.take_back(thing)

def _tell(thing):
    outbox.enqueue(thing)

def _record(thing):
    book.record(thing)
"""


def test_it_bites_a_verb_that_tells_after_recording() -> None:
    late = ["letter_after", "helper_after", "hidden_record", "taken_back_after"]
    assert tells_after_recording(HASTY) == late
