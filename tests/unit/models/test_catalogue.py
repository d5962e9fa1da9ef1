"""The catalogue: a card for every model, and nothing left empty."""

import re
from dataclasses import fields

from typer.testing import CliRunner

from conftest import ROOT
from phusong.cli.app import app
from phusong.models.catalogue import CATALOGUE, ModelCard


def test_every_card_is_whole() -> None:
    keys = [card.key for card in CATALOGUE]
    assert len(set(keys)) == len(keys)
    for card in CATALOGUE:
        assert all(getattr(card, field.name) for field in fields(ModelCard))


def test_the_command_prints_every_card() -> None:
    printed = CliRunner().invoke(app, ["models"])
    assert printed.exit_code == 0
    for card in CATALOGUE:
        assert card.key in printed.stdout


def test_every_card_has_a_section_in_the_documents() -> None:
    content = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", content, flags=re.MULTILINE)
    for card in CATALOGUE:
        assert any(section.startswith(card.name) for section in sections), card.name
    for part in ("Origin", "Range", "Leaves out", "Checked"):
        assert content.count(f"**{part}.**") >= len(CATALOGUE)
