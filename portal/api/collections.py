"""Graph's envelope around a page of rows."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.errors import API_PREFIX
from portal.api.query import PAGE_OPTIONS
from portal.paging import Page


def graph_list(
    request: Request | HttpRequest,
    page: Page,
    value: Iterable[Mapping[str, Any]] | None = None,
    *,
    context: str = "",
    count: int | None = None,
) -> Response:
    """`{"@odata.context", "@odata.count"?, "@odata.nextLink"?, "value"}`; `value` defaults to the page's own rows.

    `context` is the resource's path under `$metadata#`. nextLink is absolute, carries `$skiptoken` and every
    other option of this request; it is absent on the last page.
    """
    body: dict[str, Any] = {}
    if context:
        body["@odata.context"] = metadata(context)
    if count is not None:
        body["@odata.count"] = count
    if page.next_token:
        body["@odata.nextLink"] = next_link(request, page.next_token)
    body["value"] = list(page.rows if value is None else value)
    return Response(body)


def metadata(path: str) -> str:
    """The `@odata.context` of the resource at `path`."""
    return f"{settings.PORTAL_BASE_URL}{API_PREFIX}$metadata#{path}"


def next_link(request: Request | HttpRequest, token: str) -> str:
    """The address of the next page, from PORTAL_BASE_URL: a forged Host must not steer a client's next request."""
    options = [(name, value) for name, values in request.GET.lists() for value in values if name not in PAGE_OPTIONS]
    return f"{settings.PORTAL_BASE_URL}{request.path}?{urlencode([*options, ('$skiptoken', token)], safe='$')}"
