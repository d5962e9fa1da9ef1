"""Collect the messages of the code into the catalogues of each language.

    python scripts/catalogue.py           # add what is new, drop what is gone
    python scripts/catalogue.py --check   # say what is missing and change nothing

A new message comes with an empty translation: fill it in, in
``src/coverage/phusong/locale/<language>/LC_MESSAGES/phusong.po``.
"""

import argparse
import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "coverage" / "phusong"
LANGUAGES = ("vi",)
"""Languages with a catalogue; English is the language of the messages themselves."""
FORMS = {"said": 1, "said_count": 2, "told": 1, "translated": 1}
"""Functions that take a message, and how many forms of it."""
_DEFINES = "wording.py"
"""Passes messages on, so that they are no literals there."""
WIDTH = 96
Key = tuple[str, str]


def file_of(language: str) -> Path:
    """The catalogue of a language."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "phusong.po"


def messages() -> dict[Key, tuple[str, ...]]:
    """English forms of every message in the code, by context and first form."""
    return {
        (context, forms[0]): forms
        for file in sorted(PACKAGE.rglob("*.py"))
        for context, forms in _messages_of(file)
    }


def _messages_of(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if not (count := FORMS.get(node.func.id, 0)):
            continue
        forms = [_literal(argument) for argument in node.args[:count]]
        context = [_literal(k.value) for k in node.keywords if k.arg == "context"]
        if file.name == _DEFINES and None in forms:
            continue
        if None in (*forms, *context):
            raise SystemExit(f"{file}:{node.lineno}: {node.func.id}() takes literals only")
        yield str(context[0]) if context else "", tuple(map(str, forms))


def _literal(node: ast.expr) -> str | None:
    """Text of a literal; None for anything else."""
    literal = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if literal else None  # type: ignore[attr-defined]


def read_catalogue(language: str) -> Catalog:
    """A catalogue as it stands in its file."""
    with file_of(language).open("rb") as content:
        return read_po(content, locale=language)


def updated(language: str) -> bytes:
    """The catalogue with the messages of the code, in the order of their English words."""
    old, new = read_catalogue(language), Catalog(locale=language, fuzzy=False)
    new.mime_headers  # noqa: B018 — sets the defaults before they are replaced
    for (context, first), forms in sorted(messages().items(), key=lambda m: m[0][::-1]):
        known = old.get(first, context or None)
        ids = first if len(forms) == 1 else forms
        new.add(ids, known.string if known else "", context=context or None)
    out = io.BytesIO()
    write_po(out, new, width=WIDTH, sort_output=False, omit_header=True, no_location=True)
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {new.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue()


def untranslated(language: str) -> list[str]:
    """English words without a translation."""
    known = read_catalogue(language)
    found = {key: known.get(key[1], key[0] or None) for key in messages()}
    return [key[1] for key, message in found.items() if message is None or not message.string]


def main() -> int:
    """Update or check every catalogue."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for language in LANGUAGES:
        content, file = updated(language), file_of(language)
        stale += content != file.read_bytes()
        if not check:
            file.write_bytes(content)
        for words in untranslated(language):
            stale += check
            sys.stdout.write(f"{language}: not translated: {words}\n")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
