"""Every code that a refusal carries is named in a test: programs and pages act on codes, so none may change unseen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from dev import ROOT

PACKAGES = ("portal", "tenants", "subscriptions", "messagecenter", "support")
# Codes that no test names, each with its reason.
UNNAMED = {"ruleBroken": "the class's own: whoever raises it names a narrower one"}


def codes_in(source: str) -> Iterator[str]:
    """`code="..."`, as an argument or as a class's own, and the codes of `Denied("...", reason)`."""
    for node in ast.walk(ast.parse(source)):
        found: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            found = [word.value for word in node.keywords if word.arg == "code"]
            if ast.unparse(node.func).endswith("Denied"):
                found += node.args[:1]
        elif (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "code"
            or isinstance(node, ast.AnnAssign)
            and ast.unparse(node.target) == "code"
        ):
            found = [node.value]
        yield from (
            part.value
            for part in found
            if isinstance(part, ast.Constant) and part.value and isinstance(part.value, str)
        )


def carried() -> set[str]:
    """The codes of the whole house."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    return {code for path in files for code in codes_in(path.read_text("utf-8"))}


def unnamed(codes: set[str], tests: str) -> set[str]:
    """Codes that stand nowhere in the tests as a whole word."""
    return codes - set(re.findall(r"\w+", tests))


def test_every_code_is_named_in_a_test() -> None:
    found = carried()
    tests = [path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    assert len(found) > 50
    assert unnamed(found, "\n".join(tests)) == set(UNNAMED)


def test_it_bites_a_code_that_nobody_names() -> None:
    assert set(codes_in('raise RuleBroken(_("No."), code="planted")')) == {"planted"}
    assert set(codes_in('return Denied("planted", _("No."))')) == {"planted"}
    assert set(codes_in('class Late(RuleBroken):\n    code = "planted"')) == {"planted"}
    assert unnamed({"planted", "stale"}, 'assert error.code == "stale"') == {"planted"}
