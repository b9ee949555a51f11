"""JSON out, by orjson: dates as UTC `Z`, no third notation for anything."""

from typing import Any
from uuid import UUID

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS


def dumps(data: Any) -> bytes:
    """JSON bytes; lazy translations are rendered, unknown types are a defect (TypeError)."""
    return orjson.dumps(data, default=_plain, option=_OPTIONS)


def _plain(value: Any) -> Any:
    if isinstance(value, Promise | UUID):
        return str(value)
    if isinstance(value, dict | list | tuple | set | frozenset):
        return dict(value) if isinstance(value, dict) else list(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


class OrjsonRenderer(BaseRenderer):
    """`application/json`: what every resource speaks."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dumps(data)


class ProblemRenderer(OrjsonRenderer):
    """Lets a caller accept RFC 9457 alone: a success, which names no type of its own, is JSON all the same."""

    media_type = "application/problem+json"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        response = renderer_context["response"]
        if response.content_type is None:
            response.headers["Content-Type"] = OrjsonRenderer.media_type
        return super().render(data, accepted_media_type, renderer_context)
