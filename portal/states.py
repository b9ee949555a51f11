"""Reading a table of permitted changes: state -> the states that may follow it."""

from collections.abc import Mapping
from typing import TypeVar

State = TypeVar("State")


def leading_to(target: State, table: Mapping[State, frozenset[State]]) -> list[State]:
    """The states that `target` may follow: the condition of the UPDATE that sets it."""
    return [state for state, following in table.items() if target in following]
