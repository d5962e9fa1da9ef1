"""The documents are true: what they name exists, what exists is in them, and examples run."""

import ast
import dataclasses
import doctest
import importlib
import inspect
import json
import math
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpydoc.validate
import pydantic
import pytest
import typer.core
import typer.main
import typer.testing

from conftest import ROOT

SOURCE_ROOT = ROOT / "src" / "coverage"
PACKAGE = SOURCE_ROOT / "phusong"
MODULES = [
    ".".join(file.relative_to(SOURCE_ROOT).with_suffix("").parts)
    for file in sorted(PACKAGE.rglob("*.py"))
    if file.name != "__init__.py" and file.stem != "__main__"
]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


# docs/index.md


def test_the_index_has_every_page() -> None:
    folder = ROOT / "docs"
    targets = re.findall(r"\]\(([^)#:\s]+\.md)\)", text("docs/index.md"))
    listed = {(folder / target).resolve() for target in targets}
    pages = {*ROOT.glob("*.md"), *folder.rglob("*.md")} - {folder / "index.md"}
    assert sorted(relative(page) for page in pages - listed) == []


# docs/architecture.md


def code_spans(content: str) -> list[str]:
    """Inline code of a document, without its code blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", content, flags=re.DOTALL))


def test_architecture_names_only_what_exists() -> None:
    content = text("docs/architecture.md")
    blocks = "\n".join(re.findall(r"```.*?```", content, flags=re.DOTALL))
    in_blocks = re.findall(r"(?<![\w./<>-])[a-z_0-9]+(?:/[a-z_0-9.]*|\.py)(?![\w<*])", blocks)
    named = {
        span
        for span in [*code_spans(content), *in_blocks]
        if re.fullmatch(r"[\w./-]+(?:/|\.(?:py|md|toml|lock|yml))", span)
    }
    assert len(named) > 30
    roots = (ROOT, SOURCE_ROOT, PACKAGE)
    missing = {name for name in named if not any((root / name).exists() for root in roots)}
    assert not missing


def test_architecture_names_every_part() -> None:
    content = text("docs/architecture.md")
    parts = {
        f"{entry.name}/" if entry.is_dir() else entry.name
        for entry in PACKAGE.iterdir()
        if entry.name not in {"__init__.py", "__pycache__", "py.typed"}
    }
    assert {part for part in parts if f"`{part}`" not in content} == set()


def test_decisions_are_numbered_without_holes() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(file.name[:4]) for file in files]
    assert numbers == list(range(1, len(files) + 1))
    for file in files:
        content = file.read_text(encoding="utf-8")
        assert content.startswith(f"# {file.name[:4]} ")
        for heading in ("## Context", "## Decision", "## Consequences"):
            assert heading in content


# README.md: its commands are those of the Makefile and of the command line.


def commands(content: str, *languages: str) -> list[str]:
    """Command lines in the code blocks of the given languages."""
    blocks = re.findall(r"```(\w+)\n(.*?)```", content, flags=re.DOTALL)
    return [
        line.partition("  #")[0].strip()
        for language, block in blocks
        if language in languages
        for line in block.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]


def cli() -> typer.core.TyperGroup:
    module = importlib.import_module("phusong.cli.app")
    group = typer.main.get_command(module.app)
    assert isinstance(group, typer.core.TyperGroup)
    return group


def phusong_commands() -> list[list[str]]:
    lines = [*commands(text("README.md"), "sh", "powershell"), *code_spans(text("README.md"))]
    plain = [re.sub(r"^\.venv[/\\](?:bin|Scripts)[/\\]", "", line) for line in lines]
    return [
        shlex.split(line.replace("\\", "/")) for line in plain if re.match(r"phusong [a-z]", line)
    ]


def test_readme_shows_every_command_and_no_other() -> None:
    assert {words[1] for words in phusong_commands()} == set(cli().commands)


def headings(name: str) -> list[int]:
    """Levels of the headings of a page, in their order."""
    outside = re.sub(r"```.*?```", "", text(name), flags=re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", outside, flags=re.MULTILINE)]


def tables(name: str) -> list[tuple[int, int]]:
    """Rows and columns of each table of a page."""
    found = re.findall(r"(?:^\|.*\|\n)+", text(name), flags=re.MULTILINE)
    return [(len(t.splitlines()), t.splitlines()[1].count("|")) for t in found]


ONLY_IN_VIETNAMESE = ("export PHUSONG_LANG=vi", '$env:PHUSONG_LANG = "vi"')
"""How the command line is made to speak it."""


def test_both_readmes_say_the_same_in_their_language() -> None:
    english, vietnamese = "README.md", "README.vi.md"
    languages = ("sh", "powershell", "python", "json", "toml")
    for language in languages:
        there = [c for c in commands(text(vietnamese), language) if c not in ONLY_IN_VIETNAMESE]
        assert commands(text(english), language) == there
    for command in ONLY_IN_VIETNAMESE:
        assert command in text(vietnamese)
    assert headings(english) == headings(vietnamese)
    assert tables(english) == tables(vietnamese)
    assert set(code_spans(text(english))) == set(code_spans(text(vietnamese)))
    links = [set(re.findall(r"\]\(([^)#]+)", text(name))) for name in (english, vietnamese)]
    own = [{link for link in each if "images/" in link or "README" in link} for each in links]
    assert own[0] == {"README.vi.md", *(link.replace("-vi.", "-en.") for link in own[1])} - {
        "README.md"
    }
    assert "README.md" in own[1]
    assert links[0] - own[0] == links[1] - own[1]
    paragraphs = [len(re.findall(r"\n\n", text(name))) for name in (english, vietnamese)]
    assert paragraphs[0] == paragraphs[1] - len(ONLY_IN_VIETNAMESE)


def test_pictures_are_small() -> None:
    for file in sorted((ROOT / "docs" / "images").glob("*.png")):
        assert file.stat().st_size < 300_000, file.name


def test_readme_uses_only_options_that_exist() -> None:
    for words in phusong_commands():
        command = cli().commands[words[1]]
        known = {name for param in command.params for name in [*param.opts, *param.secondary_opts]}
        used = {word.partition("=")[0] for word in words[2:] if word.startswith("--")}
        assert used <= known | {"--help"}, " ".join(words)


def makefile_recipes() -> dict[str, list[str]]:
    """Commands of every target, with the variables of the programs taken out."""
    makefile = text("Makefile")
    found = re.findall(r"^([a-z]+):[^\n]*\n((?:\t[^\n]*\n)+)", makefile, flags=re.MULTILINE)
    return {
        target: [line.strip().removeprefix("$(BIN)/") for line in recipe.splitlines()]
        for target, recipe in found
    }


def test_readme_names_only_make_targets_that_exist() -> None:
    lines = [*commands(text("README.md"), "sh"), *code_spans(text("README.md"))]
    named = {match[1] for line in lines if (match := re.match(r"make ([a-z]+)", line))}
    assert {"demo", "test"} <= named
    assert named <= set(makefile_recipes())


@pytest.mark.parametrize("target", ["demo", "test", "lint", "bench", "docs", "lab"])
def test_readme_gives_every_target_as_plain_commands_for_windows(target: str) -> None:
    windows = {
        line.replace(".venv\\Scripts\\", "").replace("\\", "/")
        for line in commands(text("README.md"), "powershell")
    }
    for line in makefile_recipes()[target]:
        plain = line.replace("$(PYTESTFLAGS)", "").strip()
        assert plain in windows


def test_windows_commands_set_no_variable_in_front() -> None:
    for line in commands(text("README.md"), "powershell"):
        assert not re.match(r"[A-Z_]+=", line)


def test_readme_speaks_of_files_that_exist() -> None:
    named = {
        span
        for span in code_spans(text("README.md"))
        if re.fullmatch(r"(?:configs|docs|notebooks|benchmarks|scripts)/[\w./-]+", span)
    }
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_readme_example_of_a_link_runs(tmp_path: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", text("README.md"), flags=re.DOTALL)
    file = tmp_path / "link.json"
    file.write_text(example, encoding="utf-8")
    app = importlib.import_module("phusong.cli.app").app
    outcome = typer.testing.CliRunner().invoke(app, ["path", str(file)])
    assert outcome.exit_code == 0, outcome.output
    answer = json.loads(outcome.stdout)
    free_space_db = 92.45 + 20 * math.log10(0.8) + 20 * math.log10(2.22)
    assert answer["basic_transmission_loss_db"] > free_space_db - 0.1


# docs/glossary.md


def glossary() -> dict[str, str]:
    """Unit of every name in the tables of the glossary; empty for what has none."""
    rows = re.findall(r"^\| (`[^|]*) \|(.*)\|$", text("docs/glossary.md"), flags=re.MULTILINE)
    names: dict[str, str] = {}
    for first, rest in rows:
        for name in re.findall(r"`(\w+)`", first):
            assert name not in names, f"{name} stands twice in the glossary"
            names[name] = rest.split("|")[1].strip()
    return names


def public_objects(module: ModuleType) -> Iterator[tuple[str, object]]:
    """Functions and classes that a module defines and does not hide."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(value) or inspect.isclass(value):
            yield name, value


