"""A query on what an organisation owns begins at a named door: narrowed to an actor, locked, or with its reason.

Read from the source, so that a query on a path that no test walks cannot be missed.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import QuerySet

from dev import ROOT
from tests.fences.test_source import sources
from tests.fences.test_visibility import our_models, tenancy_models

DOORS = {"visible_to", "within_reach", "for_system", "locked", "none"}
# Brings related rows along and chooses none: may stand before the door.
MAY_PRECEDE = {"select_related"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
# Models that no organisation owns; one bears another name where our own Permission is known too.
OF_NOBODY = {model.__name__ for model in apps.get_models() if model not in tenancy_models()} | {"ObjectPermission"}
# `customer.users`, `support_request.comments` ...: other beginnings of a query on the same models.
ACCESSORS = {
    relation.get_accessor_name()
    for model in our_models()
    for relation in model._meta.related_objects
    if relation.related_model in tenancy_models() and not relation.hidden
}
QUERIES = {name for name in dir(QuerySet) if not name.startswith("_")} | DOORS
# Files with a query that begins elsewhere, each with its reason.
ELSEWHERE = {
    "portal/outbox/models.py": "a mixin of models that no organisation owns",
    "portal/outbox/management/commands/outbox.py": "the two kinds of messages, for whoever runs the site",
    "tenants/people_rules.py": "the roles of a person who was found before; lists have prefetched them",
}
Parents = Mapping[ast.AST, ast.AST]


def bare_queries(source: str) -> Iterator[str]:
    """Where a query on a model with a tenancy, or on a model that only its variable knows, passes no door first."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _begins(node, parents) and _first_step(node, parents) not in DOORS:
            yield f"{ast.unparse(node)}.{_first_step(node, parents)}"


def _begins(node: ast.Attribute, parents: Parents) -> bool:
    """A manager; an instance has none, so `self.objects` is something else."""
    if node.attr in MANAGERS:
        return ast.unparse(node.value) != "self" and ast.unparse(node.value).split(".")[-1] not in OF_NOBODY
    step = parents[node]
    return node.attr in ACCESSORS and isinstance(step, ast.Attribute) and step.attr in QUERIES


def _first_step(node: ast.AST, parents: Parents) -> str:
    """The name of the first method that chooses rows; empty where the manager itself is handed on."""
    step = parents[node]
    if not isinstance(step, ast.Attribute):
        return ""
    return _first_step(parents[step], parents) if step.attr in MAY_PRECEDE else step.attr


def places() -> list[Path]:
    """Every source but the doors themselves and migrations, which know only the models of their day."""
    return [path for path in sources() if "migrations" not in path.parts and path != ROOT / "tenants" / "visibility.py"]


def found() -> dict[str, list[str]]:
    bare = {str(path.relative_to(ROOT)): list(bare_queries(path.read_text("utf-8"))) for path in places()}
    return {name: queries for name, queries in bare.items() if queries}


def test_every_query_on_what_an_organisation_owns_begins_at_a_door() -> None:
    """Say `visible_to(actor)`; where no actor narrows it, `for_system("why")`."""
    assert {name: queries for name, queries in found().items() if name not in ELSEWHERE} == {}


def test_the_exceptions_exist() -> None:
    assert set(ELSEWHERE) <= set(found())


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ("SupportRequest.objects.filter(pk=pk)", ["SupportRequest.objects.filter"]),
        ("list(models.User.objects.all())", ["models.User.objects.all"]),
        ("User._default_manager.get(pk=pk)", ["User._default_manager.get"]),
        ("get_user_model().objects.count()", ["get_user_model().objects.count"]),
        ("for model in (Comment, Escalation): model.objects.update(x=1)", ["model.objects.update"]),
        ("forms.ModelChoiceField(Tenant.objects)", ["Tenant.objects."]),
        ('Subscription.objects.select_related("offer").get(pk=pk)', ["Subscription.objects.get"]),
        ("Subscription.objects.owned().visible_to(actor)", ["Subscription.objects.owned"]),
        ("customer.users.filter(is_active=True)", ["customer.users.filter"]),
        ("User.objects.visible_to(actor).filter(is_active=True)", []),
        ('Tenant.objects.for_system("who publishes").get(kind=kind)', []),
        ('Subscription.objects.select_related("offer").locked(pk)', []),
        ("support_request.comments.visible_to(actor).count()", []),
        ("Offer.objects.all()", []),
        ("(customer,) = self.objects", []),
        ("subscriptions.views.detail(request)", []),
    ],
)
def test_it_bites_a_query_past_the_doors(source: str, bare: list[str]) -> None:
    assert list(bare_queries(source)) == bare
