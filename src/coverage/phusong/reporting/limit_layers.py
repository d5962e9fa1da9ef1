"""The national boundary and ground where nothing may be built, as layers of a map."""

from collections.abc import Iterator

import geopandas as gpd
import shapely

from phusong.geo.grid import Grid
from phusong.reporting.facts import Bilingual, Column
from phusong.reporting.layers import Category, Feature, VectorLayer
from phusong.reporting.study_facts import PLAN, StudyFacts, wgs84
from phusong.reporting.wording import said

COLOURS = ("#7a5195", "#2f6f4f", "#8c510a", "#5e5e5e", "#9e2a5b")
"""One after another; what an area is also stands in its popup and in the legend."""
WATER_COLOUR, BORDER_COLOUR = "#2b7bba", "#5a1e1e"
_MOST_NAMES = 10


def limit_layers(facts: StudyFacts) -> Iterator[VectorLayer]:
    """Layers of what limits where a new site may stand.

    Parameters
    ----------
    facts
        Results and limits; nothing where the study has none or the reader may not see them.

    Yields
    ------
    VectorLayer
        Excluded ground, and the border.
    """
    limits, grid = facts.limits, facts.grid
    if limits.forbidden:
        yield _excluded(facts)
    if limits.country is not None:
        frame = shapely.box(*grid.bounds)
        border = limits.country.boundary.difference(frame.boundary.buffer(1.0))
        lines = _parts(border, grid, ("LineString",))
        name = said("National boundary")
        yield VectorLayer(
            name=name,
            group=PLAN,
            kind="line",
            columns=(Column(said("Line")),),
            features=tuple(Feature(line, (name,)) for line in lines),
            categories=(Category(name, BORDER_COLOUR),),
            shown=False,
            tooltip_columns=1,
        )


def _excluded(facts: StudyFacts) -> VectorLayer:
    features, categories = [], []
    for number, limit in enumerate(facts.limits.forbidden):
        title = Bilingual(limit.title_vi, limit.title_en)
        is_water = facts.limits.water is not None and number == 0
        colour = WATER_COLOUR if is_water else COLOURS[number % len(COLOURS)]
        categories.append(Category(title, colour, hatched=not is_water))
        more = " …" if len(limit.names) > _MOST_NAMES else ""
        names = ", ".join(limit.names[:_MOST_NAMES]) + more
        features += [
            Feature(part, (title, names or None), category=number)
            for part in _parts(limit.shape, facts.grid, ("Polygon",))
        ]
    return VectorLayer(
        name=said("No new sites here"),
        group=PLAN,
        kind="area",
        columns=(Column(said("Ground")), Column(said("Parts"))),
        features=tuple(features),
        categories=tuple(categories),
        shown=False,
        tooltip_columns=2,
    )


def _parts(shape: shapely.Geometry, grid: Grid, kinds: tuple[str, ...]) -> list[shapely.Geometry]:
    """Parts of a shape within the frame in WGS 84, with fewer corners: for drawing only."""
    inside = shapely.intersection(shape, shapely.box(*grid.bounds))
    simple = shapely.simplify(inside, grid.resolution_m / 2, preserve_topology=True)
    parts = [p for p in shapely.get_parts(simple) if p.geom_type in kinds and not p.is_empty]
    if not parts:
        return []
    frame = gpd.GeoDataFrame(geometry=parts, crs=grid.crs)
    return list(wgs84(frame).geometry)
