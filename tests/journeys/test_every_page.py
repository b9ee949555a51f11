"""The pages that the walks pass by: seen by axe in light and dark, and no wider than a telephone in any language."""

from urllib.parse import urlsplit

import pytest
from django.urls import resolve

from messagecenter.models import Post
from portal.demo import scenes
from portal.demo.cast import Cast
from subscriptions.models import Status, Subscription
from support.models import SupportRequest
from tenants.actions.tokens import issue_token
from tenants.actor import Actor, acting_as
from tenants.models import DelegatedAdmin, User
from tests.fences.matrix import ROOMS
from tests.journeys.conftest import Enter
from tests.journeys.pages import TELEPHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Who opens what; the words in braces are filled in from the demo's scenes.
PAGES = {
    "": ("/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/_ui/bare/"),
    "alice": (
        "/requests/?show=all",
        "{huaxin}subscriptions/",
        "{huaxin}messages/{post}/",
        "{huaxin}settings/",
        "{huaxin}grants/",
        "{huaxin}grants/{grant}/revoke/",
        "{huaxin}users/new/",
        "{huaxin}users/{uma}/",
        "{huaxin}users/{uma}/change/",
        "{huaxin}users/{uma}/block/",
        "{huaxin}users/{uma}/delete/",
        "/requests/{solved}/",
        "/requests/{solved}/close/",
        "/requests/{solved}/reopen/",
        "{huaxin}grants/new/",
        "{huaxin}users/{uma}/roles/",
        "{huaxin}users/{uma}/reset-password/",
        "{huaxin}messages/?view=unread",
        "{huaxin}settings/sharepoint.link_days/",
        "{huaxin}audit/?show=behalf",
        "/account/password/change/",
        "/account/",
        "/account/tokens/{token}/revoke/",
        "/account/mfa/",
        "/account/logout/",
    ),
    "helen": (
        "/requests/",
        "/requests/{sent}/",
        "/requests/{new}/resolve/",
        "/requests/{new}/escalate/",
        "/requests/{sent}/withdraw/",
    ),
    "anna": (
        "/customers/",
        "{huaxin}",
        "{huaxin}requests/new/",
        "{huaxin}users/",
        "{seats}quantity/",
        "{seats}suspend/",
        "{seats}name/",
    ),
    "boris": ("{suspended}", "{suspended}reactivate/"),
    "qing": (
        "/publishing/messages/",
        "/publishing/messages/new/",
        "/publishing/messages/{post}/",
        "/publishing/messages/{post}/withdraw/",
    ),
    "olivia": ("/",),
    "ed": ("/",),
    "bill": ("/",),
}
# Pages of the matrix that nobody opens here, each with its reason.
ELSEWHERE = {
    "_ui/": "tests/ui looks at the gallery",
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "behind a letter",
    "account/password/reset/key/done/": "after it, a sentence",
    "account/reauthenticate/": "the form of the sign-in page",
    "organisations/<uuid:customer_id>/users/<uuid:user_id>/restore/": "as the page before a deletion",
    "organisations/<uuid:customer_id>/users/<uuid:user_id>/unblock/": "as above",
    "healthz": "for machines",
    "readyz": "for machines",
    "v1.0/docs": "drawn by Swagger; test_the_manual.py looks at it",
}


@pytest.fixture
def places(cast: Cast, transactional_db: None) -> dict[str, str]:
    """The demo's scenes, and where they are."""
    scenes.play(cast)
    setup = Actor.system("setup")
    with acting_as(setup):
        token, _secret = issue_token(cast.alice, actor=setup, name="Nightly report", days=30)

    def reference(title: str) -> str:
        return SupportRequest.objects.for_system("a test looks").get(title=title).reference

    def seats(**wanted: str) -> str:
        found = Subscription.objects.for_system("a test looks").get(**wanted)
        return f"/organisations/{found.tenant_id}/subscriptions/{found.pk}/"

    return {
        "huaxin": f"/organisations/{cast.huaxin.pk}/",
        "uma": str(cast.uma.pk),
        "token": str(token.pk),
        "grant": str(DelegatedAdmin.objects.filter(customer=cast.huaxin, service="").get().pk),
        "solved": reference("External sharing is greyed out"),
        "sent": reference("Mail to two customers comes back"),
        "new": reference("How do we name shared mailboxes?"),
        "seats": seats(offer__sku="O365_E3"),
        "suspended": seats(status=Status.SUSPENDED),
        "post": Post.objects.order_by("reference")[0].reference,
    }


def test_no_page_is_forgotten(places: dict[str, str]) -> None:
    """A new page belongs into PAGES, or with a reason into ELSEWHERE. Django's own admin looks after itself."""
    opened = {resolve(path.format(**places).split("?")[0]).route for paths in PAGES.values() for path in paths}
    pages = {row.pattern for rows in ROOMS.values() for row in rows if row.get and 200 in row.get and not row.rest}
    pages -= {pattern for pattern in pages if pattern.startswith("admin/")}
    assert sorted(pages - opened - ELSEWHERE.keys()) == []
    assert sorted(ELSEWHERE.keys() - (pages - opened)) == []


def open_page(person: Person, address: str) -> None:
    """The page itself, not one that the portal leads to instead."""
    person.goes_to(address)
    assert urlsplit(person.page.url).path == urlsplit(address).path


def test_every_other_page_is_accessible(enter: Enter, places: dict[str, str]) -> None:
    for name, paths in PAGES.items():
        person = enter(name, signed_in=bool(name))
        for path in paths:
            open_page(person, path.format(**places))
            person.looks_around()


@pytest.mark.parametrize("language", ["zh-hans", "fr"])
def test_every_other_page_fits_a_telephone_in_every_language(
    language: str, enter: Enter, places: dict[str, str]
) -> None:
    for name, paths in PAGES.items():
        person = enter(name, signed_in=bool(name))
        User.objects.for_system("a test reads another language").filter(upn=person.upn).update(language=language)
        person.page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]  # a plain dictionary is enough
        for path in paths:
            open_page(person, path.format(**places))
            assert person.page.locator("html").get_attribute("lang") == (language if name else "en")
            person.fits()
