"""The catalogue: a card for every model, and nothing left empty."""

from dataclasses import fields

from typer.testing import CliRunner

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
