"""Who may import whom: the contracts in pyproject.toml hold, and each of them notices the import that it exists for."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev import ROOT

PACKAGES = ("portal", "tenants", "subscriptions", "support", "messagecenter")
# A sentence of the contract -> the module that breaks it, and the import that does.
PLANTED = {
    "Floors": ("tenants/planted.py", "import support.models"),
    "Plumbing": ("portal/hooks.py", "import tenants.models"),
    "The cellar": ("portal/errors.py", "import portal.database"),
    "Inside a room": ("tenants/models/__init__.py", "import tenants.actions"),
    "Only tenants.access": ("support/planted.py", "import guardian.shortcuts"),
}


def verdicts(folder: Path) -> dict[str, str]:
    """Contract -> KEPT or BROKEN."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    summary = " ".join(answer.stdout.split())
    found = {name: re.search(rf"{name}.*?(KEPT|BROKEN)", summary) for name in PLANTED}
    assert all(found.values()), answer.stdout + answer.stderr
    return {name: match[1] for name, match in found.items() if match}


def test_nobody_imports_from_a_higher_floor() -> None:
    assert verdicts(ROOT) == dict.fromkeys(PLANTED, "KEPT")


@pytest.fixture
def house_with_holes(tmp_path: Path) -> Path:
    """A copy of the house in which every contract is broken once."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc", "locale", "static"))
    for module, statement in PLANTED.values():
        with (tmp_path / module).open("a") as file:
            file.write(f"\n{statement}\n")
    return tmp_path


def test_every_contract_bites(house_with_holes: Path) -> None:
    assert verdicts(house_with_holes) == dict.fromkeys(PLANTED, "BROKEN")
