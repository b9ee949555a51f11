"""Every deed that a verb records, and every reason of a refused one, has words for the audit log's readers."""

import ast
from pathlib import Path

from dev import ROOT
from tenants import deeds
from tests.fences.test_codes import codes_in

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


def silent(found: set[str]) -> set[str]:
    """Deeds without a sentence, and beginnings that no sentence's deed continues."""
    known = deeds.known()
    return {code for code in found - known if not (code.endswith(".") and any(deed.startswith(code) for deed in known))}


def test_every_deed_has_a_sentence() -> None:
    found = codes()
    assert {"support.request.raised", "subscriptions.subscription.created", "portal.write.refused"} <= found
    assert silent(found) == set()


def refusals() -> set[str]:
    """The codes of 403: what the table of rights denies, and what is raised as `NotAllowed`."""
    denied = (ROOT / "tenants/decisions.py").read_text("utf-8")
    files = [path for package in (*ROOMS, "portal") for path in (ROOT / package).rglob("*.py")]
    return set(codes_in(denied)) | {code for path in files for code in not_allowed(path.read_text("utf-8"))}


def not_allowed(source: str) -> set[str]:
    """The codes of the calls of `NotAllowed` in a module."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    raised = [ast.unparse(call) for call in calls if ast.unparse(call.func) == "NotAllowed"]
    return {code for call in raised for code in codes_in(call)}


def test_every_refusal_is_told_in_words() -> None:
    # Visitors and forged forms leave no entry: nobody is known to have tried anything.
    unrecorded = {"notSignedIn", "csrfFailed"}
    assert refusals() - unrecorded - set(deeds.REFUSALS) == set()
    assert {"roleMissing", "partnerNote", "mfaRequired"} <= refusals()


def test_it_bites_a_refusal_without_words() -> None:
    assert not_allowed('raise NotAllowed(_("No."), code="planted", subject=user)') == {"planted"}
    assert "planted" not in deeds.REFUSALS


def test_the_fence_bites() -> None:
    vanished = recorded('book.record(actor, "support.request.vanished", request)')
    forced = named('book.record(actor, "portal.door.forced", request)')
    begun = recorded('book.record(actor, f"support.riot.{deed}", request)')
    assert silent(vanished | forced | begun) == {"support.request.vanished", "portal.door.forced", "support.riot."}
    assert silent(recorded('book.record(actor, f"support.request.{deed}", request)')) == set()
