"""The pages that the walks pass by: seen by axe in light and dark, and no wider than a telephone in any language."""

import pytest

from messagecenter.models import Post
from portal.demo import scenes
from portal.demo.cast import Cast
from subscriptions.models import Status, Subscription
from support.models import SupportRequest
from tenants.models import DelegatedAdmin, User
from tests.journeys.conftest import Enter
from tests.journeys.pages import TELEPHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Who opens what; the words in braces are filled in from the demo's scenes.
PAGES = {
    "": ("/account/login/", "/account/password/reset/", "/account/password/reset/done/", "/_ui/bare/"),
    "alice": (
        "/requests/?show=all",
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
        "/account/mfa/",
        "/account/logout/",
    ),
    "helen": ("/requests/", "/requests/{sent}/", "/requests/{new}/resolve/", "/requests/{sent}/withdraw/"),
    "anna": ("{huaxin}", "{huaxin}requests/new/", "{seats}suspend/", "{seats}name/", "{huaxin}users/"),
    "boris": ("{suspended}", "{suspended}reactivate/"),
    "qing": ("/publishing/messages/", "/publishing/messages/{post}/", "/publishing/messages/{post}/withdraw/"),
    "olivia": ("/",),
    "ed": ("/",),
    "bill": ("/",),
}


@pytest.fixture
def places(cast: Cast, transactional_db: None) -> dict[str, str]:
    """The demo's scenes, and where they are."""
    scenes.play(cast)

    def reference(title: str) -> str:
        return SupportRequest.objects.for_system("a test looks").get(title=title).reference

    def seats(**wanted: str) -> str:
        found = Subscription.objects.for_system("a test looks").get(**wanted)
        return f"/organisations/{found.tenant_id}/subscriptions/{found.pk}/"

    return {
        "huaxin": f"/organisations/{cast.huaxin.pk}/",
        "uma": str(cast.uma.pk),
        "grant": str(DelegatedAdmin.objects.filter(customer=cast.huaxin, service="").get().pk),
        "solved": reference("External sharing is greyed out"),
        "sent": reference("Mail to two customers comes back"),
        "new": reference("How do we name shared mailboxes?"),
        "seats": seats(offer__sku="O365_E3"),
        "suspended": seats(status=Status.SUSPENDED),
        "post": Post.objects.order_by("reference")[0].reference,
    }


def test_every_other_page_is_accessible(enter: Enter, places: dict[str, str]) -> None:
    for name, paths in PAGES.items():
        person = enter(name, signed_in=bool(name))
        for path in paths:
            person.goes_to(path.format(**places))
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
            person.goes_to(path.format(**places))
            assert person.page.locator("html").get_attribute("lang") == (language if name else "en")
            person.fits()
