"""JSON in, strictly: what two parsers could read in two ways is refused."""

import json
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext_lazy as _
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
    """The value, or BadRequest with where the reading stopped. An empty body is None."""
    if not raw.strip():
        return None
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
        # Half of a surrogate pair is JSON, but no text: neither a database nor an answer could hold it.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        where = Detail(target="", message=str(error)[:200])
        raise BadRequest(_("The body is not valid JSON."), details=[where]) from error
    _shallow(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        raise ValueError("A name occurs twice in one object.")
    return names


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


def _shallow(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise BadRequest(_("The body is nested too deeply."))
    if isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            _shallow(child, depth + 1)
