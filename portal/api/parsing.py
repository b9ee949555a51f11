"""JSON in, strictly: what two parsers could read in two ways is refused."""

import json
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from portal.errors import BadRequest, Detail

MAX_DEPTH = 32


class StrictJSONParser(BaseParser):
    """UTF-8 JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes, no name twice, no NaN or Infinity, no half characters;
    else 400.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw: bytes = stream.read(limit + 1)
        if len(raw) > limit:
            raise BadRequest(_("The body is too large."), code="bodyTooLarge")
        return loads(raw)


def loads(raw: bytes) -> Any:
    """The value, or BadRequest with what is wrong and where. An empty body is None."""
    if not raw.strip():
        return None
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
        # Half of a surrogate pair is JSON, but no text: neither a database nor an answer could hold it.
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise _not_json(_("It cannot be read from line %(line)s, column %(column)s on.") % place) from error
    except UnicodeError as error:
        raise _not_json(_("It holds something that is no text in UTF-8.")) from error
    except ValueError as error:  # Python's own limit: nothing else is left
        raise _not_json(_("It holds a number with too many digits.")) from error
    _shallow(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise _not_json(_("A name occurs twice in one object."))
    return names


def _constant(name: str) -> NoReturn:
    raise _not_json(_("%(name)s is not JSON.") % {"name": name})


def _not_json(why: str) -> BadRequest:
    return BadRequest(_("The body is not valid JSON."), details=[Detail(target="", message=why)])


def _too_deep() -> BadRequest:
    return BadRequest(_("The body is nested too deeply."))


def _shallow(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            _shallow(child, depth + 1)
