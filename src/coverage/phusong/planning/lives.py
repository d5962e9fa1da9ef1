"""How long what the cost table prices lasts, and what wears out of a sum of its lines."""

from collections.abc import Iterable, Mapping

from phusong.planning.present_value import Asset
from phusong.study import CostsSection

LIFE_OF: Mapping[str, str] = {
    "passive_site": "mast",
    "mast_step": "mast",
    "radio_site": "radio",
    "radio_upgrade": "radio",
    "repair": "radio",
    "microwave_hop": "microwave",
    "fibre": "fibre",
    "power_grid": "grid",
    "power_line": "grid",
    "transformer": "grid",
    "power_solar": "solar",
    "satellite_terminal": "satellite",
    "satellite_site": "satellite",
}
"""Life of each line of the cost table that is bought, by its name in ``[costs.lives]``."""
_END_OF_LIFE = {"low": "high", "base": "base", "high": "low"}
"""What lasts longest is cheapest over the horizon."""


def life_years(costs: CostsSection, life: str, level: str = "base") -> float:
    """How long something lasts at one end of the cost table.

    Parameters
    ----------
    costs
        The study's cost table.
    life
        Name in ``[costs.lives]``.
    level
        ``low``, ``base`` or ``high`` prices; the longest life goes with the low ones.

    Returns
    -------
    float
        [year].
    """
    return float(getattr(getattr(costs.lives, life), _END_OF_LIFE[level]))


def assets_of(
    costs: CostsSection, bought: Iterable[tuple[str, float]], level: str = "base"
) -> tuple[Asset, ...]:
    """What is bought, with how long it lasts.

    Parameters
    ----------
    costs
        The study's cost table.
    bought
        Line of the table, and what is paid for it in all.
    level
        Which end of the table prices and lives are taken from.

    Returns
    -------
    tuple of Asset
        In the same order.
    """
    return tuple(Asset(paid, life_years(costs, LIFE_OF[line], level)) for line, paid in bought)
