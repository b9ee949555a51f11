"""The database gives way in a jam: nothing was changed, and who asked reads that the same again will do."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from psycopg2.extensions import connection as PostgresConnection

from portal.demo.cast import Cast
from portal.urls import urlpatterns as portals
from support.models import SupportRequest
from tenants.models import Tenant, User
from tests.threads import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
both = Barrier(2)


@login_not_required
def crosswise(request: HttpRequest, first: str, second: str) -> HttpResponse:
    """Lock one organisation, then, once somebody else holds the other, that one too."""
    Tenant.objects.filter(domain=first).update(support_hours="8-18")
    both.wait(20)
    Tenant.objects.filter(domain=second).update(support_hours="8-18")
    return HttpResponse()


urlpatterns = [
    *portals,
    path("crosswise/<str:first>/<str:second>/", crosswise),
    path("v1.0/crosswise/<str:first>/<str:second>", crosswise),
]
handler404 = "portal.problems.page_not_found"
handler500 = "portal.problems.server_error"


def block_page(cast: Cast) -> str:
    return f"/organisations/{cast.huaxin.pk}/users/{cast.ed.pk}/block/"


def assert_busy(answer: HttpResponse) -> None:
    assert (answer.status_code, answer["Retry-After"], answer.portal_error.code) == (503, "1", "serviceNotAvailable")
    assert "Nothing was changed; try again in a moment." in answer.content.decode()


@contextmanager
def held(person: User, request: pytest.FixtureRequest) -> Iterator[None]:
    """Somebody else holds this person's row (on SQLite: writes at all), and nobody waits long."""
    if connection.vendor == "postgresql":
        other: PostgresConnection = request.getfixturevalue("as_app_role")
        with other.cursor() as cursor, connection.cursor() as ours:
            cursor.execute("select 1 from tenants_user where id = %s for update", [str(person.pk)])
            ours.execute("set lock_timeout = '200ms'")
            yield
            ours.execute("reset lock_timeout")
        return
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("begin immediate")
    with connection.cursor() as ours:
        ours.execute("pragma busy_timeout = 100")
        yield
        other.execute("rollback")
        other.close()
        ours.execute("pragma busy_timeout = 20000")


def test_a_lock_that_does_not_come_in_time_is_told_on_a_page_and_a_toast(
    cast: Cast, browser_of: Callable[[str], Client], request: pytest.FixtureRequest
) -> None:
    uma = browser_of("uma")
    with held(cast.ed, request):
        whole = uma.post(block_page(cast))
        toast = uma.post(block_page(cast), headers={"HX-Request": "true"})
    for answer in (whole, toast):
        assert_busy(answer)
    assert "The portal is busy" in whole.content.decode()
    assert (toast["HX-Retarget"], b"<html" in toast.content) == ("#toasts", False)
    assert User.objects.get(pk=cast.ed.pk).is_active


def test_a_program_reads_graphs_body_and_when_to_try_again(
    cast: Cast, rest_of: Callable[..., Client], request: pytest.FixtureRequest
) -> None:
    sven = rest_of("sven")
    new = {"title": "Mail", "description": "It does not arrive.", "severity": "minimal", "service": "Exchange Online"}
    with held(cast.sven, request):
        answer = sven.post("/v1.0/supportRequests", new, content_type="application/json")
    assert_busy(answer)
    assert answer.json()["error"]["code"] == "serviceNotAvailable"
    assert not SupportRequest.objects.exists()


@pytest.mark.postgres
@pytest.mark.urls("tests.tenants.test_jams")
@pytest.mark.parametrize("door", ["/crosswise/{}/{}/", "/v1.0/crosswise/{}/{}"])
def test_of_two_who_wait_for_each_other_one_is_done_and_one_is_told(cast: Cast, door: str) -> None:
    def ask(first: str, second: str) -> HttpResponse:
        return Client().post(door.format(first, second))

    one = meanwhile(lambda: ask("huaxin.example", "jade.example"))
    two = meanwhile(lambda: ask("jade.example", "huaxin.example"))
    done, refused = sorted((one.result(30), two.result(30)), key=lambda answer: answer.status_code)
    assert done.status_code == 200
    assert_busy(refused)
