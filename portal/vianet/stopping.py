"""How a long-running process learns that it should end."""

import signal
from threading import Event


def stop_on_signals() -> Event:
    """An event that SIGTERM and Ctrl-C set. Call it in the main thread."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
