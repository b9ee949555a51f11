"""The stories that the demo begins with, told by calling verbs as the people who would."""

from collections.abc import Callable

from portal.demo.cast import Cast


def play(cast: Cast, progress: Callable[[str], None] = lambda _line: None) -> None:
    """Play every scene in order; `progress` is told of each."""
