"""The coverage map of a study: its results as layers of one map."""

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from phusong.analysis.basis import COMPUTED
from phusong.analysis.gaps import UNKNOWN
from phusong.analysis.reach import ANY
from phusong.errors import unknown_name
from phusong.reporting.basis_words import titled
from phusong.reporting.brief_words import planned
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.finding_layers import finding_layers, resilience_layer
from phusong.reporting.findings import gap_findings
from phusong.reporting.gap_words import CODE, PLACE, place_words
from phusong.reporting.layers import (
    Category,
    Feature,
    MapContent,
    RasterLayer,
    VectorLayer,
    without_unknown,
)
from phusong.reporting.legend_notes import coverage_note, level_note, supplied_note
from phusong.reporting.limit_layers import limit_layers
from phusong.reporting.ownership import own_and_others, own_legend
from phusong.reporting.palette import (
    NO_SIGNAL_COLOUR,
    css_colour,
    level_classes,
    operator_colour,
    service_classes,
)
from phusong.reporting.place_layers import (
    COMMUNE,
    NOBODY,
    PEOPLE,
    commune_layer,
    facility_layer,
    outside_layer,
    village_layer,
)
from phusong.reporting.relief import UInt8Array
from phusong.reporting.service_rasters import service_rasters
from phusong.reporting.study_facts import (
    EVERYONE,
    LEVEL_EDGES_DBM,
    MILLION,
    PLACES,
    PLAN,
    StudyFacts,
    money_unit,
    wgs84,
)
from phusong.reporting.study_readings import local_crs, study_readings
from phusong.reporting.wording import said
from phusong.reporting.words import field_names, gathered_assumptions
from phusong.units import Float32Array
from phusong.version import __version__

COVERAGE, LEVEL = "coverage", "level"
"""Columns of what a map shows of an operator, beside those of service."""


def study_map(facts: StudyFacts) -> MapContent:
    """Everything that the coverage map of a study shows.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    MapContent
        Layers by operator, communes, gaps, villages, facilities, sites and priorities.
    """
    study = facts.study.study
    return MapContent(
        title=titled(
            Bilingual(study.title_vi, study.title_en), facts.gaps.basis, *_shown_layers(facts)
        ),
        practice=facts.practice,
        marking=facts.marking,
        language=study.language,
        grid=facts.grid,
        height_amsl_m=facts.terrain.height_amsl_m,
        rasters=tuple(_rasters(facts)),
        vectors=tuple(without_unknown(layer) for layer in _vectors(facts)),
        assumptions=gathered_assumptions(facts.assumptions, facts.study),
        sources=facts.sources,
        summary=(
            *gap_findings(facts.study, facts.gaps),
            *planned(facts)[:1],
        ),
        groups=(EVERYONE, PLAN, PLACES, *(name for key, name in facts.operators() if key != ANY)),
        version=f"Phusong {__version__}",
        readings=study_readings(facts),
        local_crs=local_crs(facts),
    )


def opening_with(content: MapContent, *, operator: str, column: str) -> MapContent:
    """The same map, opening with another layer.

    Parameters
    ----------
    content
        A map.
    operator
        Operator's key; ``any`` for all together.
    column
        What to show of it, for example ``level``.

    Returns
    -------
    MapContent
        That layer alone is on at first.

    Raises
    ------
    DomainError
        The map has no such layer.
    """
    of_operator = [layer.column for layer in content.rasters if layer.operator == operator]
    if not of_operator:
        raise unknown_name("operator", operator, (layer.operator for layer in content.rasters))
    if column not in of_operator:
        raise unknown_name("column", column, of_operator)
    wanted = (operator, column)
    rasters = (
        replace(layer, shown=(layer.operator, layer.column) == wanted) for layer in content.rasters
    )
    return replace(content, rasters=tuple(rasters))


def _shown_layers(facts: StudyFacts) -> Iterator[tuple[str, str]]:
    return ((key, facts.technology) for key, _ in facts.operators())


def _rasters(facts: StudyFacts) -> Iterator[RasterLayer]:
    for key, group in facts.operators():
        basis, layer_key = facts.gaps.basis, (key, facts.technology)
        yield RasterLayer(
            name=titled(
                said("{technology} coverage", technology=facts.technology),
                basis,
                layer_key,
            ),
            group=group,
            classes=facts.gaps.classes[key, facts.technology],
            legend=service_classes(),
            note=coverage_note(facts.study, facts.technology, basis, key),
            shown=key == ANY,
            operator=key,
            column=COVERAGE,
        )
        if key == facts.own:
            yield RasterLayer(
                name=said("Own or another one's"),
                group=group,
                classes=own_and_others(
                    facts.gaps.classes[key, facts.technology],
                    facts.gaps.classes[ANY, facts.technology],
                ),
                legend=own_legend(group.plain),
                operator=key,
                column="ownership",
            )
        layer = facts.layers.get(layer_key)
        told = key != ANY and layer_key in basis.told_layers
        if layer is None or (told and np.isnan(layer.level_dbm).all()):
            yield from service_rasters(facts, key, group)
            continue  # a map of classes has no levels
        yield RasterLayer(
            name=titled(
                said("{technology} level", technology=facts.technology),
                *((basis, layer_key) if told else (COMPUTED,)),
            ),
            group=group,
            classes=level_bands(layer.level_dbm, layer.probability_percent == UNKNOWN),
            legend=level_classes(LEVEL_EDGES_DBM),
            note=supplied_note(basis, layer_key)
            if told
            else level_note(facts.study, facts.technology),
            operator=key,
            column=LEVEL,
        )
        yield from service_rasters(facts, key, group)


