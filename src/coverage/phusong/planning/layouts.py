"""What would radiate at a place if something is built there, by kind of option."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.terrain import Terrain
from phusong.planning.candidates import PEOPLE_WITHIN_M, Spot, sum_within
from phusong.planning.kinds import (
    ADDED_BAND,
    ADDED_SECTOR,
    KINDS,
    NEW_MAST,
    NEW_POWER,
    REPAIR,
    ROAMING,
    SATELLITE,
    SHARED_SITE,
    TALLER_MAST,
)
from phusong.study import OptionKind, Study
from phusong.units import FloatArray

TURN_DEG = 10
"""Azimuths that are tried for an added sector [deg]."""
SEARCH_M = 8000.0
"""People this near decide where an added sector points [m]."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Something that could be built at a place, by one operator or another.

    Parameters
    ----------
    kind
        Kind of option.
    spot
        Where it stands; options of one spot exclude each other.
    sectors
        What would radiate; their operator is whoever builds.
    builders
        Keys of the operators that could build it.
    radius_m
        How far its signal is looked for [m].
    height_m, standing_m
        Mast that it needs, and mast that stands or that the price of a site pays for [m].
    bought
        Sectors that are paid for.
    host, site_id
        Key of the operator on whose site it stands where that is not the builder, and the site
        where there is one.
    village
        Village that it is meant for.
    moved_from
        option_id that it had before its operator moved it; empty for all others.
    """

    kind: OptionKind
    spot: Spot
    sectors: tuple[Sector, ...] = field(repr=False)
    builders: tuple[str, ...]
    radius_m: float
    height_m: float
    standing_m: float
    bought: int
    host: str = ""
    site_id: str = ""
    village: str = ""
    moved_from: str = ""

    @property
    def detail(self) -> str:
        """What tells it from other options of its kind, place and height."""
        turns = ",".join(
            "omni" if s.azimuth_deg is None else f"{s.azimuth_deg:.0f}" for s in self.sectors
        )
        bands = ",".join(sorted({f"{s.frequency_mhz:g}" for s in self.sectors}))
        return "" if self.kind == NEW_MAST else f"{self.site_id}|{bands}|{turns}"


class Ground:
    """Heights, slopes and people in need around places that are no candidate spots.

    Parameters
    ----------
    terrain
        Ground heights.
    people_in_need
        People without coverage per cell of the same grid, NaN counts as nobody.
    """

    def __init__(self, terrain: Terrain, people_in_need: FloatArray) -> None:
        self.terrain = terrain
        self.people = np.nan_to_num(people_in_need)
        self._near = sum_within(self.people, PEOPLE_WITHIN_M / terrain.grid.resolution_m)

    @property
    def grid(self) -> Grid:
        """Frame of the terrain."""
        return self.terrain.grid

    def spot(self, easting: float, northing: float) -> Spot | None:
        """Facts of a place.

        Parameters
        ----------
        easting, northing
            The place [m].

        Returns
        -------
        Spot or None
            None outside the frame and where the ground is unknown.
        """
        if not bool(self.grid.contains(easting, northing)):
            return None
        row, col = (int(np.floor(v)) for v in self.grid.pixel_of(easting, northing))
        height = self.terrain.height_amsl_m
        rows, cols = height.shape
        here = float(height[row, col])
        if math.isnan(here):
            return None
        around = height[max(row - 1, 0) : row + 2, max(col - 1, 0) : col + 2].astype(np.float64)
        known = np.where(np.isnan(around), here, around)
        slope = 0.0
        if min(known.shape) > 1:
            north, east = np.gradient(known, self.grid.resolution_m)
            middle = (min(row, 1) if rows > 1 else 0, min(col, 1) if cols > 1 else 0)
            slope = math.degrees(math.atan(math.hypot(north[middle], east[middle])))
        return Spot(easting, northing, here, slope, float(self._near[row, col]))


def layouts(
    study: Study,
    network: Network,
    ground: Ground,
    *,
    spots: Sequence[Spot],
    villages: Iterable[tuple[str, float, float]],
    kinds: Sequence[OptionKind],
) -> tuple[Layout, ...]:
    """Everything that could be built, each with what would radiate.

    Parameters
    ----------
    study
        Operators, new sites, how many existing sites and villages are looked at.
    network
        All sectors, planned and broken ones too.
    ground
        Heights and people in need.
    spots
        Where a new mast could stand.
    villages
        Name, easting and northing of villages that a small site could serve [m].
    kinds
        Kinds of options to make.

    Returns
    -------
    tuple of Layout
        By kind in the order of :data:`phusong.planning.kinds.KINDS`. Sites of the network are
        looked at in the order of people in need within 4 km, ``planning.upgrades_kept`` of them;
        those with nobody in need near are left out.
    """
    maker = _Maker(study, network, ground)
    makers: dict[OptionKind, Callable[[], Iterator[Layout]]] = {
        NEW_MAST: lambda: maker.new_masts(spots),
        TALLER_MAST: maker.taller_masts,
        ADDED_BAND: maker.added_bands,
        ADDED_SECTOR: maker.added_sectors,
        SHARED_SITE: maker.shared_sites,
        ROAMING: maker.roaming,
        REPAIR: lambda: maker.broken_sites(REPAIR),
        NEW_POWER: lambda: maker.broken_sites(NEW_POWER),
        SATELLITE: lambda: maker.satellites(villages),
    }
    return tuple(layout for kind in KINDS if kind in kinds for layout in makers[kind]())


@dataclass(frozen=True, eq=False)
class _Site:
    """Sectors of one operator's site in the planned technology."""

    site_id: str
    operator: str
    spot: Spot
    sectors: tuple[Sector, ...]

    @property
    def height_m(self) -> float:
        return max(sector.antenna_height_m for sector in self.sectors)

    @property
    def mast_m(self) -> float:
        return max(max(s.mast_height_m, s.antenna_height_m) for s in self.sectors)


