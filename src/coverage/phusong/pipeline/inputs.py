"""Reading everything that a study names, once, with what was noticed on the way."""

import warnings
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import pandas as pd
from pyproj import Proj

from phusong.analysis.official import scaled_to_official
from phusong.errors import DataError, DataWarning
from phusong.geo.answers import Answer
from phusong.geo.clutter import Clutter
from phusong.geo.criteria import CriterionSet
from phusong.geo.gazetteer import Gazetteer
from phusong.geo.grid import Grid
from phusong.geo.limits import Limits
from phusong.geo.local_crs import local_projection
from phusong.geo.network import Network
from phusong.geo.own_coverage import OwnCoverage
from phusong.geo.people import OfficialFigures, People
from phusong.geo.places import Communes, Places
from phusong.geo.terrain import Terrain
from phusong.geo.tiles import tiles_of
from phusong.pipeline.input_files import refuse_missing
from phusong.pipeline.mapped_terrain import mapped_terrain
from phusong.sources.boundaries import read_communes
from phusong.sources.buildings import Buildings
from phusong.sources.clutter import read_clutter
from phusong.sources.criteria import read_appraisals, read_criteria
from phusong.sources.gazetteer import read_gazetteer, shipped_gazetteer
from phusong.sources.infrastructure import read_infrastructure, read_offices
from phusong.sources.limits import read_limits
from phusong.sources.own_coverage import read_own_coverage
from phusong.sources.people import read_people
from phusong.sources.places import read_places
from phusong.sources.reported import read_reported
from phusong.sources.responses import read_responses
from phusong.sources.speed_tiles import read_speed_tiles
from phusong.sources.statistics import read_statistics, with_village_sums
from phusong.sources.terrain import read_terrain, terrain_files
from phusong.sources.towers import read_network
from phusong.study import Study

Fact = TypeVar("Fact")
WIDEST_STRETCH = 0.01
"""Largest error of distances that a study's CRS may make."""


