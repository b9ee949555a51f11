"""The generated documents say what the code does."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from dev import ROOT
from portal.shell import documents
from portal.shell.management.commands import makedocs
from tenants.grants import GRANTS, Rule
from tenants.models import Role
from tenants.permissions import Permission
from tests.fences.test_verbs import ASK_NO_RIGHT, NO_VERBS, action_files, public_functions

# Verbs that write no deed, each with its reason.
WRITE_NO_DEED = {"mark_posts": "what a person has read is nobody else's business"}


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


def told_by_halves(verbs: str) -> list[str]:
    """Verbs of the document whose right or whose deed it does not tell."""
    told = dict(re.findall(r"^\* \*\*(\w+)\*\*\(.*\n.*\n(?:  \*(.*)\*)?", verbs, re.MULTILINE))
    without_right = [name for name, words in told.items() if "asks `" not in words and name not in ASK_NO_RIGHT]
    return without_right + [
        name for name, words in told.items() if "writes `" not in words and name not in WRITE_NO_DEED
    ]


def test_every_verb_is_told_with_its_right_and_its_deed() -> None:
    verbs = documents.verbs()
    assert told_by_halves(verbs) == [], "let the verb, or a helper that it calls, name both as they stand in the tables"
    assert all(f"**{name}**(" in verbs for name in WRITE_NO_DEED)


def test_it_bites_a_verb_that_is_told_by_halves() -> None:
    verbs = documents.verbs().replace("asks `support.request:close`; ", "")
    assert told_by_halves(verbs.replace("; writes `support.request.reopened`", "")) == ["close", "reopen"]
    whole = "  *asks `support.request:escalate`; writes `support.request.escalated`*\n"
    assert told_by_halves(documents.verbs().replace(whole, "")) == ["escalate_request", "escalate_request"]


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
