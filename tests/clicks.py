"""An impatient person, or a browser that lost the first answer: the same form is sent twice."""

import re

from django.http import HttpResponse
from django.test import Client


def sent_twice(browser: Client, address: str, form: dict[str, str]) -> list[tuple[int, str]]:
    """Open the page, and send its form two times: each answer's status and where it leads."""
    (key,) = re.findall('name="form_key" value="([^"]+)"', browser.get(address).content.decode())
    answers: list[HttpResponse] = [browser.post(address, form | {"form_key": key}) for _click in range(2)]
    return [(answer.status_code, answer.headers.get("Location", "")) for answer in answers]
