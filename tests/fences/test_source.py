"""What no source file may hold: ways around a rule, effects outside the outbox, files and functions that outgrew a
screen.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev import ROOT

PACKAGES = ("portal", "tenants", "subscriptions", "messagecenter", "support")
MOST_LINES, LONGEST_FUNCTION = 400, 50
# A ban -> what it looks like, and the files that may hold it, each with its reason.
BANNED: dict[str, tuple[re.Pattern[str], dict[str, str]]] = {
    "a page without protection against forged forms": (re.compile(r"csrf_exempt"), {}),
    "unescaped markup": (
        re.compile(r"\bmark_safe\b|\bSafeString\("),
        {"messagecenter/sanitising.py": "a post's body, that moment cleaned to a list of harmless tags"},
    ),
    "templates without escaping": (
        re.compile(r"autoescape\s*=\s*False"),
        {"portal/mail/rendering.py": "plain text of letters, where an escaped ampersand would be read"},
    ),
    "an effect that a broker could lose": (
        re.compile(r"\.(?:delay|apply_async|send_task)\("),
        {"portal/outbox/bell.py": "the bell itself: a lost ring costs seconds, the sweep finds the row"},
    ),
    "logic in save() or delete()": (re.compile(r"def (?:save|delete)\(self"), {}),
    "a signal": (
        re.compile(r"django\.db\.models\.signals|django\.dispatch|\b(?:pre|post)_(?:save|delete|init)\b|m2m_changed"),
        {"portal/middleware.py": "the logger's own: it asks what every line of a request should carry"},
    ),
    "an effect after the commit": (
        re.compile(r"\bon_commit\("),
        {"portal/outbox/sending.py": "rings the bell; what it rings for is a committed row"},
    ),
    "a way around the door": (re.compile(r"get_object_or_404|get_list_or_404"), {}),
    "work left for later": (re.compile(r"\b(?:TODO|FIXME|XXX)\b"), {}),
}
# Rights are asked by name, `can.escalate`; for a role or a superuser's flag no template asks.
ROLE_ASKED = re.compile(
    r"\{%\s*(?:el)?if\b[^%]*(?:\bhas_role\b|\bin [\w.]*roles\b|\brole\s*[=!]=|\bis_(?:superuser|staff)\b)"
)
ROLES_SHOWN = {
    "shell/home_partner.html": "tells who has no role whom to ask for one",
    "shell/home_customer.html": "as above",
}
# What is saved there is no row.
NO_ROWS = {"portal/catalogues.py": "a file of texts"}
# Management commands that open no identity, each with its reason.
WITHOUT_IDENTITY = {
    "portal/shell/management/commands/makedocs.py": "reads the code",
    "portal/outbox/management/commands/simulate_vianet.py": "plays 21Vianet, which has no access to the portal's data",
    "portal/outbox/management/commands/consume_replies.py": "its loop opens one for each message",
}


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def bans_broken(name: str, text: str) -> list[str]:
    """The bans that the text of a file breaks."""
    return [ban for ban, (look, allowed) in BANNED.items() if name not in allowed and look.search(text)]


def too_long(name: str, text: str) -> Iterator[str]:
    """The file or its functions that are over budget. Migrations are written by Django and never read again."""
    if "/migrations/" in name:
        return
    if text.count("\n") > MOST_LINES:
        yield f"{name} has {text.count(chr(10))} lines: make it a folder, one file per noun"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
            yield f"{name}: {node.name}"


def blind_saves(text: str) -> Iterator[str]:
    """`save()` that neither names its fields nor is an insert: it would write back what somebody else has changed."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "save":
            continue
        if not {word.arg for word in node.keywords} & {"update_fields", "force_insert"}:
            yield ast.unparse(node)


def opens_an_identity(text: str) -> bool:
    """Whether a command says in whose name it works."""
    calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return bool({"acting_as", "transaction_as"} & set(calls))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_breaks_a_ban_or_outgrows_a_screen(path: Path) -> None:
    name, text = str(path.relative_to(ROOT)), path.read_text("utf-8")
    assert bans_broken(name, text) == []
    assert list(too_long(name, text)) == []
    assert name in NO_ROWS or list(blind_saves(text)) == []


