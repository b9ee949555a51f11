"""What a log line tells of an error, and what it keeps to itself."""

import logging
import logging.config
import sys

import pytest

from portal.logs import configure_logging


def _fail(temporary: str) -> None:
    raise ValueError(len(temporary))


@pytest.mark.parametrize("json", [True, False])
def test_a_traceback_shows_where_and_never_with_what(json: bool) -> None:
    formatters = configure_logging("INFO", json=json)["formatters"]
    formatter = logging.config.DictConfigurator({}).configure_formatter(dict(formatters["structured"]))
    secret = "-".join(["Kunm", "ing7", "rain"])
    try:
        _fail(secret)
    except ValueError:
        record = logging.LogRecord("portal", logging.ERROR, __file__, 1, "it failed", None, sys.exc_info())
    line = formatter.format(record)
    assert "_fail(secret)" in line and "ValueError" in line
    assert secret not in line
