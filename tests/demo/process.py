"""The demo as a process in a copy of the checkout, and a person who visits it over HTTP."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from html import unescape
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from dev import ROOT, SERVICE_NAMES
from tests.waiting import wait_until

CHECKOUT = ("manage.py", "portal", "tenants", "subscriptions", "support", "messagecenter", "templates")
READY_SECONDS = 60
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
KEY = re.compile(r'<input type="hidden" name="(\w*key\w*)" value="([^"]+)"')


def copy_of_the_checkout(folder: Path) -> Path:
    """What `make demo` needs, without the data of anybody's own demo."""
    for name in CHECKOUT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


class Demo:
    """`manage.py demo` on a port, or another command that ends there; `said` is what it has printed so far."""

    def __init__(
        self,
        folder: Path,
        port: int,
        command: Sequence[str] = (sys.executable, "-u", "manage.py", "demo"),
        **environment: str,
    ) -> None:
        self.port = port
        self.said = ""
        clean = {name: value for name, value in os.environ.items() if name not in SERVICE_NAMES}
        clean.pop("DJANGO_SETTINGS_MODULE", None)
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**clean, "PORTAL_PROFILE": "demo", "PORT": str(port), "RESET": "", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()

    def _listen(self) -> None:
        for line in self.process.stdout or ():
            self.said += line

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_ready(self, seconds: float = READY_SECONDS) -> "Demo":
        """Wait for the last line that it prints."""
        return self.says(f"Portal ready on {self.url}\n", seconds)

    def says(self, words: str, seconds: float = READY_SECONDS) -> "Demo":
        """Wait until it has said so."""
        wait_until(lambda: words in self.said or self.process.poll() is not None, words, seconds)
        assert words in self.said, self.said
        return self

    def is_told(self, number: signal.Signals) -> int:
        """The exit code after a signal, once all of its output has been read."""
        self.process.send_signal(number)
        return self.ends()

    def ends(self) -> int:
        code = self.process.wait(READY_SECONDS)
        self._reader.join()
        assert self.process.stdout
        self.process.stdout.close()
        return code

    def kill(self) -> None:
        """For a test that has failed."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.ends()

    def leaves_nothing(self) -> bool:
        """No process of its session, and nobody listening."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) != 0
        return False


class Visitor:
    """A browser without pictures: keeps cookies, follows redirects, fills the hidden fields of forms."""

    def __init__(self, demo: Demo) -> None:
        self.base = demo.url
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.at = ""

    def reads(self, path: str) -> str:
        """The page's text, as HTML."""
        return self._open(path)

    def fills_in(self, path: str, **fields: str) -> bytes:
        """The form at `path`, with these fields filled in, as it would be sent."""
        page = self._open(path)
        hidden = dict(KEY.findall(page)) | {"csrfmiddlewaretoken": TOKEN.findall(page)[-1]}
        return urlencode(hidden | fields).encode()

    def sends(self, path: str, form: bytes) -> str:
        """Returns the page that follows."""
        return self._open(path, form)

    def signs_in(self, upn: str, password: str) -> str:
        """Returns the home page."""
        return self.sends("/account/login/", self.fills_in("/account/login/", login=upn, password=password))

    def _open(self, path: str, data: bytes | None = None) -> str:
        answer: HTTPResponse | Any
        with self.opener.open(self.base + path, data, timeout=20) as answer:
            self.at = answer.url.removeprefix(self.base)
            return unescape(answer.read().decode())
