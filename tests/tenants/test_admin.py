"""Django's admin is a window: superusers look, everybody else stays outside, nobody changes anything."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.demo.cast import Cast
from tenants.admin_site import Countless
from tenants.models import Tenant, User

NAMES = sorted(
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model in admin.site._registry
    if model._meta.app_label == "tenants"
)


@pytest.fixture
def superuser(cast: Cast) -> Client:
    user = User.objects.create(
        tenant=cast.vianet,
        upn="break.glass@vianet.example",
        email="x@vianet.example",
        display_name="Glass",
        is_superuser=True,
    )
    client = Client()
    client.force_login(user, backend="tenants.sign_in.PortalBackend")
    return client


def addresses(cast: Cast) -> list[str]:
    found = [reverse("admin:index"), reverse("admin:app_list", args=["tenants"]), reverse("admin:password_change")]
    for name in NAMES:
        found += [reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_add")]
    for page in ("change", "delete", "history"):
        found.append(reverse(f"admin:tenants_user_{page}", args=[cast.ed.pk]))
    return found


def test_only_the_identity_tables_are_shown() -> None:
    assert NAMES == [
        "tenants_accesstoken",
        "tenants_delegatedadmin",
        "tenants_partnerrolegroup",
        "tenants_resellerrelationship",
        "tenants_roleassignment",
        "tenants_tenant",
        "tenants_tenantgrouppermission",
        "tenants_user",
    ]
    assert len(admin.site._registry) == len(NAMES), "no other room registers a table"


@pytest.mark.parametrize("name", ["alice", "anna", "paul", "olivia", "ed"])
def test_no_person_of_a_tenant_enters(cast: Cast, browser_of: Callable[[str], Client], name: str) -> None:
    browser = browser_of(name)
    for address in addresses(cast):
        assert browser.get(address).status_code == 403, address
        assert browser.post(address).status_code == 405, address
    assert browser.get("/admin/login/").status_code == 403


def test_a_visitor_is_sent_to_the_one_sign_in(browser_of: Callable[[str], Client]) -> None:
    answer = browser_of("").get("/admin/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/login/?next=/admin/")


def test_a_visitor_finds_no_second_sign_in(browser_of: Callable[[str], Client]) -> None:
    visitor = browser_of("")
    for answer in (visitor.post("/admin/login/", {"username": "x", "password": "y"}), visitor.get("/admin/login/")):
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/account/login/")


def test_a_superuser_reads_lists_rows_and_histories(cast: Cast, superuser: Client) -> None:
    assert superuser.get("/admin/").status_code == 200
    for name in NAMES:
        assert superuser.get(reverse(f"admin:{name}_changelist")).status_code == 200, name
    for page in ("change", "history"):
        shown = superuser.get(reverse(f"admin:tenants_user_{page}", args=[cast.ed.pk]))
        assert shown.status_code == 200
        assert cast.ed.password not in shown.content.decode()


def test_a_superuser_is_offered_no_change(cast: Cast, superuser: Client) -> None:
    for name in NAMES:
        assert superuser.get(reverse(f"admin:{name}_add")).status_code == 403, name
    assert superuser.get(reverse("admin:tenants_user_delete", args=[cast.ed.pk])).status_code == 403
    shown = superuser.get(reverse("admin:tenants_user_change", args=[cast.ed.pk])).content.decode()
    assert 'name="_save"' not in shown
    assert "deletelink" not in shown


def test_every_post_of_a_superuser_is_refused(cast: Cast, superuser: Client) -> None:
    chosen = {"action": "delete_selected", "_selected_action": str(cast.ed.pk), "post": "yes", "index": "0"}
    attempts = [
        (reverse("admin:tenants_user_changelist"), chosen),
        (reverse("admin:tenants_user_add"), {"upn": "new@huaxin.example"}),
        (reverse("admin:tenants_user_change", args=[cast.ed.pk]), {"display_name": "Changed", "is_superuser": "on"}),
        (reverse("admin:tenants_user_delete", args=[cast.ed.pk]), {"post": "yes"}),
        (reverse("admin:tenants_tenant_change", args=[cast.huaxin.pk]), {"name": "Changed"}),
        (reverse("admin:password_change"), {"new_password1": "a", "new_password2": "a"}),
    ]
    for address, fields in attempts:
        for method in (superuser.post, superuser.put, superuser.patch, superuser.delete):
            assert method(address, fields).status_code == 405, (address, method)
    ed = User.objects.for_system("test").get(pk=cast.ed.pk)
    assert (ed.display_name, ed.is_superuser) == ("Ed Ding", False)
    assert Tenant.objects.for_system("test").get(pk=cast.huaxin.pk).name == "Huaxin Manufacturing"


def test_a_superuser_has_no_rights_in_the_portal_itself(cast: Cast, superuser: Client) -> None:
    assert superuser.get(f"/organisations/{cast.huaxin.pk}/").status_code == 404


def test_a_table_is_never_counted_whole(superuser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Countless, "MOST", 3)
    with CaptureQueriesContext(connection) as queries:
        page = superuser.get(reverse("admin:tenants_user_changelist"))
    assert page.context["cl"].paginator.count == 3
    counts = [query["sql"] for query in queries.captured_queries if "COUNT(" in query["sql"].upper()]
    assert [sql for sql in counts if "LIMIT 3" not in sql] == []
    assert counts
