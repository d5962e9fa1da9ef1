"""Places on a map: communes and what lies outside them, villages, facilities."""

from collections.abc import Iterator

import pandas as pd
import shapely

from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG, UNDECIDED, WITH_SIGNAL
from phusong.geo.antimeridian import crosses_antimeridian, gone_on
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.layers import Category, Feature, VectorLayer
from phusong.reporting.overlays import mercator_frame
from phusong.reporting.palette import (
    COVERED_COLOUR,
    MARGINAL_COLOUR,
    NO_SIGNAL_COLOUR,
    css_colour,
)
from phusong.reporting.study_facts import PLACES, VERDICTS, StudyFacts, wgs84
from phusong.reporting.wording import said

COMMUNE = Column(said("Commune"))
PEOPLE = Column(said("People"), decimals=0)
_WHOLE = {
    TRANG_SONG: said("no signal anywhere"),
    LOM_SONG: said("no signal in a part"),
    WITH_SIGNAL: said("with signal"),
    UNDECIDED: said("unknown"),
}
VEIL_COLOUR = "#f4f6f7"
ANOTHER = said("another one only")
AT_LEAST_ONE = said("at least one")
NOBODY = said("none")
FACILITIES = {
    "school": said("School"),
    "clinic": said("Clinic"),
    "commune_office": said("Commune office"),
    "loudspeaker": said("Loudspeaker cluster"),
    "postal_point": said("Postal service point"),
}


def outside_layer(facts: StudyFacts) -> VectorLayer:
    """A veil over what lies outside the communes: nobody asked about it.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    VectorLayer
        The whole frame of the map but the communes.
    """
    grid = facts.grid
    (south, west), (north, east) = mercator_frame(grid.affine, grid.crs, grid.shape).bounds
    shapes = wgs84(facts.places.communes.frame).geometry.to_numpy()
    if crosses_antimeridian(grid):
        shapes = [gone_on(shape) for shape in shapes]
    communes = shapely.union_all(shapes)
    outside = shapely.difference(shapely.box(west, south, east, north), communes)
    words = said("Dim outside the communes")
    return VectorLayer(
        name=words,
        group=PLACES,
        kind="veil",
        columns=(Column(words),),
        features=() if shapely.is_empty(outside) else (Feature(outside, (words,)),),
        categories=(Category(words, VEIL_COLOUR),),
    )


def commune_layer(facts: StudyFacts) -> VectorLayer:
    """Outlines of the communes, with their people.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    VectorLayer
        One feature per commune.
    """
    outlines = wgs84(facts.places.communes.frame)
    rows = facts.commune_rows().set_index("commune_code")
    features = [
        Feature(
            geometry,
            (
                name,
                code,
                rows["people"].get(code),
                rows["people_no_signal"].get(code),
                rows["people_no_signal_percent"].get(code),
            ),
            label=name,
        )
        for code, name, geometry in zip(
            outlines["code"], outlines["name"], outlines.geometry, strict=True
        )
    ]
    approximate = facts.places.communes.approximate
    return VectorLayer(
        name=said("Communes (approximate outlines)") if approximate else said("Commune outlines"),
        group=PLACES,
        kind="outline",
        columns=(
            COMMUNE,
            Column(said("Code")),
            PEOPLE,
            Column(said("No signal"), said("people"), 0),
            Column(said("Share without signal"), "%", 1),
        ),
        features=tuple(features),
        categories=(Category(said("Commune"), "#111111"),),
        tooltip_columns=4,
    )


def village_layer(facts: StudyFacts) -> VectorLayer:
    """Villages by the signal at their centre.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    VectorLayer
        One point per village that has coordinates.
    """
    points = wgs84(facts.places.villages)
    table = facts.gaps.villages
    verdicts = table[f"{ANY}_{facts.technology.lower()}_class"]
    column = f"{ANY}_{facts.technology.lower()}_level_dbm"
    levels = table[column] if column in table else [None] * len(table)
    codes = {word: index for index, (_, word, _) in enumerate(VERDICTS)}
    names = facts.places.communes.names
    features = [
        Feature(
            row.geometry,
            (
                row.name_,
                names.get(row.commune_code, row.commune_code),
                VERDICTS[codes[verdict]][2],
                row.population,
                row.households,
                who,
                level,
                _WHOLE.get(whole, same(str(whole))),
            ),
            category=codes[verdict],
        )
        for row, verdict, who, level, whole in zip(
            points.rename(columns={"name": "name_"}).itertuples(),
            verdicts,
            _covering(facts, table),
            levels,
            table[f"{ANY}_{facts.technology.lower()}_verdict"],
            strict=True,
        )
    ]
    colours = (
        css_colour(NO_SIGNAL_COLOUR),
        css_colour(MARGINAL_COLOUR),
        css_colour(COVERED_COLOUR),
        "#888888",
    )
    shapes = ("triangle", "diamond", "circle", "square")
    return VectorLayer(
        name=said("Villages, by signal at the centre"),
        group=PLACES,
        kind="point",
        columns=(
            Column(said("Village")),
            COMMUNE,
            Column(said("Verdict")),
            PEOPLE,
            Column(said("Households", context="column"), decimals=0),
            Column(said("Operators that cover it")),
            Column(said("Strongest level"), "dBm", 0),
            Column(said("The whole settlement")),
        ),
        features=tuple(features),
        categories=tuple(
            Category(words, colour, shape)  # type: ignore[arg-type]
            for (_, _, words), colour, shape in zip(VERDICTS, colours, shapes, strict=True)
        ),
        tooltip_columns=3,
    )


def _covering(facts: StudyFacts, table: pd.DataFrame) -> Iterator[str | Bilingual]:
    """Names of the operators that cover each place of a table."""
    somebody = ANOTHER if facts.own else AT_LEAST_ONE
    covered = {
        name.plain: table[f"{key}_{facts.technology.lower()}_class"] == "covered"
        for key, name in facts.operators()
        if key != ANY
    }
    together = table[f"{ANY}_{facts.technology.lower()}_class"] == "covered"
    for index in table.index:
        names = ", ".join(name for name, mask in covered.items() if mask[index])
        yield names or (somebody if together[index] else NOBODY)


def facility_layer(facts: StudyFacts) -> VectorLayer:
    """Public facilities by kind, with their signal.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    VectorLayer
        One point per facility.
    """
    points = wgs84(facts.places.facilities)
    table = facts.gaps.facilities
    verdicts = table[f"{ANY}_{facts.technology.lower()}_class"]
    words = {word: text for _, word, text in VERDICTS}
    kinds = list(FACILITIES)
    features = [
        Feature(
            geometry,
            (name, FACILITIES[kind], words[verdict], who),
            category=kinds.index(kind),
        )
        for geometry, name, kind, verdict, who in zip(
            points.geometry,
            points["name"],
            points["kind"],
            verdicts,
            _covering(facts, table),
            strict=True,
        )
    ]
    grey, brown = "#5b5b5b", "#8a5a2b"
    shapes = (("square", grey), ("diamond", grey), ("triangle", grey), ("circle", grey),
              ("square", brown))  # fmt: skip
    return VectorLayer(
        name=said("Facilities"),
        group=PLACES,
        kind="point",
        columns=(
            Column(said("Facility")),
            Column(said("Kind")),
            Column(said("Signal")),
            Column(said("Operators that cover it")),
        ),
        features=tuple(features),
        categories=tuple(
            Category(name, colour, shape)  # type: ignore[arg-type]
            for name, (shape, colour) in zip(FACILITIES.values(), shapes, strict=True)
        ),
        shown=False,
        tooltip_columns=3,
    )
