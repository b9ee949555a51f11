"""The list begins with open requests, a customer's with all that it has not closed: it must not walk past years of
closed ones to find them.
"""

from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from portal.demo.cast import Cast
from support.models import SupportRequest
from support.models.request import SupportRequestQuerySet

pytestmark = pytest.mark.postgres


@pytest.fixture
def years(asked: SupportRequest) -> SupportRequest:
    """Alice's open request, and three thousand newer ones that are closed."""
    fields = [field.attname for field in SupportRequest._meta.concrete_fields if not field.primary_key]
    same = {name: getattr(asked, name) for name in fields} | {"status": "closed", "closed_at": timezone.now()}
    SupportRequest.objects.bulk_create(
        SupportRequest(**same | {"reference": f"SR-2025-{number:06}", "updated_at": timezone.now()})
        for number in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze support_supportrequest")
    return asked


@pytest.mark.parametrize(
    ("person", "chosen", "index"),
    [
        ("alice", SupportRequestQuerySet.unclosed, "unclosed_request_by_tenant"),
        ("helen", SupportRequestQuerySet.open, "open_request_by_partner"),
    ],
)
def test_closed_requests_are_not_walked_past(
    cast: Cast,
    years: SupportRequest,
    person: str,
    chosen: Callable[[SupportRequestQuerySet], SupportRequestQuerySet],
    index: str,
) -> None:
    rows = chosen(SupportRequest.objects.visible_to(cast.actor(person))).order_by("-updated_at", "-id")[:51]
    assert list(rows) == [years]
    assert index in rows.explain()
