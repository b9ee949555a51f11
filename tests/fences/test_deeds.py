"""Every deed that a verb records has a sentence for the audit log's readers."""

import ast
from pathlib import Path

from dev import ROOT
from tenants import deeds

ROOMS = ("tenants", "subscriptions", "messagecenter", "support")


def recorded(source: str) -> set[str]:
    """The codes in a module: texts like `room.thing.done`; one that is put together is known by its beginning."""
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and text.startswith(ROOMS) and text.count(".") == 2}


def named(source: str) -> set[str]:
    """The codes that a module hands to `record(...)`, wherever it stands."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    records = [call for call in calls if ast.unparse(call.func).endswith(".record")]
    texts = [part.value for call in records for part in call.args if isinstance(part, ast.Constant)]
    return {text for text in texts if isinstance(text, str)}


def codes() -> set[str]:
    everywhere = [path for package in (*ROOMS, "portal") for path in (ROOT / package).rglob("*.py")]
    return _of_actions() | {code for path in everywhere for code in named(path.read_text("utf-8"))}


def _of_actions() -> set[str]:
    files = [path for room in ROOMS for path in Path(ROOT / room).glob("actions*") if path.suffix in {"", ".py"}]
    modules = [module for path in files for module in (path.glob("*.py") if path.is_dir() else [path])]
    return {code for module in modules for code in recorded(module.read_text())}


def test_every_deed_has_a_sentence() -> None:
    found = codes()
    assert {"support.request.raised", "subscriptions.subscription.created", "portal.write.refused"} <= found
    whole = {code for code in found if not code.endswith(".")}
    assert whole - deeds.known() == set()
    assert all(any(code.startswith(beginning) for code in deeds.known()) for beginning in found - whole)


def test_the_fence_bites() -> None:
    assert recorded('book.record(actor, "support.request.vanished", request)') - deeds.known() == {
        "support.request.vanished"
    }
    assert named('book.record(actor, "portal.door.forced", request)') - deeds.known() == {"portal.door.forced"}
