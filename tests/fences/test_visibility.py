"""Every tenant-owned model x every person: `visible_to` and `can()` must tell the same story, and a model must say
whose it is.
"""

from collections.abc import Iterable
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from portal.demo import scenes
from portal.demo.cast import PEOPLE, Cast
from tenants.access import can
from tenants.actor import NOBODY, Actor
from tenants.models import DelegatedAdmin, Tenant, User
from tenants.visibility import TenantQuerySet

ROOMS = ("tenants", "subscriptions", "messagecenter", "support", "portal.")
# Models that belong to no organisation, or whose one door is elsewhere; each with its reason.
WITHOUT_TENANCY = {
    "tenants.AccessToken": "read only by its digest and by its owner",
    "tenants.PartnerRoleGroup": "the projection of roles onto groups, read by verbs only",
    "tenants.TenantGroupPermission": "guardian's rows, read by tenants.access only",
    "audit.AuditEntry": "its door is tenants.audit_log",
    "audit.AuditHead": "numbers and hashes",
    "outbox.OutboundMessage": "its door is portal.outbox.reading.delivery_of, asked about a subject already seen",
    "outbox.InboundMessage": "read by machines only",
    "outbox.OrderHead": "numbers only",
    "mail.Letter": "sent by a machine; the demo's mailbox shows it",
    "api.IdempotencyKey": "found only by its own caller",
    "subscriptions.Offer": "the catalogue is everybody's",
    "support.RequestNumber": "numbers only",
    "messagecenter.Post": "its door is Post.objects.visible_in",
    "messagecenter.PostTranslation": "read through its post",
    "messagecenter.PostView": "one's own reading, asked for by Post.objects.visible_in and mark_posts only",
    "messagecenter.PostNumber": "numbers only",
}

# Models of which the demo's scenes make no row: for them the comparison below would prove nothing.
EMPTY_ON_STAGE = {"tenants.ServiceSetting", "tenants.ServiceSettingChange"}

# Models whose queryset hides more than `can()` denies, with the tests that show what; none may show more.
NARROWED = {"support.Comment": "internal notes and 21Vianet's words have rights of their own (tests/support)"}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith(ROOMS)]


def silent_models(candidates: Iterable[type[models.Model]]) -> list[str]:
    """Models that neither declare a tenancy over a TenantQuerySet nor stand in the list with a reason."""
    return [
        model._meta.label
        for model in candidates
        if model._meta.label not in WITHOUT_TENANCY
        and not (hasattr(model, "tenancy") and isinstance(model._default_manager.all(), TenantQuerySet))
    ]


def contradictions(model: Any, actor: Actor) -> list[str]:
    """Rows that the queryset shows and `can()` denies, or the reverse."""
    visible = set(model.objects.visible_to(actor).values_list("pk", flat=True))
    within = {row.pk: row for row in model.objects.within_reach(actor)}
    readable = {pk for pk, row in within.items() if can(actor, model.tenancy.read, row)}
    hidden = set() if model._meta.label in NARROWED else readable - visible
    return sorted(str(pk) for pk in (visible - readable) | hidden)


def tenancy_models() -> list[type[models.Model]]:
    return [model for model in our_models() if hasattr(model, "tenancy")]


def test_every_model_says_whose_it_is() -> None:
    assert silent_models(our_models()) == []


def test_the_list_of_exceptions_holds_only_what_exists() -> None:
    labels = {model._meta.label for model in our_models()}
    assert set(WITHOUT_TENANCY) - labels == set()


def test_the_queryset_and_the_question_agree_for_everybody(cast: Cast) -> None:
    scenes.play(cast)
    assert {model._meta.label for model in tenancy_models() if not model._default_manager.exists()} == EMPTY_ON_STAGE
    for name in PEOPLE:
        for model in tenancy_models():
            assert contradictions(model, cast.actor(name)) == [], (name, model._meta.label)


def test_nobody_sees_nothing(cast: Cast) -> None:
    for model in tenancy_models():
        assert not model.objects.within_reach(NOBODY).exists(), model._meta.label  # type: ignore[attr-defined] # a TenantQuerySet, as tested above


def test_mallory_sees_only_lotus(cast: Cast) -> None:
    mallory = cast.actor("mallory")
    assert list(Tenant.objects.visible_to(mallory)) == [cast.lotus]
    assert set(User.objects.visible_to(mallory)) == {cast.mallory}


def test_boris_reaches_huaxin_by_grant_and_lotus_by_relationship(cast: Cast) -> None:
    boris = cast.actor("boris")
    assert set(Tenant.objects.visible_to(boris)) == {cast.beichen, cast.lotus, cast.huaxin}
    assert set(User.objects.visible_to(boris)) == {cast.boris, cast.mallory}


def test_a_partner_person_without_a_role_reaches_nobody(cast: Cast) -> None:
    bare = Actor(cast.anna, cast.fanyun)
    assert list(Tenant.objects.within_reach(bare)) == []


def test_a_revoked_grant_ends_reach_at_once(cast: Cast) -> None:
    helen = cast.actor("helen")
    assert cast.jun not in set(User.objects.visible_to(helen))
    assert set(DelegatedAdmin.objects.visible_to(helen)) == set()


def test_the_fence_bites_a_model_that_is_silent() -> None:
    class Silent(models.Model):  # noqa: DJ008 - planted, and never printed
        class Meta:
            app_label = "tenants"
            managed = False

    try:
        assert silent_models([Silent]) == ["tenants.Silent"]
    finally:
        del apps.all_models["tenants"]["silent"]
        apps.clear_cache()


def test_the_fence_bites_a_queryset_that_shows_too_much(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TenantQuerySet, "visible_to", TenantQuerySet.within_reach)
    assert contradictions(User, cast.actor("sam")) != []