def level_bands(level_dbm: Float32Array, unknown: np.ndarray) -> UInt8Array:
    """Bands of received level as class codes.

    Parameters
    ----------
    level_dbm
        Level, NaN without a site in reach [dBm].
    unknown
        True where nothing is known.

    Returns
    -------
    numpy.ndarray
        0 below the lowest edge, then one more per edge reached; 255 unknown.
    """
    rising = np.sort(np.asarray(LEVEL_EDGES_DBM))
    bands = np.searchsorted(rising, np.nan_to_num(level_dbm, nan=-np.inf), side="right")
    return np.where(unknown, np.uint8(UNKNOWN), bands.astype(np.uint8))


def _vectors(facts: StudyFacts) -> Iterator[VectorLayer]:
    yield commune_layer(facts)
    yield outside_layer(facts)
    yield _gaps(facts)
    yield from limit_layers(facts)
    if not facts.places.facilities.empty:
        yield facility_layer(facts)
    for key, name in facts.operators():
        if key != ANY and facts.sectors:
            yield _sites(facts, key, name)
        if key in set(facts.extras.resilience.get("operator", ())):
            yield resilience_layer(facts, key, name)
    yield from finding_layers(facts)
    if not facts.places.villages.empty:
        yield village_layer(facts)
    if facts.priorities is not None:
        yield _priorities(facts)


def _gaps(facts: StudyFacts) -> VectorLayer:
    table = facts.gaps.polygons
    chosen = table[(table["operator"] == ANY) & (table["technology"] == facts.technology)]
    shapes = _simpler(chosen, facts.grid.resolution_m / 2)
    features = [
        Feature(row.geometry, (place_words(row), row.commune, row.area_km2, row.people, row.gap_id))
        for row in shapes.itertuples()
    ]
    return VectorLayer(
        name=titled(
            said("White zones (no operator)"),
            facts.gaps.basis,
            (ANY, facts.technology),
        ),
        group=EVERYONE,
        kind="area",
        columns=(
            PLACE,
            COMMUNE,
            Column(said("Area"), "km²", 2),
            PEOPLE,
            CODE,
        ),
        features=tuple(features),
        categories=(Category(said("White zone"), css_colour(NO_SIGNAL_COLOUR), hatched=True),),
        shown=False,
        tooltip_columns=4,
    )


def _simpler(layer: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Outlines with fewer corners, for drawing only: areas in tables come from the raster."""
    if layer.empty:
        return layer
    simple = shapely.simplify(layer.geometry.values, tolerance_m, preserve_topology=True)
    return wgs84(layer.set_geometry(gpd.GeoSeries(simple, index=layer.index, crs=layer.crs)))


def _sites(facts: StudyFacts, key: str, name: Bilingual) -> VectorLayer:
    place, operator = next(
        (place, op) for place, op in enumerate(facts.study.operators) if op.key == key
    )
    colour = operator_colour(operator.colour, place)
    sectors = [s for s in facts.sectors if s.operator == operator.name]
    features = []
    for site in sorted({s.site_id for s in sectors}):
        own = [s for s in sectors if s.site_id == site]
        bands = sorted({f"{s.technology} {s.frequency_mhz:g} MHz" for s in own})
        guessed = sorted({column for s in own for column in s.filled})
        point = {"type": "Point", "coordinates": [own[0].longitude, own[0].latitude]}
        values = (
            site,
            operator.name,
            ", ".join(bands),
            len(own),
            own[0].antenna_height_m,
            own[0].mast_height_m,
            max(s.eirp_dbm for s in own),
            field_names(guessed) if guessed else NOBODY,
        )
        features.append(Feature(point, values))
    return VectorLayer(
        name=said("Sites of {name}", name=operator.name),
        group=name,
        kind="point",
        columns=(
            Column(said("Site")),
            Column(said("Operator")),
            Column(said("Bands")),
            Column(said("Sectors")),
            Column(said("Antenna height"), "m"),
            Column(said("Mast height"), "m"),
            Column(said("Largest EIRP"), "dBm"),
            Column(said("Filled from defaults")),
        ),
        features=tuple(features),
        categories=(Category(same(operator.name), colour, "square"),),
        tooltip_columns=3,
    )


def _priorities(facts: StudyFacts) -> VectorLayer:
    features = [
        Feature(
            {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            (
                row.rank,
                row.operator,
                row.commune,
                row.people_newly_covered,
                row.people_white_zone,
                row.capex / MILLION,
                row.cost_per_person / MILLION,
                Bilingual(row.why_vi, row.why_en),
                row.option_id,
            ),
            label=str(row.rank),
        )
        for row in facts.ranked.itertuples()
    ]
    money = money_unit(facts.study)
    return VectorLayer(
        name=said("Where to build first"),
        group=PLAN,
        kind="rank",
        columns=(
            Column(said("Rank")),
            Column(said("Operator")),
            COMMUNE,
            Column(said("People newly covered"), decimals=0),
            Column(said("Of them in white zones"), decimals=0),
            Column(said("Capex"), money, 0),
            Column(
                said("Present value per person"),
                money,
                2,
            ),
            Column(said("Why", context="column")),
            Column(said("Option", context="identifier")),
        ),
        features=tuple(features),
        categories=(Category(said("Option"), "#111111"),),
        tooltip_columns=5,
    )
