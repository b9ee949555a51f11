"""A site as docker-compose.yml describes it, on the loopback: the same commands, environment names and roles."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import yaml

from dev import ROOT
from portal.catalogues import compile_catalogues
from tests.servers import postgres, processes

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
START_SECONDS = 240  # the machine may be busy; nobody waits that long for a start
IMAGE = ("portal", "tenants", "subscriptions", "messagecenter", "support", "templates", "manage.py")
PASSWORDS = dict.fromkeys(
    ("POSTGRES_PASSWORD", "PORTAL_OWNER_PASSWORD", "PORTAL_APP_PASSWORD", "RABBITMQ_PASSWORD"), "x1"
)
FILLED_IN = {
    "SECRET_KEY": "a-key-of-fifty-letters-or-more-that-guards-nothing-0123456789",
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_BASE_URL": "https://portal.example",
    "BEHIND_TLS_PROXY": "true",
    "AUDIT_KEY": "audit-key-of-the-test",
    "VIANET_SIGNING_KEY": "signing-key-of-the-test",
    "VIANET_VERIFY_KEYS": "verify-key-of-the-test",
    "EMAIL_URL": "dummymail://",
    "EMAIL_FROM": "portal@portal.example",
}


@dataclass
class Site:
    """A checkout like the image's, the addresses of its servers, and the processes that run in it."""

    folder: Path
    postgres_port: int
    redis_url: str
    rabbitmq_url: str
    web_port: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def environment(self, service: str) -> dict[str, str]:
        """What compose gives the service, with the loopback for its servers' names; nothing of the developer's."""
        given = {name: self._here(value) for name, value in COMPOSE["services"][service]["environment"].items()}
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), **FILLED_IN, **given}

    def _here(self, value: str) -> str:
        value = re.sub(r"\$\{(\w+):\?\}", lambda match: PASSWORDS[match[1]], value)
        value = value.replace("@db:5432", f"@127.0.0.1:{self.postgres_port}")
        value = value.replace("redis://redis:6379/0", self.redis_url)
        return self.rabbitmq_url if "@rabbitmq:" in value else value

    def command(self, service: str) -> list[str]:
        """Compose's words, with this Python's programs and the loopback instead of every address."""
        program, *words = COMPOSE["services"][service]["command"]
        here = {"0.0.0.0:8000": f"127.0.0.1:{self.web_port}", "/tmp/beat": str(self.folder / "beat")}
        for said, meant in here.items():
            words = [word.replace(said, meant) for word in words]
        return [str(Path(sys.executable).with_name(program)), *words]

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text(errors="replace")

    def start(self, service: str) -> None:
        with (self.folder / f"{service}.log").open("wb") as log:
            self.running[service] = subprocess.Popen(
                self.command(service),
                cwd=self.folder,
                env=self.environment(service),
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def manage(self, service: str, *words: str, lines: str = "") -> str:
        """One command that ends, with `lines` typed into it; its output, which is shown when it fails."""
        done = self._run(words, self.environment(service), lines)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refusal(self, service: str, **changed: str) -> str:
        """What a process says that does not start, because these names of its environment are changed."""
        aside = replace(self, web_port=processes.free_port())
        done = self._run(aside.command(service), self.environment(service) | changed)
        assert done.returncode != 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def _run(
        self, words: Sequence[str], environment: dict[str, str], lines: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.folder,
            env=environment,
            input=lines,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )

    def get(self, path: str, **headers: str) -> HTTPResponse:
        """The answer's head; the connection is closed."""
        return self.ask(path, **headers)[0]

    def ask(self, path: str, form: Mapping[str, str] | None = None, /, **headers: str) -> tuple[HTTPResponse, bytes]:
        """The answer's head and body; a form is posted."""
        body = None if form is None else urlencode(form)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection("127.0.0.1", self.web_port, timeout=10)) as connection:
            connection.request("POST" if body else "GET", path, body, {"Host": "portal.example", **headers})
            with connection.getresponse() as answer:
                return answer, answer.read()

    def submit(self, path: str, form: Mapping[str, str], browser: Mapping[str, str] | None = None) -> dict[str, str]:
        """The headers of a browser behind the proxy after it has sent the form at this address."""
        headers = {"X-Forwarded-Proto": "https", **(browser or {}), "Referer": f"https://portal.example{path}"}
        headers = _remembering(headers, self.get(path, **headers))
        token = SimpleCookie(headers["Cookie"])["csrftoken"].value
        answer, _page = self.ask(path, {**form, "csrfmiddlewaretoken": token}, **headers)
        return _remembering(headers, answer)

    def answers(self) -> bool:
        """Whether a worker of the web serves already: its master accepts connections before any has started."""
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def eventually(self, what: Callable[[], bool], seconds: float = 40) -> None:
        """Wait for something; a process that has ended meanwhile fails at once, with its log."""
        deadline = time.monotonic() + seconds
        while True:
            dead = [name for name, process in self.running.items() if process.poll() is not None]
            assert not dead, "\n".join(self.log(name) for name in dead)
            if what():
                return
            assert time.monotonic() < deadline, "\n".join(f"{name}: {self.log(name)[-2000:]}" for name in self.running)
            time.sleep(0.2)


def _remembering(headers: dict[str, str], answer: HTTPResponse) -> dict[str, str]:
    jar = SimpleCookie(headers.get("Cookie", ""))
    for line in answer.headers.get_all("Set-Cookie", []):
        jar.load(line)
    return headers | {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())}


def copy_of_the_image(folder: Path) -> Path:
    """What the Dockerfile copies and makes, without its Python."""
    compile_catalogues()
    for name in IMAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


def make_roles(admin_url: str) -> None:
    """Run compose's own script for the empty database server."""
    psql = processes.program("psql", *postgres.PROGRAMS)
    script = COMPOSE["configs"]["roles"]["content"]
    command = [psql, "--quiet", "--set=ON_ERROR_STOP=1", admin_url]
    environment = {"PATH": os.environ["PATH"], **PASSWORDS}
    subprocess.run(command, input=script, text=True, env=environment, check=True, stdout=subprocess.DEVNULL)
