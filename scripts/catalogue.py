"""Collect the messages of the code into the catalogues of each language.

    python scripts/catalogue.py           # add what is new, drop what is gone
    python scripts/catalogue.py --check   # say what is missing and change nothing

A new message comes with an empty translation: fill it in, in
``src/coverage/phusong/locale/<language>/LC_MESSAGES``: ``told.po`` has the help, errors and notes,
``phusong.po`` what products say.
"""

import argparse
import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from phusong.sources.new_study import elsewhere

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "coverage" / "phusong"
LANGUAGES = ("vi",)
"""Languages with a catalogue; English is the language of the messages themselves."""
FORMS = {"said": 1, "said_count": 2, "spoken": 1, "translated": 1, "translated_count": 2}
"""Functions that take a message, and how many forms of it."""
TOLD = {
    "DataError": 0, "StudyError": 0, "StoreError": 0, "ClusterError": 0,
    "PhusongError": 0, "BadParameter": 0, "note": 0, "warn": 0, "told": 0, "Finding": 3,
}  # fmt: skip
"""Functions that take an English sentence put together, and which argument it is.

What they are given is a plain text, an f-string, or either by a condition; it is translated
where a person reads it (``phusong.language.retold``)."""
FEWEST_LETTERS = 6
"""Of a template with fields, next to them; what has fewer fits too much."""
FEWEST_WORDS = 3
"""Of a text in a module whose sentences are all shown."""
TOLD_WHOLE = tuple(
    f"{name}.py"
    for name in (
        "analysis/audit", "analysis/audit_limits", "analysis/calibration", "analysis/criterion8",
        "analysis/loudspeakers", "analysis/reported", "geo/gazetteer",
        "pipeline/add", "pipeline/calibrate", "pipeline/check", "pipeline/doctor",
        "pipeline/fetch", "pipeline/input_files", "pipeline/inputs",
        "pipeline/loss_maker", "pipeline/losses",
        "pipeline/responses",
        "pipeline/verify", "pipeline/workers", "sources/antennas", "sources/boundaries",
        "sources/buildings", "sources/cell_dump", "sources/criteria",
        "sources/open_buildings", "sources/speed_tiles", "sources/fetch/archive",
        "sources/fetch/download", "sources/fetch/job", "sources/fetch/joined",
        "sources/fetch/buildings", "sources/fetch/layers", "sources/fetch/speed",
        "sources/fetch/ranges", "sources/fetch/rasters", "sources/fetch/unpack",
        "sources/fetch/wire", "sources/infrastructure", "sources/links",
        "sources/measurement_columns", "sources/measurements",
        "sources/places", "sources/recognise", "sources/reported", "sources/responses",
        "sources/statistics", "sources/tables", "sources/towers*", "sources/vector_files",
        "store/lock", "store/raw",
        "study/*",
    )
)  # fmt: skip
"""Modules of which every sentence is shown on the command line."""
TOLD_CONTEXT, HELP_CONTEXT, SOURCE_CONTEXT = "told", "help", "source"
SOURCES_AT = {"assumed": 2}
"""Functions of the study's schema that take a source without naming it."""
STARTING_VALUES = PACKAGE / "sources" / "practice" / "demo.toml"
"""Starting values of every new study with their sources, and the practice study's own."""
PROGRAMMERS_ONLY = ("kernels", "reporting")
"""Parts whose errors only those meet who call them from Python; they stay English, and so does
every ``DomainError``: it speaks of a parameter by its name in the code."""
_NO_COMMANDS = {"command_line"}
_DEFINES = {"wording.py", "speech.py"}
"""Pass messages on, so that they are no literals there."""
CATALOGUES = ("phusong", "told")
"""Names of the catalogues of a language."""
WIDTH = 100
Key = tuple[str, str]


def file_of(language: str, name: str) -> Path:
    """A catalogue of a language."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / f"{name}.po"


def catalogue_of(context: str) -> str:
    """Name of the catalogue that has the messages of a context."""
    return "told" if context in {TOLD_CONTEXT, HELP_CONTEXT} else "phusong"


def messages() -> dict[Key, tuple[str, ...]]:
    """English forms of every message in the code, by context and first form."""
    found = {
        (context, forms[0]): forms
        for file in sorted(PACKAGE.rglob("*.py"))
        for context, forms in _messages_of(file)
    }
    text = STARTING_VALUES.read_text(encoding="utf-8")
    for values in (text, elsewhere(text)):
        found |= {(SOURCE_CONTEXT, words): (words,) for words in sources_of(tomllib.loads(values))}
    return found


def _messages_of(file: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    place = file.relative_to(PACKAGE)
    yield from told_messages(tree, place.parts[0])
    if any(place.match(whole) for whole in TOLD_WHOLE):
        yield from sentences(tree)
    if place.parts[0] == "study":
        yield from source_messages(tree)
    if file.parent.name == "cli":
        yield from help_messages(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if not (count := FORMS.get(node.func.id, 0)):
            continue
        forms = [_literal(argument) for argument in node.args[:count]]
        context = [_literal(k.value) for k in node.keywords if k.arg == "context"]
        if file.name in _DEFINES and None in forms:
            continue
        if None in (*forms, *context):
            raise SystemExit(f"{file}:{node.lineno}: {node.func.id}() takes literals only")
        yield str(context[0]) if context else "", tuple(map(str, forms))


def told_messages(tree: ast.AST, part: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Templates of the sentences that errors, warnings and notes of a module say."""
    for node in ast.walk(tree):
        name = _called(node)
        if name == "template":
            yield TOLD_CONTEXT, (str(_literal(node.args[0])),)  # type: ignore[attr-defined]
        position = 0 if name == "ValueError" and part == "study" else TOLD.get(name)
        if position is None or (part in PROGRAMMERS_ONLY and name.endswith("Error")):
            continue
        given = node.args[position : position + 1]  # type: ignore[attr-defined]
        for template in (t for argument in given for t in _templates(argument)):
            if _says_something(template):
                yield TOLD_CONTEXT, (template,)


