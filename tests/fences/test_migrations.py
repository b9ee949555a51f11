"""Migrations are named for what they do, complete, pure (schema or data), and independent of today's code."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from dev import ROOT
from tenants.models import Tenant

PACKAGES = ("portal", "tenants", "subscriptions", "messagecenter", "support")
# `0001_initial`, or words; not what Django would have called it.
NAME = re.compile(r"\d{4}_(?:initial|[a-z]+(?:_[a-z0-9]+)+)$")
NAMED_BY_DJANGO = re.compile(r"_auto_\d|_and_more$|^\d{4}_(?:alter|remove|delete|rename)_[a-z]+$|_[0-9a-f]{4,}$")
SCHEMA = {
    *("CreateModel", "DeleteModel", "AddField", "AlterField", "RemoveField", "RenameField", "RenameModel"),
    *("AddIndex", "RemoveIndex", "AddConstraint", "RemoveConstraint"),
}
ALLOWED_ROOTS = {"django", "portal.database", "uuid", "datetime", "typing", "collections"}


def migrations() -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("migrations/0*.py"))]
    assert found
    return found


def faults(name: str, source: str) -> list[str]:
    """What is wrong with one migration."""
    tree = ast.parse(source)
    found = [] if NAME.fullmatch(name) and not NAMED_BY_DJANGO.search(name) else [f"{name}: name it for what it does"]
    calls = {ast.unparse(node.func).split(".")[-1] for node in ast.walk(tree) if isinstance(node, ast.Call)}
    if "RunPython" in calls and calls & SCHEMA:
        found.append(f"{name}: schema and data in one migration")
    return found + [f"{name}: imports {module}" for module in _imported(tree) if not _may_be_imported(module)]


def _imported(tree: ast.AST) -> list[str]:
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return plain + [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def _may_be_imported(module: str) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in ALLOWED_ROOTS)


@pytest.mark.parametrize("path", migrations(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_migration_says_what_it_does_and_does_one_kind_of_thing(path: Path) -> None:
    assert faults(path.stem, path.read_text("utf-8")) == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_the_fence_bites_on_a_model_that_its_migrations_do_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tenant._meta.get_field("name"), "max_length", 201)
    with pytest.raises(SystemExit) as ended:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    assert ended.value.code == 1


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("0002_auto_20261122_1200", "", "name it for what it does"),
        ("0003_alter_user_email_and_more", "", "name it for what it does"),
        (
            "0004_fill_names",
            "operations = [migrations.AddField('a'), migrations.RunPython(fill)]",
            "schema and data in one migration",
        ),
        ("0005_use_today", "from tenants.models import User", "imports tenants.models"),
    ],
)
def test_the_fence_bites(name: str, source: str, fault: str) -> None:
    assert faults(name, source) == [f"{name}: {fault}"]
