"""What the web server calls: `portal.wsgi.application`."""

from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler

FORM = b'--B\r\nContent-Disposition: form-data; name="login"\r\n\r\n+2AA-\r\n--B--\r\n'


@pytest.fixture
def site(db: None) -> WSGIHandler:
    """It asks the database for its role when it is imported."""
    from portal.wsgi import application  # noqa: PLC0415 - as above

    return application


def status(site: WSGIHandler, method: str, path: str, content_type: str, body: bytes = b"") -> str:
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_TYPE": content_type}
    environ |= {"HTTP_HOST": "127.0.0.1", "QUERY_STRING": "x=1", "CONTENT_LENGTH": str(len(body))}
    environ["wsgi.input"] = BytesIO(body)
    setup_testing_defaults(environ)
    said: list[str] = []
    answer = site(environ, lambda line, _headers: said.append(line))
    answer.close()
    return said[0]


@pytest.mark.parametrize("codec", ["hex", "utf-7", "unicode_escape", "nonsense"])
def test_text_is_utf_8_whatever_a_caller_calls_it(site: WSGIHandler, codec: str) -> None:
    assert status(site, "GET", "/healthz", f"text/plain; charset={codec}") == "200 OK"
    # The form is read, and refused for what it lacks: a token against forgery.
    form = f"multipart/form-data; boundary=B; charset={codec}"
    assert status(site, "POST", "/account/login/", form, FORM) == "403 Forbidden"
