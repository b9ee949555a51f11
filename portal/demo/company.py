"""Everything that production runs as processes of their own, as threads of the demo's one process."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from waitress.server import BaseWSGIServer, create_server

from portal.celery import Engine
from portal.outbox.consumer import consume_replies
from portal.vianet.simulator import Knobs, Simulator
from portal.vianet.transports import connect

HOST = "127.0.0.1"


class Company:
    """Web server, Celery worker and beat, reply-queue consumer and the 21Vianet simulator."""

    def __init__(self, application: WSGIHandler, port: int) -> None:
        self.ended = threading.Event()
        self.failed = ""
        self._stop = threading.Event()
        self._engine = Engine()
        self._server: BaseWSGIServer = create_server(
            application, host=HOST, port=port, threads=8, clear_untrusted_proxy_headers=True
        )
        self._threads = [
            self._thread("web", self._server.run),
            self._thread("consumer", lambda: consume_replies(self._stop)),
            self._thread("21vianet", self._play_21vianet),
        ]

    def start(self) -> None:
        """Start every thread; from now on the end of any of them ends the demo."""
        signal.signal(signal.SIGTERM, self._interrupt)
        signal.signal(signal.SIGINT, self._interrupt)
        self._engine.start()
        for thread in self._threads:
            thread.start()

    def in_order(self) -> bool:
        """False after a signal, and once any part has ended; `failed` then names the part."""
        if not self.ended.is_set() and not self._engine.alive():
            self._fail("celery")
        return not self.ended.is_set()

    def wait(self) -> None:
        """Until a signal or a fault."""
        while self.in_order():
            self.ended.wait(0.5)

    def close(self) -> None:
        """Stop every part."""
        self._stop.set()
        # By the web server's own thread: a socket closed under its select() is a bad file descriptor there.
        self._server.trigger.pull_trigger(self._server.close)
        self._engine.stop()
        for thread in self._threads[1:]:
            thread.join(5)

    def _play_21vianet(self) -> None:
        simulator = Simulator(
            connect(settings.VIANET_QUEUE_URL, settings.VIANET_QUEUE_PREFIX),
            str(settings.VAR_DIR / "simulator.sqlite3"),
            verify_keys=[settings.VIANET_SIGNING_KEY],
            signing_key=settings.VIANET_VERIFY_KEYS[0],
            knobs=Knobs(latency=0.3, answer_after=90.0),
        )
        simulator.run(self._stop)

    def _thread(self, name: str, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            finally:
                connections.close_all()
                if not self._stop.is_set():
                    self._fail(name)

        return threading.Thread(target=run, name=name, daemon=True)

    def _fail(self, name: str) -> None:
        self.failed = self.failed or name
        self.ended.set()

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.ended.set()