def sentences(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Templates of every text of several words in a module that is no documentation."""
    documented = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    within = {id(part) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for part in n.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in documented | within:
            for template in _templates(node):
                if len(template.split()) >= FEWEST_WORDS and _says_something(template):
                    yield TOLD_CONTEXT, (template,)


def source_messages(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where the starting values of a study come from, as the schema says it."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given = [keyword.value for keyword in call.keywords if keyword.arg == "source"]
        if (at := SOURCES_AT.get(_called(call))) is not None:
            given += call.args[at : at + 1]
        for node in given:
            if (words := _literal(node)) and _says_something(words):
                yield SOURCE_CONTEXT, (_bare(words),)


def sources_of(table: object) -> Iterator[str]:
    """Sources, tags of prices, and words for dates, anywhere in a study file."""
    if isinstance(table, list):
        for one in table:
            yield from sources_of(one)
    if isinstance(table, dict):
        for key, value in table.items():
            if (
                key in {"source", "tag", "date"}
                and isinstance(value, str)
                and _says_something(value)
            ):
                yield _bare(value)
            yield from sources_of(value)


def _says_something(template: str) -> bool:
    """Whether a template has words enough to be told from others."""
    fixed = re.sub(r"{\w*}", "", template)
    letters = len(re.findall(r"[^\W\d_]", fixed))
    foreign = re.findall(r"[à-ỹ]", fixed.lower())
    if "|" in fixed:
        return False  # a pattern
    return letters >= (FEWEST_LETTERS if fixed != template else 3) and 9 * len(foreign) < letters


def help_messages(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the help of commands says: of each option, and of the commands themselves."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for keyword in call.keywords:
            if keyword.arg == "help":
                yield from ((HELP_CONTEXT, (words,)) for words in _templates(keyword.value))
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            words = ast.get_docstring(node) or ""
            if words and _is_command(node):
                yield HELP_CONTEXT, (words,)


def _is_command(node: ast.FunctionDef) -> bool:
    """Whether a function's arguments are options: its docstring says nothing of them."""
    return not ((node.decorator_list and node.name != "common") or node.name in _NO_COMMANDS) and (
        "Parameters\n----" not in (ast.get_docstring(node) or "")
    )


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _templates(node: ast.expr) -> list[str]:
    """A sentence with ``{names}`` for what changes; one for each branch of a condition."""
    if isinstance(node, ast.IfExp):
        return _templates(node.body) + _templates(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [_bare(node.value)]
    if not isinstance(node, ast.JoinedStr):
        return []
    names: dict[str, str] = {}
    text = ""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            text += "{" + _field(part.value, names) + "}"
        elif isinstance(part, ast.Constant):
            text += _bare(str(part.value))
    return [text]


def _bare(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _field(value: ast.expr, names: dict[str, str]) -> str:
    """Name of a field, the same for the same expression."""
    written = ast.unparse(value)
    if written not in names:
        stem = getattr(value, "id", getattr(value, "attr", "value")).strip("_").lower()
        number = sum(known.rstrip("0123456789") == stem for known in names.values()) + 1
        names[written] = stem if number == 1 else f"{stem}{number}"
    return names[written]


def _literal(node: ast.expr) -> str | None:
    """Text of a literal; None for anything else."""
    literal = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if literal else None  # type: ignore[attr-defined]


def read_catalogue(language: str) -> Catalog:
    """All messages of a language as they stand in its files."""
    whole = Catalog(locale=language, fuzzy=False)
    for file in sorted(file_of(language, "any").parent.glob("*.po")):
        with file.open("rb") as content:
            for message in read_po(content, locale=language):
                if message.id:
                    whole[message.id] = message
    return whole


def updated(language: str, name: str) -> bytes:
    """A catalogue with the messages of the code, in the order of their English words."""
    old, new = read_catalogue(language), Catalog(locale=language, fuzzy=False)
    new.mime_headers  # noqa: B018 — sets the defaults before they are replaced
    for (context, first), forms in sorted(messages().items(), key=lambda m: m[0][::-1]):
        if catalogue_of(context) != name:
            continue
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
        contents = {file_of(language, name): updated(language, name) for name in CATALOGUES}
        stale += sum(text != file.read_bytes() for file, text in contents.items())
        if not check:
            for file, text in contents.items():
                file.write_bytes(text)
        for words in untranslated(language):
            stale += check
            sys.stdout.write(f"{language}: not translated: {words}\n")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
