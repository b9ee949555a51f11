"""`make demo`: the whole portal in one process, with a story in it."""

import os
import socket
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.demo import cast as demo_cast
from portal.demo import scenes
from portal.demo.company import HOST, Company
from portal.demo.probe import send_probe
from portal.wsgi import application
from tenants.actor import Actor, acting_as
from tenants.models import Role


class Command(BaseCommand):
    """Runs until Ctrl-C or SIGTERM. PORT chooses the port, RESET=1 starts anew."""

    help = "Run the portal, its workers and a simulated 21Vianet, with the demo's cast."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo runs with PORTAL_PROFILE=demo only: use `make demo`.")
        try:
            self._run(_port())
        except KeyboardInterrupt:
            raise CommandError("Interrupted.", returncode=130) from None

    def _run(self, port: int) -> None:
        started = time.monotonic()
        _refuse_busy(port)
        settings.VAR_DIR.mkdir(exist_ok=True)
        if os.environ.get("RESET", "") not in {"", "0"}:
            self._forget()
        self.stdout.write("Preparing the database ...")
        call_command("migrate", verbosity=0, interactive=False)
        cast = self._gather()
        company = Company(application, port)
        company.start()
        try:
            if send_probe(cast.organisations["vianet"], company.in_order):
                self._introduce(cast, port, time.monotonic() - started)
            company.wait()
        except TimeoutError as error:
            raise CommandError(str(error)) from error
        finally:
            company.close()
        if company.failed:
            raise CommandError(f"The demo has ended because its part {company.failed!r} ended.")
        self.stdout.write("The portal has stopped.")

    def _forget(self) -> None:
        self.stdout.write("Forgetting the data of earlier runs ...")
        for name in ("portal.sqlite3", "simulator.sqlite3"):
            for ending in ("", "-wal", "-shm", "-journal"):
                Path(settings.VAR_DIR / (name + ending)).unlink(missing_ok=True)

    def _gather(self) -> demo_cast.Cast:
        if demo_cast.is_present():
            self.stdout.write("Keeping the data of the last run (make demo RESET=1 starts anew).")
            return demo_cast.load()
        self.stdout.write("Gathering the cast ...")
        with transaction.atomic():  # the whole story or none: the next run keeps what it finds
            cast = demo_cast.build(progress=lambda name: self.stdout.write(f"  {name}"))
            scenes.play(cast, progress=lambda line: self.stdout.write(f"  {line}"))
        return cast

    def _introduce(self, cast: demo_cast.Cast, port: int, seconds: float) -> None:
        self.stdout.write("")
        for name, user in cast.people.items():
            with acting_as(Actor.system("demo")):
                roles = ", ".join(str(Role(role).label) for role in sorted(cast.actor(name).roles)) or "no admin role"
            self.stdout.write(f"  {user.upn:<26} {demo_cast.DEMO_PASSWORD}   {user.tenant.name}: {roles}")
        self.stdout.write(f"\nReady after {seconds:.1f} s. Stop with Ctrl-C.")
        self.stdout.write(f"Portal ready on http://{HOST}:{port}")
        self.stdout.flush()


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _refuse_busy(port: int) -> None:
    """Before anything is touched: a second demo on the same port would otherwise migrate under the first."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(f"Port {port} is in use. Choose another one: make demo PORT={port + 1}") from error
