"""Operators' sites and sectors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from phusong.errors import DataError


@dataclass(frozen=True, slots=True)
class Change:
    """One way in which a tower list was not taken as it is written.

    Parameters
    ----------
    kind
        What was done, for example ``decimal comma``.
    column
        Column of Phusong, or of the file where it has no other name; empty for the whole file.
    count
        Cells, rows or columns that it concerns.
    example
        The first case in words, with its row.
    doubtful
        Whether somebody should look at it: a guess, not a mere way of writing.
    """

    kind: str
    column: str
    count: int
    example: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Sector:
    """One antenna of one operator, technology and carrier.

    Parameters
    ----------
    site_id, sector_id
        Names from the tower list.
    operator
        Operator's name, as in the study.
    technology
        Key of the study's technologies, for example ``LTE``.
    latitude, longitude
        Position, WGS 84 [deg].
    easting, northing
        Position in the study's CRS [m].
    mast_height_m, antenna_height_m
        Height above ground [m].
    frequency_mhz, bandwidth_mhz
        Carrier [MHz].
    eirp_dbm
        EIRP of the whole carrier at the antenna's maximum [dBm].
    azimuth_deg
        True azimuth of the main lobe, None for an omnidirectional antenna [deg].
    electrical_tilt_deg, mechanical_tilt_deg
        Down tilt, positive downwards [deg].
    horizontal_beamwidth_deg, vertical_beamwidth_deg
        Half-power beamwidths [deg].
    status
        ``existing``, ``planned`` or ``broken``.
    backhaul, power_source, owner
        As in the tower list; empty when unknown.
    filled
        Columns that were missing and were filled from the study's defaults.
    samples
        Observations that a crowd-sourced position rests on; None for an operator's own list.
    """

    site_id: str
    sector_id: str
    operator: str
    technology: str
    latitude: float
    longitude: float
    easting: float
    northing: float
    mast_height_m: float
    antenna_height_m: float
    frequency_mhz: float
    bandwidth_mhz: float
    eirp_dbm: float
    azimuth_deg: float | None
    electrical_tilt_deg: float
    mechanical_tilt_deg: float
    horizontal_beamwidth_deg: float
    vertical_beamwidth_deg: float
    status: str = "existing"
    backhaul: str = ""
    power_source: str = ""
    owner: str = ""
    filled: tuple[str, ...] = ()
    samples: int | None = None

    @property
    def mast(self) -> tuple[float, float, float]:
        """Easting, northing and antenna height: what propagation depends on."""
        return (self.easting, self.northing, self.antenna_height_m)

    @property
    def order(self) -> tuple[str, str, str, str, float, float]:
        """Key that sorts sectors the same way whatever the order of rows."""
        azimuth = -1.0 if self.azimuth_deg is None else self.azimuth_deg
        return (
            self.operator,
            self.technology,
            self.site_id,
            self.sector_id,
            self.frequency_mhz,
            azimuth,
        )


@dataclass(frozen=True)
class Network:
    """All sectors of a study, sorted, so that the order of rows changes nothing.

    Parameters
    ----------
    sectors
        The sectors, in any order.
    left_out
        What was left out on the way in and why, one line each.
    changes
        How the list was read where it was not taken as it is written; two networks are equal
        whatever their lists looked like.
    rows
        Where each site stands first, by operator and site, for example ``towers.csv row 5``.
    """

    sectors: tuple[Sector, ...]
    left_out: tuple[str, ...] = ()
    changes: tuple[Change, ...] = field(default=(), compare=False)
    rows: Mapping[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.sectors:
            raise DataError("the network has no sectors; the tower list is empty")
        object.__setattr__(self, "sectors", tuple(sorted(self.sectors, key=lambda s: s.order)))

    @property
    def operators(self) -> tuple[str, ...]:
        """Operators' names, sorted."""
        return tuple(sorted({s.operator for s in self.sectors}))

    @property
    def site_ids(self) -> tuple[str, ...]:
        """Site names, sorted."""
        return tuple(sorted({s.site_id for s in self.sectors}))

    @property
    def crowd_sourced(self) -> tuple[str, ...]:
        """Operators known from cell dumps alone, sorted: their lists are never complete."""
        own = {s.operator for s in self.sectors if s.samples is None and "latitude" not in s.filled}
        return tuple(operator for operator in self.operators if operator not in own)

    @property
    def filled(self) -> dict[str, int]:
        """Number of sectors whose column was filled from the defaults, by column."""
        counts: dict[str, int] = {}
        for sector in self.sectors:
            for column in sector.filled:
                counts[column] = counts.get(column, 0) + 1
        return dict(sorted(counts.items()))

    def on_air(self) -> "Network":
        """Sectors that radiate today.

        Returns
        -------
        Network
            The existing sectors; planned and broken ones are left out.

        Raises
        ------
        DataError
            There are none.
        """
        radiating = tuple(s for s in self.sectors if s.status == "existing")
        if not radiating:
            raise DataError(
                "no sector of the network is on air: every status is planned or broken; "
                "correct the column status of the tower list"
            )
        return Network(radiating)

    def masts(self) -> Iterator[tuple[tuple[float, float, float], tuple[int, ...]]]:
        """Sectors grouped by what their path loss depends on.

        Yields
        ------
        mast, indices
            Easting, northing and antenna height, and the indices of the sectors there.
        """
        groups: dict[tuple[float, float, float], list[int]] = {}
        for index, sector in enumerate(self.sectors):
            groups.setdefault(sector.mast, []).append(index)
        for mast in sorted(groups):
            yield mast, tuple(groups[mast])
