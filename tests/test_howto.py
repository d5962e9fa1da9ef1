"""How-to pages: their commands and options exist, and their lines fit a study file."""

import importlib
import shlex
import tomllib
from pathlib import Path

import pytest
import typer.core
import typer.main

from conftest import ROOT
from documents import blocks, merged, with_values
from phusong.study import Study

PAGES = sorted((ROOT / "docs" / "howto").glob("*.md"))
TUTORIALS = [ROOT / "docs" / "tutorial.md", ROOT / "docs" / "tutorial.vi.md"]


def group() -> typer.core.TyperGroup:
    made = typer.main.get_command(importlib.import_module("phusong.cli.app").app)
    assert isinstance(made, typer.core.TyperGroup)
    return made


@pytest.mark.parametrize("page", [*PAGES, *TUTORIALS], ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    lines = [line for block in blocks(page) if block.language == "sh" for line in block.lines]
    phusong = [shlex.split(line)[1:] for line in lines if line.startswith("phusong ")]
    assert phusong
    for name, *words in phusong:
        command = group().commands[name]
        known = {
            option for param in command.params for option in (*param.opts, *param.secondary_opts)
        }
        assert {word for word in words if word.startswith("--")} <= known, (name, words)


FRAGMENTS = [
    pytest.param(block.text, id=f"{page.stem}-{number}")
    for page in [*PAGES, ROOT / "README.md"]
    for number, block in enumerate(blocks(page))
    if block.language == "toml"
]


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_lines_fit_a_study_file(fragment: str) -> None:
    practice = tomllib.loads((ROOT / "configs" / "demo.toml").read_text(encoding="utf-8"))
    more = tomllib.loads(fragment)
    # The practice study's operators have other names.
    more.get("inputs", {}).get("towers", {}).pop("values", None)
    study = Study.model_validate(merged(practice, more))
    assert study != Study.model_validate(practice)


def test_there_are_lines_to_try() -> None:
    assert len(PAGES) == 8
    assert len(FRAGMENTS) >= 8


def test_values_are_changed_in_their_own_table_only() -> None:
    text = "[a]\nx = 1   # one\n\n[b]\nx = 2\ny = 3\n"
    assert (
        with_values(text, "[b]\nx = 5  # five\n")
        == "[a]\nx = 1   # one\n\n[b]\nx = 5  # five\ny = 3\n"
    )
    with pytest.raises(AssertionError, match="has no key z"):
        with_values(text, "[a]\nz = 1\n")
    with pytest.raises(AssertionError, match="has no key y"):
        with_values(text, "[a]\ny = 1\n")
