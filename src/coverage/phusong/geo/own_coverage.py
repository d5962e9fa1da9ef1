"""What an operator's own coverage map says, on the study's grid."""

from dataclasses import dataclass, field, replace

from phusong.geo.lattice import Lattice
from phusong.units import BoolArray, Float32Array


@dataclass(frozen=True, eq=False)
class OwnCoverage:
    """An operator's own map in one technology: taken at its word, never computed with.

    Parameters
    ----------
    operator
        Operator's key.
    technology
        For example ``LTE``.
    environment
        Service environment that the map is for.
    covered, marginal
        Cells that the operator calls covered, or weakly covered.
    known
        Cells that the map speaks of; where it does not, nothing is known.
    level_dbm
        Level of the map, float32, NaN where it has none; None for a map without levels [dBm].
    threshold_dbm
        Level that the operator calls covered; NaN where it does not say [dBm].
    outside_cells, empty_cells
        Cells outside the map's extent; cells within it that hold no value.
    source, date
        Who made the map, and when.
    """

    operator: str
    technology: str
    environment: str
    covered: BoolArray = field(repr=False)
    marginal: BoolArray = field(repr=False)
    known: BoolArray = field(repr=False)
    level_dbm: Float32Array | None = field(repr=False)
    threshold_dbm: float
    outside_cells: int
    empty_cells: int
    source: str
    date: str

    @property
    def unknown_cells(self) -> int:
        """Cells of which nothing is known."""
        return int(self.known.size - self.known.sum())


def at_receivers(coverage: OwnCoverage, lattice: Lattice) -> OwnCoverage:
    """Take an operator's map at the receivers of a lattice.

    Parameters
    ----------
    coverage
        The map on the lattice's whole grid.
    lattice
        Where receivers stand.

    Returns
    -------
    OwnCoverage
        The map on the lattice's own grid; counts of cells stay those of the whole.
    """
    level = coverage.level_dbm
    return replace(
        coverage,
        covered=lattice.sampled(coverage.covered),
        marginal=lattice.sampled(coverage.marginal),
        known=lattice.sampled(coverage.known),
        level_dbm=None if level is None else lattice.sampled(level),
    )
