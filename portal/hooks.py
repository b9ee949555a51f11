"""Effects that must travel upward in the same transaction: a lower room declares a hook and calls it in its verb, a
higher room fills it.

A name that is called or filled without being declared, or declared and never filled, fails the system checks in
`portal.checks`.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

_declared: dict[str, str] = {}
_filled: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def declare(name: str, meaning: str) -> None:
    """Announce a hook: `meaning` says when it is called and with which keywords."""
    _declared[name] = meaning


def fill(name: str, function: Callable[..., Any]) -> None:
    """Run `function` whenever `name` is called. Called from a higher room's `apps.py`."""
    if function not in _filled[name]:
        _filled[name].append(function)


def call(name: str, **keywords: Any) -> list[Any]:
    """Run what fills the hook, in the order of filling; an error rolls the caller's verb back."""
    if name not in _declared:
        raise LookupError(f"No room declares the hook {name!r}.")
    return [function(**keywords) for function in _filled[name]]


def unbalanced() -> tuple[set[str], set[str]]:
    """Names filled but not declared, and names declared but not filled."""
    return set(_filled) - set(_declared), set(_declared) - {name for name, functions in _filled.items() if functions}