def test_templates_ask_rights_and_never_roles() -> None:
    folder = ROOT / "templates"
    asking = {str(path.relative_to(folder)) for path in folder.rglob("*.html") if ROLE_ASKED.search(path.read_text())}
    assert asking == set(ROLES_SHOWN)


def test_every_command_says_in_whose_name_it_works() -> None:
    commands = [path for path in sources() if path.parent.name == "commands" and path.stem != "__init__"]
    silent = {str(path.relative_to(ROOT)) for path in commands if not opens_an_identity(path.read_text())}
    assert silent == set(WITHOUT_IDENTITY)


def test_tests_are_no_longer_than_a_source() -> None:
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert [fault for path in files for fault in too_long(str(path.relative_to(ROOT)), path.read_text("utf-8"))] == []


@pytest.mark.ruff
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("from django.shortcuts import get_object_or_404", "TID251"),
        ("from django.shortcuts import get_list_or_404", "TID251"),
        ("from django.utils.safestring import mark_safe", "TID251"),
        ("from guardian.shortcuts import assign_perm", "TID251"),
        ("def late():\n    import json\n    return json", "PLC0415"),
        ("try:\n    x = 1\nexcept Exception:\n    x = 2", "BLE001"),
        ('cursor.execute(f"select {name} from tenants_user")', "S608"),
        ("from django.db import models\nclass Name(models.Model):\n    text = models.TextField(null=True)", "DJ001"),
        ('print("here")', "T201"),
        ("def tangled(x):\n" + "    if x:\n        x = x\n" * 9, "C901"),
    ],
)
def test_ruff_bites_the_ways_around(text: str, rule: str) -> None:
    """As `make lint` would, were this a file of the house."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=json"]
    words = ["--stdin-filename", str(ROOT / "support" / "planted.py"), "-"]
    answer = subprocess.run([*command, *words], cwd=ROOT, input=text, capture_output=True, text=True, check=False)
    assert rule in {found["code"] for found in json.loads(answer.stdout)}


def test_the_exceptions_exist() -> None:
    for _ban, (look, allowed) in BANNED.items():
        assert [name for name in allowed if not look.search((ROOT / name).read_text())] == []
    assert [name for name in NO_ROWS if not list(blind_saves((ROOT / name).read_text()))] == []


@pytest.mark.parametrize(
    ("text", "ban"),
    [
        ("@csrf_exempt\ndef view(request): ...", "a page without protection against forged forms"),
        ("return mark_safe(name)", "unescaped markup"),
        ("Context(values, autoescape=False)", "templates without escaping"),
        ("send_letter.delay(letter.pk)", "an effect that a broker could lose"),
        ("send_letter.apply_async((letter.pk,))", "an effect that a broker could lose"),
        ('app.send_task("portal.mail.tasks.send_letters")', "an effect that a broker could lose"),
        ("    def save(self, *args, **keywords): ...", "logic in save() or delete()"),
        ("post_save.connect(tell_everybody)", "a signal"),
        ("from django.dispatch import receiver", "a signal"),
        ("transaction.on_commit(lambda: notify(user))", "an effect after the commit"),
        ("user = get_object_or_404(User, pk=pk)", "a way around the door"),
        ("# TODO check the right", "work left for later"),
    ],
)
def test_each_ban_bites(text: str, ban: str) -> None:
    assert bans_broken("support/planted.py", text) == [ban]


def test_the_bans_on_saving_roles_and_nameless_commands_bite() -> None:
    planted = "user.save()\nuser.save(using=alias)\nuser.save(update_fields=[])\nuser.save(force_insert=True)"
    assert list(blind_saves(planted)) == ["user.save()", "user.save(using=alias)"]
    assert ROLE_ASKED.search('{% if "global_admin" in roles %}')
    assert ROLE_ASKED.search("{% elif user.is_superuser %}")
    assert not ROLE_ASKED.search('{% if can.escalate %}<p role="status">{% endif %}')
    assert not opens_an_identity("User.objects.count()")


def test_the_budgets_bite() -> None:
    assert list(too_long("support/planted.py", "x = 1\n" * 401)) == [
        "support/planted.py has 401 lines: make it a folder, one file per noun"
    ]
    long = "def long():\n" + "    x = 1\n" * 50
    assert list(too_long("support/planted.py", long)) == ["support/planted.py: long"]