def vocabulary(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Public parameters and result fields of a module, each with where it stands."""
    for name, value in public_objects(module):
        where = f"{module.__name__}.{name}"
        if inspect.isfunction(value):
            yield from ((parameter, where) for parameter in inspect.signature(value).parameters)
        elif dataclasses.is_dataclass(value):
            yield from ((field.name, where) for field in dataclasses.fields(value))
        elif isinstance(value, type) and issubclass(value, tuple) and hasattr(value, "_fields"):
            yield from ((field, where) for field in value._fields)


GLOSSARY_LAYERS = ("phusong.models.", "phusong.analysis.")


def test_glossary_has_every_public_parameter_and_field() -> None:
    known = glossary()
    missing: dict[str, str] = {}
    for name in MODULES:
        if name.startswith(GLOSSARY_LAYERS):
            for word, where in vocabulary(importlib.import_module(name)):
                if word not in known and not word.startswith("_"):
                    missing.setdefault(word, where)
    assert not missing, "\n".join(f"{word} ({where})" for word, where in sorted(missing.items()))


def test_glossary_has_no_word_that_is_gone() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    identifiers = set(re.findall(r"\w+", source))
    assert {word for word in glossary() if word not in identifiers} == set()


UNIT_OF_SUFFIX = {
    "_m": "m", "_km": "km", "_mhz": "MHz", "_ghz": "GHz", "_db": "dB", "_dbm": "dBm",
    "_dbi": "dBi", "_deg": "deg", "_mrad": "mrad", "_percent": "%", "_km2": "km²",
}  # fmt: skip


def test_glossary_units_are_those_in_the_names() -> None:
    wrong = {
        name: unit
        for name, unit in glossary().items()
        for suffix, expected in UNIT_OF_SUFFIX.items()
        if name.endswith(suffix) and not name.endswith("_per_m") and unit != expected
    }
    assert not wrong


# Docstrings: complete, and their examples run.

# Not asked (CONTRIBUTING.md): no extended summary, example or See Also is
# owed by every function, types live in annotations, a quantity is named, not commanded, and
# a description may begin with a name.
NOT_ASKED = {"ES01", "EX01", "GL08", "PR04", "PR08", "RT04", "SA01", "SS05"}


def documented(module: str) -> Iterator[str]:
    """Names to check; a table of the study file is described by the commented study files."""
    for name, value in public_objects(importlib.import_module(module)):
        if inspect.isclass(value) and issubclass(value, pydantic.BaseModel):
            continue
        yield f"{module}.{name}"
        if inspect.isclass(value):
            methods = (property, classmethod, staticmethod)
            yield from (
                f"{module}.{name}.{key}"
                for key, member in vars(value).items()
                if not key.startswith("_")
                and (inspect.isfunction(member) or isinstance(member, methods))
            )


@pytest.mark.parametrize(
    "module", [name for name in MODULES if not re.search(r"\.(kernels\.|errors$|cli\.)", name)]
)
def test_docstrings_are_complete(module: str) -> None:
    faults = [
        f"{name}: {code} {message}"
        for name in documented(module)
        for code, message in numpydoc.validate.validate(name)["errors"]
        if code not in NOT_ASKED
    ]
    assert not faults, "\n".join(faults)


WITH_EXAMPLES = [
    name
    for name in MODULES
    if ">>>" in (SOURCE_ROOT / (name.replace(".", "/") + ".py")).read_text(encoding="utf-8")
]


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_in_docstrings_run(module: str) -> None:
    outcome = doctest.testmod(importlib.import_module(module))
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_every_module_says_what_it_is() -> None:
    silent = [
        relative(file)
        for file in PACKAGE.rglob("*.py")
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert not silent
