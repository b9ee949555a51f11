"""Named points in a message's way at which a test may stop a real process. In production nobody watches and nothing
happens.

`claimed`: the lease is committed, nothing is sent. `published`: the broker has answered, nothing is written.
`marking`: the result is written, not committed. `acknowledging`: 21Vianet's message is applied, not committed.
`acknowledged`: it is committed, the broker does not know.
"""

from collections.abc import Callable

CLAIMED = "claimed"
PUBLISHED = "published"
MARKING = "marking"
ACKNOWLEDGING = "acknowledging"
ACKNOWLEDGED = "acknowledged"
POINTS = (CLAIMED, PUBLISHED, MARKING, ACKNOWLEDGING, ACKNOWLEDGED)

_watchers: dict[str, Callable[[], None]] = {}


def watch(point: str, function: Callable[[], None]) -> None:
    """Call `function` whenever this process reaches the point."""
    if point not in POINTS:
        raise LookupError(f"There is no checkpoint {point!r}.")
    _watchers[point] = function


def reach(point: str) -> None:
    """Tell the watcher, if there is one."""
    if point in _watchers:
        _watchers[point]()
