"""Versions on the wire: `@odata.etag` out, `If-Match` in. The verb compares once more, under its lock."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from portal.errors import StaleVersion, VersionRequired

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


class VersionedRow(serializers.Serializer[Any]):
    """A row that may be changed, for the API's description: it carries the tag that `If-Match` must name."""

    def get_fields(self) -> dict[str, Any]:
        return {"@odata.etag": serializers.CharField(), **super().get_fields()}


def etag_of(version: int) -> str:
    """The weak tag of a version number, for `@odata.etag` and the `ETag` header."""
    return f'W/"{version}"'


def matched_version(request: Request | HttpRequest, version: int) -> int:
    """`version`, the object's present one, if `If-Match` names it, to hand to the verb.

    Raises VersionRequired (428) without the header, or with `*`, which names no version: lost updates cost money here.
    Raises StaleVersion (412) when it names others.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in {"", "*"}:
        raise VersionRequired(
            _("Send If-Match with the @odata.etag that you read."),
            remedy=_("Read the object again and check that you still want the change."),
        )
    if str(version) not in _TAG.findall(header):
        raise StaleVersion(
            _("The object has changed since you read it."),
            remedy=_("Read the object again and check that you still want the change."),
        )
    return version