class Inputs:
    """What a study reads, each input checked at its first use and kept.

    Parameters
    ----------
    study
        The study.
    frame
        Its grid, where another process has found it; else it is that of the communes.
    """

    def __init__(self, study: Study, frame: Grid | None = None) -> None:
        self.study = study
        self._frame = frame
        self._noticed: dict[str, tuple[str, ...]] = {}

    @cached_property
    def communes(self) -> Communes:
        """The communes asked about."""
        _refuse_geographic(self.study)
        file = self.study.path(self.study.inputs.boundaries.file)
        return self._noticing("boundaries", lambda: read_communes(file, self.study, self.gazetteer))

    @cached_property
    def gazetteer(self) -> Gazetteer | None:
        """Administrative units by code and vintage, when the study names them."""
        if self.study.inputs.gazetteer is not None:
            return read_gazetteer(self.study.path(self.study.inputs.gazetteer.file))
        if self.study.area.gazetteer is not None:
            return shipped_gazetteer(self.study.area.gazetteer)
        return None

    @cached_property
    def grid(self) -> Grid:
        """The frame: the communes and the margin around them."""
        if self._frame is not None:
            return self._frame
        grid = study_grid(self.study, self.communes)
        _refuse_stretched(self.study, grid)
        _refuse_local(self.study, grid)
        return grid

    @cached_property
    def scratch(self) -> Path | None:
        """Folder for whole arrays of a grid of several tiles; None where memory holds them."""
        tiles = tiles_of(self.grid.shape, cells=self.study.grid.tile_cells)
        return self.study.output / "cache" / "mapped" if len(tiles) > 1 else None

    @cached_property
    def terrain(self) -> Terrain:
        """Ground heights."""
        files = terrain_files(self.study.path(f) for f in self.study.inputs.terrain.files)
        sea, grid = self.study.inputs.terrain.sea, self.grid

        def read() -> Terrain:
            if self.scratch is not None:
                return mapped_terrain(self.study.output / "cache" / "terrain", files, grid, sea)
            return read_terrain(files, grid, sea)

        return self._noticing("terrain", read)

    @cached_property
    def clutter(self) -> Clutter | None:
        """What stands on the ground, where land cover is given."""
        section = self.study.inputs.clutter
        if section is None:
            return None
        files = terrain_files(self.study.path(f) for f in section.files)
        heights = {int(code): height.value for code, height in section.heights.items()}

        def read() -> Clutter:
            if self.study.inputs.terrain.kind == "surface":
                warnings.warn(
                    "the terrain is a surface model, which has trees and buildings in it already; "
                    "with inputs.clutter they count twice in part",
                    DataWarning,
                    stacklevel=2,
                )
            return read_clutter(files, self.grid, kind=section.holds, heights_m=heights)

        return self._noticing("clutter", read)

    @cached_property
    def network(self) -> Network:
        """Every sector of the tower lists."""
        return self._noticing("towers", lambda: read_network(self.study, self.grid))

    @cached_property
    def own_coverage(self) -> tuple[OwnCoverage, ...]:
        """Operators' own coverage maps."""
        return self._noticing("operator_coverage", lambda: read_own_coverage(self.study, self.grid))

    @cached_property
    def limits(self) -> Limits:
        """Where the country ends, water, and where nothing may be built."""
        return self._noticing("limits", lambda: read_limits(self.study, self.grid))

    @cached_property
    def places(self) -> Places:
        """Villages, facilities, roads and power lines."""
        return self._noticing("places", lambda: read_places(self.study, self.communes))

    @cached_property
    def reported(self) -> pd.DataFrame | None:
        """Villages that others report to be without signal, where a list is given."""
        section = self.study.inputs.reported
        if section is None:
            return None
        return read_reported(section, self.study, self.places, self.gazetteer)

    @cached_property
    def official(self) -> OfficialFigures | None:
        """Official figures by commune, where they are given."""
        section, figures = self.study.inputs.statistics, None
        if section is not None:
            figures = self._noticing(
                "statistics", lambda: read_statistics(section, self.study, self.communes)
            )
        villages = self.study.inputs.villages
        if villages is None or villages.official_year is None:
            return figures
        return with_village_sums(figures, self.places.everyone, self.study, self.communes)

    @cached_property
    def criteria(self) -> CriterionSet | None:
        """Indicators of criterion 8, where the study asks about it."""
        section = self.study.criterion8
        return None if section is None else read_criteria(self.study, section)

    @cached_property
    def appraisals(self) -> pd.DataFrame | None:
        """What people found about indicators, where a table is given."""
        section = self.study.inputs.indicators
        return None if section is None else read_appraisals(section, self.study, self.communes)

    @cached_property
    def infrastructure(self) -> pd.DataFrame | None:
        """What villages have, where a table is given."""
        section = self.study.inputs.infrastructure
        return None if section is None else read_infrastructure(section, self.study, self.places)

    @cached_property
    def offices(self) -> pd.DataFrame | None:
        """What commune offices have, where a table is given."""
        section = self.study.inputs.offices
        return None if section is None else read_offices(section, self.study, self.communes)

    @cached_property
    def speed_tiles(self) -> gpd.GeoDataFrame | None:
        """Speed tests of telephones in the frame, where a file of them is given."""
        section = self.study.inputs.speed_tiles
        return (
            None if section is None else read_speed_tiles(self.study.path(section.file), self.grid)
        )

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """What operators answered about options."""
        return read_responses(self.study)

    @cached_property
    def raster_people(self) -> People:
        """People per cell, as the population raster has them."""
        file = self.study.path(self.study.inputs.population.file)
        section = self.study.inputs.buildings
        buildings = None
        if section is not None:
            least = section.least_confidence
            buildings = Buildings(
                self.study.path(section.file),
                None if least is None else least.value,
                section.confidence_column,
            )
        return self._noticing(
            "population", lambda: read_people(file, self.grid, buildings, scratch=self.scratch)
        )

    @cached_property
    def people(self) -> People:
        """People per cell, scaled to the official population where that is given."""
        if self.official is None:
            return self.raster_people
        population = self.official.latest("population")["population"]
        return scaled_to_official(self.raster_people, self.communes, population)

    def warnings(self) -> tuple[str, ...]:
        """Read everything, and say what was noticed on the way in.

        Returns
        -------
        tuple of str
            One line each, in the order of the inputs.

        Raises
        ------
        DataError
            An input cannot be used.
        """
        refuse_missing(self.study)
        for name in (
            "answers", "communes", "terrain", "clutter", "network", "own_coverage", "limits",
            "places", "people", "reported", "criteria", "appraisals", "infrastructure", "offices",
            "speed_tiles",
        ):  # fmt: skip
            getattr(self, name)
        self.network.on_air()
        return tuple(line for lines in self._noticed.values() for line in lines)

    @property
    def noticed(self) -> Mapping[str, tuple[str, ...]]:
        """What was noticed so far, by input, without reading anything."""
        return dict(self._noticed)

    def _noticing(self, key: str, read: Callable[[], Fact]) -> Fact:
        """Read one input; keep its data warnings, let others through."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DataWarning)
            fact = read()
        self._noticed[key] = tuple(
            str(w.message) for w in caught if issubclass(w.category, DataWarning)
        )
        for other in caught:
            if not issubclass(other.category, DataWarning):
                warnings.warn_explicit(other.message, other.category, other.filename, other.lineno)
        return fact


def study_grid(study: Study, communes: Communes) -> Grid:
    """Frame of a study: its communes and the margin around them.

    Parameters
    ----------
    study
        CRS, resolution and margin.
    communes
        Outlines in that CRS.

    Returns
    -------
    Grid
        The frame.
    """
    west, south, east, north = communes.frame.total_bounds
    margin = 1000.0 * study.area.margin_km
    return Grid.from_bounds(
        west - margin, south - margin, east + margin, north + margin,
        crs=study.grid.crs, resolution_m=study.grid.resolution_m,
    )  # fmt: skip


def _refuse_geographic(study: Study) -> None:
    """Fail early, and by the name of the key, when the study's CRS is not metric."""
    try:
        Grid.from_bounds(0, 0, 1, 1, crs=study.grid.crs, resolution_m=study.grid.resolution_m)
    except DataError as error:
        raise DataError(f"{study.file.name}: grid.crs = {study.grid.crs}: {error}") from None
    except Exception as error:  # noqa: BLE001 — PROJ raises several unrelated types
        raise DataError(
            f"{study.file.name}: grid.crs = {study.grid.crs} is not a known CRS ({error}); "
            "give a metric one, for example EPSG:32648"
        ) from None


def _refuse_stretched(study: Study, grid: Grid) -> None:
    """A metre of the CRS must be a metre on the ground, or every distance and area is wrong."""
    factors = Proj(grid.crs).get_factors(*grid.middle)
    stretch = max(abs(factors.meridional_scale - 1.0), abs(factors.parallel_scale - 1.0))
    if not stretch <= WIDEST_STRETCH:
        raise DataError(
            f"{study.file.name}: grid.crs = {study.grid.crs} stretches distances by "
            f"{100 * stretch:.1f} % at the communes, at most {100 * WIDEST_STRETCH:g} % is "
            "allowed; take the CRS of this area, for example its UTM zone"
        )


def _refuse_local(study: Study, grid: Grid) -> None:
    """Fail before hours of computing when maps could not show coordinates as asked for."""
    if not study.grid.local_crs:
        return
    longitude, latitude = grid.middle
    try:
        local_projection(study.grid.local_crs, longitude=longitude, latitude=latitude)
    except DataError as error:
        raise DataError(f"{study.file.name}: grid: {error}") from None
