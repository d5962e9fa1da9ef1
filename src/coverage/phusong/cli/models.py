"""``phusong models``: what there is, its ranges and sources."""

from rich.console import Console
from rich.table import Table

from phusong.models.catalogue import CATALOGUE


def models_command() -> None:
    """List the propagation models, what they are good for, and where they come from."""
    table = Table(
        "model", "name", "frequency", "distance", "heights", "use it for", "source", show_lines=True
    )
    for model in CATALOGUE:
        table.add_row(
            model.key, model.name, model.frequency, model.distance, model.heights, model.purpose,
            model.source,
        )  # fmt: skip
    Console(width=160 if not Console().is_terminal else None).print(table)
