"""The WSGI entry point: `gunicorn portal.wsgi`."""

import os
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from portal.checks import refuse_unsafe


class Utf8Request(WSGIRequest):
    """Text is UTF-8, whatever `charset` a caller writes: Django would decode by any codec that Python knows, of which
    some decode no text at all.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()
application.request_class = Utf8Request
refuse_unsafe()
