"""Who may import whom: the contracts in pyproject.toml hold, and each of them notices the import that it exists for."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dev import ROOT

PACKAGES = ("portal", "tenants", "subscriptions", "support", "messagecenter")
# The beginning of a contract's name -> modules that break it, and the import that does.
PLANTED = {
    "Floors": [("tenants/planted.py", "import support.models"), ("portal/middleware.py", "import tenants.models")],
    "The cellar": [
        ("portal/errors.py", "import portal.database"),
        ("portal/vianet/envelope.py", "import portal.database"),
    ],
    "Inside a room": [
        ("tenants/models/__init__.py", "import tenants.actions"),
        ("support/models/__init__.py", "import support.actions"),
    ],
    "Only tenants.models.relationship": [
        ("support/planted.py", "import guardian.shortcuts"),
        ("tenants/access.py", "import guardian.shortcuts"),
    ],
    "Only actions": [
        ("subscriptions/showing.py", "import portal.audit.book"),
        ("messagecenter/planted.py", "from portal import outbox"),
    ],
}
# What may see every room, and what is read before anything may be imported.
ASSEMBLY = {"urls", "shell", "demo", "celery", "health", "wsgi", "settings", "settings_test"}


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


def contracts() -> list[dict[str, Any]]:
    """As pyproject.toml has them; the first is that of the floors."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    found: list[dict[str, Any]] = tools["importlinter"]["contracts"]
    return found


def parts(folder: Path) -> set[str]:
    """The modules and packages in a folder."""
    return {path.stem for path in folder.glob("[a-z]*") if path.suffix == ".py" or (path / "__init__.py").exists()}


def without_a_floor(portal: Path) -> set[str]:
    return parts(portal) - ASSEMBLY - set(re.findall(r"portal\.(\w+)", " ".join(contracts()[0]["layers"])))


def test_every_part_of_the_plumbing_stands_on_a_floor() -> None:
    assert without_a_floor(ROOT / "portal") == set()
    assert parts(ROOT / "portal") >= ASSEMBLY


def test_it_bites_a_part_of_the_plumbing_without_a_floor(tmp_path: Path) -> None:
    (tmp_path / "attic").mkdir()
    for name in ("attic/__init__.py", "balcony.py", "audit.py", "urls.py"):
        (tmp_path / name).touch()
    assert without_a_floor(tmp_path) == {"attic", "balcony"}


def test_every_contract_has_its_planted_faults() -> None:
    names = [contract["name"] for contract in contracts()]
    assert [[name.startswith(beginning) for name in names].count(True) for beginning in PLANTED] == [1] * len(names)


@pytest.mark.parametrize("number", [0, 1])
def test_every_contract_bites(tmp_path: Path, number: int) -> None:
    """In a copy of the house in which every contract is broken once."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc", "locale", "static"))
    for faults in PLANTED.values():
        module, statement = faults[number]
        with (tmp_path / module).open("a") as file:
            file.write(f"\n{statement}\n")
    assert verdicts(tmp_path) == dict.fromkeys(PLANTED, "BROKEN")
