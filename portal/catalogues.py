"""Translations: the `.po` files are the source, `polib` compiles them where one is newer than its `.mo`.

`python -m portal.catalogues` compiles; `python -m portal.catalogues extract` first gathers every string with xgettext.
"""

import os
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("fr", "zh_Hans")
NOT_OURS = (".venv", "var", "tests", "bench", "docs", "requirements")
# Names and dates that change with every extraction and say nothing about a translation.
RESTLESS_HEADERS = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Report-Msgid-Bugs-To")
WRAP_WIDTH = 100


def compile_catalogues() -> list[Path]:
    """Write the `.mo` files that are missing or older than their `.po`; returns them. Safe beside another process."""
    compiled = []
    for source in sorted((ROOT / "portal" / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        unfinished = target.with_suffix(f".mo.{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(unfinished))
        unfinished.replace(target)
        compiled.append(target)
    return compiled


def tidy(source: Path) -> None:
    """Rewrite a `.po` so that extracting twice gives the same bytes: nothing obsolete, nothing restless."""
    catalogue = polib.pofile(str(source), wrapwidth=WRAP_WIDTH)
    for entry in catalogue.obsolete_entries():
        catalogue.remove(entry)
    for header in RESTLESS_HEADERS:
        catalogue.metadata.pop(header, None)
    catalogue.metadata |= {"Project-Id-Version": "portal", "Language": source.parent.parent.name}
    catalogue.metadata_is_fuzzy = []
    catalogue.header = ""
    catalogue.save(str(source))


def extract() -> None:
    """Gather the strings into the `.po` files; needs xgettext and msgmerge (the package `gettext`)."""
    locales = [argument for locale in LOCALES for argument in ("--locale", locale)]
    ignored = [argument for name in NOT_OURS for argument in ("--ignore", name)]
    command = [sys.executable, "manage.py", "makemessages", *locales, *ignored, "--no-location", "--no-obsolete"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PORTAL_PROFILE": "test"}, check=True)  # noqa: S603 - the command is ours, word for word
    for source in sorted((ROOT / "portal" / "locale").glob("*/LC_MESSAGES/*.po")):
        tidy(source)


def main(words: list[str]) -> None:
    """`extract` gathers the strings; then the catalogues are compiled."""
    if words == ["extract"]:
        extract()
    for catalogue in compile_catalogues():
        sys.stdout.write(f"Compiled {catalogue.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
