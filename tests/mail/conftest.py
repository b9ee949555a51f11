"""Letters of these tests have words of their own."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def _words(settings: Settings) -> None:
    here = Path(__file__).parent / "templates"
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [here, *settings.TEMPLATES[0]["DIRS"]]}]
