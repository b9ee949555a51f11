"""The generated documents say what the code does."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dev import ROOT
from portal.shell import documents
from portal.shell.management.commands import makedocs
from tenants.grants import GRANTS, Rule
from tenants.models import Role
from tenants.permissions import Permission
from tests.fences.test_verbs import NO_VERBS, action_files, public_functions


def test_the_generated_documents_are_up_to_date() -> None:
    old = [path.name for path, text in documents.documents().items() if path.read_text("utf-8") != text]
    assert old == [], "run `make docs` and commit what it writes"


def untold(table: str, verbs: str) -> list[str]:
    """Rights that stand in no table, and verbs that stand in no list."""
    ours = {verb.name for path in action_files(ROOT) for verb in public_functions(path.read_text())} - set(NO_VERBS)
    assert "raise_request" in ours
    rights = [str(right) for right in Permission if f"`{right}`" not in table]
    return rights + [name for name in sorted(ours) if f"**{name}**(" not in verbs]


def test_every_right_and_every_verb_is_told() -> None:
    table, verbs = documents.documents().values()
    assert untold(table, verbs) == []


def test_it_bites_a_right_and_a_verb_that_nobody_tells() -> None:
    table, verbs = documents.documents().values()
    without = table.replace("`tenants.audit:read`", ""), verbs.replace("**raise_request**(", "**raise_requests**(")
    assert untold(*without) == ["tenants.audit:read", "raise_request"]


def test_it_bites_a_right_that_changes_hands() -> None:
    rule = GRANTS[Permission.AUDIT_READ][0]
    wider = Rule(rule.roles | {Role.LICENSE_ADMIN}, rule.basis, rule.needs, rule.guardian)
    planted = {**GRANTS, Permission.AUDIT_READ: (wider, *GRANTS[Permission.AUDIT_READ][1:])}
    assert documents.permissions(planted) != documents.permissions(GRANTS)


def test_it_bites_a_document_that_somebody_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edited = tmp_path / "permissions.md"
    edited.write_text("Everybody may do everything.\n")
    monkeypatch.setattr(makedocs, "documents", lambda: {edited: "what the code says\n"})
    monkeypatch.setattr("django.conf.settings.BASE_DIR", tmp_path)
    with pytest.raises(CommandError, match=r"Out of date: permissions\.md"):
        call_command("makedocs", check=True)
    call_command("makedocs", verbosity=0)
    assert edited.read_text() == "what the code says\n"