class _Maker:
    """Layouts of each kind."""

    def __init__(self, study: Study, network: Network, ground: Ground) -> None:
        self.study, self.ground = study, ground
        self.technology = next(iter(study.technologies))
        self.keys = {op.name: op.key for op in study.operators}
        self.radius_m = 1000.0 * study.planning.candidate_radius_km
        air = [s for s in network.sectors if s.status == "existing"]
        self.computed = {(*s.mast, s.frequency_mhz) for s in air}
        kept = study.planning.upgrades_kept
        self.sites = self._sites(air)[:kept]
        self.broken = self._sites(s for s in network.sectors if s.status == "broken")[:kept]

    def _sites(self, sectors: Iterable[Sector]) -> list[_Site]:
        groups: dict[tuple[str, str], list[Sector]] = {}
        for sector in sectors:
            if sector.technology == self.technology:
                groups.setdefault((self.keys[sector.operator], sector.site_id), []).append(sector)
        found = []
        for (operator, site_id), group in sorted(groups.items()):
            spot = self.ground.spot(group[0].easting, group[0].northing)
            if spot is not None and spot.people_near >= 1.0:
                found.append(_Site(site_id, operator, spot, tuple(group)))
        return sorted(found, key=lambda s: (-round(s.spot.people_near, 6), s.operator, s.site_id))

    def _others(self, site: _Site) -> tuple[str, ...]:
        return tuple(op.key for op in self.study.operators if op.key != site.operator)

    def _reach_m(self, sectors: Sequence[Sector]) -> float:
        """Radius of the reach step where its losses can be taken again, else that of candidates."""
        there = all((*s.mast, s.frequency_mhz) in self.computed for s in sectors)
        return 1000.0 * self.study.propagation.radius_km if there else self.radius_m

    def _layout(
        self, kind: OptionKind, site: _Site, sectors: Sequence[Sector], *,
        height_m: float | None = None, bought: int = 0,
    ) -> Layout:  # fmt: skip
        on_host = KINDS[kind].on_host
        return Layout(
            kind, site.spot, tuple(sectors), self._others(site) if on_host else (site.operator,),
            self._reach_m(sectors), height_m=height_m or site.mast_m, standing_m=site.mast_m,
            bought=bought, host=site.operator if on_host else "", site_id=site.site_id,
        )  # fmt: skip

    def new_masts(self, spots: Sequence[Spot]) -> Iterator[Layout]:
        new = self.study.planning.new_site
        builders = tuple(op.key for op in self.study.operators)
        priced = self.study.costs.mast_step is not None
        for spot in spots:
            for height in new.heights_m if priced else (new.antenna_height.value,):
                yield Layout(
                    NEW_MAST, spot, self._new_sectors(spot, height, "new"), builders,
                    self.radius_m, height, new.antenna_height.value, new.sectors,
                )  # fmt: skip

    def taller_masts(self) -> Iterator[Layout]:
        by = self.study.planning.taller_by.value
        for site in self.sites:
            mast = site.mast_m + by
            top = site.height_m + by
            raised = [replace(s, antenna_height_m=top, mast_height_m=mast) for s in site.sectors]
            yield self._layout(TALLER_MAST, site, raised, height_m=mast)

    def added_bands(self) -> Iterator[Layout]:
        new = self.study.planning.new_site
        for site in self.sites:
            lowest = min(sector.frequency_mhz for sector in site.sectors)
            if lowest > new.frequency.value:
                added = self._new_sectors(site.spot, site.height_m, site.site_id)
                yield self._layout(ADDED_BAND, site, added, bought=len(added))

    def added_sectors(self) -> Iterator[Layout]:
        for site in self.sites:
            azimuth = self._azimuth_left(site)
            if azimuth is None:
                continue
            like = min(site.sectors, key=lambda s: (s.frequency_mhz, -s.eirp_dbm, s.sector_id))
            added = replace(like, sector_id="new", azimuth_deg=azimuth)
            yield self._layout(ADDED_SECTOR, site, [added], bought=1)

    def shared_sites(self) -> Iterator[Layout]:
        for site in self.sites:
            own = self._new_sectors(site.spot, site.height_m, site.site_id)
            yield self._layout(SHARED_SITE, site, own, bought=len(own))

    def roaming(self) -> Iterator[Layout]:
        for site in self.sites:
            yield self._layout(ROAMING, site, site.sectors)

    def broken_sites(self, kind: OptionKind) -> Iterator[Layout]:
        for site in self.broken:
            on_grid = any(s.power_source.startswith("grid") for s in site.sectors)
            if kind == REPAIR or not on_grid:
                yield self._layout(kind, site, site.sectors)

    def satellites(self, villages: Iterable[tuple[str, float, float]]) -> Iterator[Layout]:
        small = self.study.planning.small_site
        builders = tuple(op.key for op in self.study.operators)
        height = small.antenna_height.value
        for name, easting, northing in villages:
            spot = self.ground.spot(easting, northing)
            if spot is None:
                continue
            omni = replace(
                self._new_sectors(spot, height, "small")[0],
                azimuth_deg=None, eirp_dbm=small.eirp.value,
            )  # fmt: skip
            yield Layout(
                SATELLITE, spot, (omni,), builders, 1000.0 * small.radius.value, height, height,
                bought=0, village=name,
            )  # fmt: skip

    def _new_sectors(self, spot: Spot, height_m: float, site_id: str) -> tuple[Sector, ...]:
        """Sectors of the study's new site at a place and height."""
        site, defaults = self.study.planning.new_site, self.study.towers
        longitude, latitude = self.ground.grid.longitude_latitude(spot.easting, spot.northing)
        first = Sector(
            site_id=site_id, sector_id="1", operator="", technology=self.technology,
            latitude=latitude, longitude=longitude, easting=spot.easting, northing=spot.northing,
            mast_height_m=height_m, antenna_height_m=height_m,
            frequency_mhz=site.frequency.value, bandwidth_mhz=site.bandwidth.value,
            eirp_dbm=site.eirp.value, azimuth_deg=0.0,
            electrical_tilt_deg=defaults.electrical_tilt.value,
            mechanical_tilt_deg=defaults.mechanical_tilt.value,
            horizontal_beamwidth_deg=defaults.horizontal_beamwidth.value,
            vertical_beamwidth_deg=defaults.vertical_beamwidth.value,
            status="planned",
        )  # fmt: skip
        turn = 360.0 / site.sectors
        return tuple(
            replace(first, sector_id=str(k + 1), azimuth_deg=turn * k) for k in range(site.sectors)
        )

    def _azimuth_left(self, site: _Site) -> float | None:
        """True azimuth between the beams that most people in need live in; None without any."""
        azimuths = [s.azimuth_deg for s in site.sectors if s.azimuth_deg is not None]
        if len(azimuths) < len(site.sectors):
            return None  # an omnidirectional antenna leaves nothing between beams
        width = max(sector.horizontal_beamwidth_deg for sector in site.sectors)
        bearing, people = self._around(site.spot)
        best, most = None, 1.0
        for azimuth in range(0, 360, TURN_DEG):
            if min(_apart_deg(azimuth, other) for other in azimuths) < width:
                continue
            found = float(people[_apart_deg(bearing, azimuth) <= width / 2].sum())
            if found > most * (1.0 + 1e-12):
                best, most = float(azimuth), found
        return best

    def _around(self, spot: Spot) -> tuple[FloatArray, FloatArray]:
        """True bearing and number of the people in need near a place, cell by cell."""
        grid = self.ground.grid
        row, col = (float(v) for v in grid.pixel_of(spot.easting, spot.northing))
        rows, cols = np.nonzero(self.ground.people)
        south, east = rows + 0.5 - row, cols + 0.5 - col
        near = np.hypot(south, east) * grid.resolution_m <= SEARCH_M
        turn = grid.north_azimuth_deg(spot.easting, spot.northing)
        bearing = np.degrees(np.arctan2(east[near], -south[near])) + turn
        return bearing, self.ground.people[rows[near], cols[near]]


def _apart_deg(one: FloatArray | float, other: float) -> FloatArray:
    return np.abs((np.asarray(one) - other + 180.0) % 360.0 - 180.0)
