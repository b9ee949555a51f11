"""How a request is named in addresses: `SR-2026-000123`."""

from django.urls import register_converter


class ReferenceConverter:
    """Lets through what looks like a reference; anything else is 404 without a query."""

    regex = "SR-[0-9]{4}-[0-9]{6,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ReferenceConverter, "request_reference")
REFERENCE = "<request_reference:reference>"
