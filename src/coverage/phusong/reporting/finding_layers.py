"""What was found about people, as layers: verdicts, reports beside them, sites that matter."""

from collections.abc import Iterator, Mapping

import pandas as pd

from phusong.analysis.criterion8 import MET, NOT_KNOWN, NOT_MET
from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG, UNDECIDED, WITH_SIGNAL
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.layers import Category, Feature, Shape, VectorLayer
from phusong.reporting.palette import (
    COVERED_COLOUR,
    MARGINAL_COLOUR,
    NO_SIGNAL_COLOUR,
    css_colour,
)
from phusong.reporting.place_layers import COMMUNE, PEOPLE
from phusong.reporting.study_facts import PLACES, StudyFacts, operator_words, wgs84
from phusong.reporting.wording import joined, said

_GREY = "#6b6b6b"
_RED, _YELLOW, _BLUE = map(css_colour, (NO_SIGNAL_COLOUR, MARGINAL_COLOUR, COVERED_COLOUR))
_SIGNS: tuple[tuple[str, Shape], ...] = (
    (_RED, "triangle"), (_YELLOW, "diamond"), (_BLUE, "circle"), (_GREY, "square"),
)  # fmt: skip
_VERDICTS: Mapping[str, Bilingual] = {
    TRANG_SONG: said("No signal anywhere"),
    LOM_SONG: said("No signal in a part"),
    WITH_SIGNAL: said("With signal"),
    UNDECIDED: said("Unknown"),
}
_AGREEMENT: Mapping[str, Bilingual] = {
    "no": said("Report and model differ"),
    "yes": said("Report and model agree"),
    "": said("Cannot be compared"),
}
_STATUS: Mapping[str, Bilingual] = {
    NOT_MET: said("An indicator is not met"),
    NOT_KNOWN: said("Some indicator is unknown"),
    MET: said("Every indicator is met"),
}
_INDICATOR: Mapping[str, Bilingual] = {
    MET: said("Indicators met"),
    NOT_MET: said("Not met"),
    NOT_KNOWN: said("Unknown"),
}
_LOSSES = (1000.0, 100.0, 0.0)
"""People who lose service, from which a site is drawn in the next stronger sign."""


def finding_layers(facts: StudyFacts) -> Iterator[VectorLayer]:
    """Criterion 8, successors, verdicts of villages and reports beside them.

    Parameters
    ----------
    facts
        Results, cut down to their reader.

    Yields
    ------
    VectorLayer
        Those that the study has something for; all of them off when the map opens.
    """
    if len(facts.extras.criterion8):
        yield _criterion8(facts)
    if "successor_code" in facts.gaps.communes:
        yield _successors(facts)
    if not facts.places.villages.empty:
        yield _verdicts(facts)
    if len(facts.extras.reported):
        yield _reported(facts)


def _verdicts(facts: StudyFacts) -> VectorLayer:
    points, table = wgs84(facts.places.villages), facts.gaps.villages
    prefix = f"{ANY}_{facts.technology.lower()}"
    shares = _column(table, f"{prefix}_settlement_signal_percent")
    margins = _column(table, f"{prefix}_margin_db")
    names = facts.places.communes.names
    codes = list(_VERDICTS)
    features = [
        Feature(
            point,
            (name, names.get(code, code), _VERDICTS[said], people, share, margin),
            category=codes.index(said),
        )
        for point, name, code, said, people, share, margin in zip(
            points.geometry, points["name"], points["commune_code"], table[f"{prefix}_verdict"],
            points["population"], shares, margins, strict=True,
        )
    ]  # fmt: skip
    return VectorLayer(
        name=said("Villages without signal, whole or part"),
        group=PLACES,
        kind="point",
        columns=(
            Column(said("Village")),
            COMMUNE,
            Column(said("Verdict")),
            PEOPLE,
            Column(said("Settlement with signal"), "%", 0),
            Column(said("Margin at the centre"), "dB", 0),
        ),
        features=tuple(features),
        categories=tuple(
            Category(name, colour, shape)
            for name, (colour, shape) in zip(_VERDICTS.values(), _SIGNS, strict=True)
        ),
        shown=False,
        tooltip_columns=3,
        further=True,
    )


def _column(table: pd.DataFrame, name: str) -> list[float | None]:
    """A column, or nothing for every row where the reader may not have it."""
    return list(table[name]) if name in table else [None] * len(table)


def _reported(facts: StudyFacts) -> VectorLayer:
    points = wgs84(facts.places.villages).set_index("village_id")
    operators = operator_words(facts.study)
    agreement = list(_AGREEMENT)
    features = [
        Feature(
            points.geometry[row.village_id],
            (
                points["name"][row.village_id],
                row.commune,
                operators.get(row.operator, same(row.operator)),
                _VERDICTS.get(row.reported, same(row.reported)),
                _VERDICTS.get(row.modelled, same(row.modelled)),
                row.date,
            ),
            category=agreement.index(row.agrees),
        )
        for row in facts.extras.reported.itertuples()
        if row.village_id in points.index
    ]
    return VectorLayer(
        name=said("Reported villages, beside the model"),
        group=PLACES,
        kind="point",
        columns=(
            Column(said("Village")),
            COMMUNE,
            Column(said("Operator")),
            Column(said("Reported")),
            Column(said("Modelled")),
            Column(said("Date")),
        ),
        features=tuple(features),
        categories=(
            Category(_AGREEMENT["no"], _RED, "diamond"),
            Category(_AGREEMENT["yes"], _BLUE, "circle"),
            Category(_AGREEMENT[""], _GREY, "square"),
        ),
        shown=False,
        tooltip_columns=5,
        further=True,
    )


def resilience_layer(facts: StudyFacts, key: str, group: Bilingual) -> VectorLayer:
    """Sites by the people who lose service when they fail.

    Parameters
    ----------
    facts
        Results, cut down to their reader.
    key
        Operator's key, or ``any``: a place whatever operators share it.
    group
        Words of the layer control.

    Returns
    -------
    VectorLayer
        One point per site.
    """
    table = facts.extras.resilience
    own = table[(table["operator"] == key) & (table["technology"] == facts.technology)]
    features = [
        Feature(
            {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            (row.site_id, row.people_lost, row.people_lost_percent, row.people_served,
             row.area_lost_km2),
            category=next(i for i, least in enumerate(_LOSSES) if row.people_lost >= least),
        )
        for row in own.itertuples()
    ]  # fmt: skip
    return VectorLayer(
        name=said("When a site goes down"),
        group=group,
        kind="point",
        columns=(
            Column(said("Site")),
            Column(said("People who lose service"), decimals=0),
            Column(said("Share lost"), "%", 0),
            Column(said("People served"), decimals=0),
            Column(said("Area lost"), "km²", 1),
        ),
        features=tuple(features),
        categories=(
            Category(said("1000 people or more"), _RED, "triangle"),
            Category(said("100 to 999 people"), _YELLOW, "diamond"),
            Category(said("fewer than 100"), _BLUE, "circle"),
        ),
        shown=False,
        tooltip_columns=3,
        further=True,
    )


def _criterion8(facts: StudyFacts) -> VectorLayer:
    outlines, table = wgs84(facts.places.communes.frame), facts.extras.criterion8
    features = []
    for code, name, outline in zip(
        outlines["code"], outlines["name"], outlines.geometry, strict=True
    ):
        rows = table[table["commune_code"] == code]
        named = {
            status: ", ".join(rows["indicator"][rows["status"] == status]) for status in _STATUS
        }
        worst = next((status for status in _STATUS if named[status]), NOT_KNOWN)
        heard = rows[rows["appraised_status"] != ""]
        appraised = [
            joined((same(indicator), words), ": ")
            for indicator, status in zip(heard["indicator"], heard["appraised_status"], strict=True)
            for words in (_INDICATOR.get(status, same(status)),)
        ]
        told = joined(appraised, "; ")
        values = (name, _STATUS[worst], *(named[s] or None for s in _INDICATOR),
                  told if appraised else None)  # fmt: skip
        features.append(Feature(outline, values, category=list(_STATUS).index(worst)))
    sets = "; ".join(dict.fromkeys(table["criterion_set"]))
    return VectorLayer(
        name=said("Criterion 8 ({sets})", sets=sets),
        group=PLACES,
        kind="area",
        columns=(
            COMMUNE,
            Column(said("Result as modelled")),
            *(Column(words) for words in _INDICATOR.values()),
            Column(said("As appraised")),
        ),
        features=tuple(features),
        categories=(
            Category(_STATUS[NOT_MET], _RED, hatched=True),
            Category(_STATUS[NOT_KNOWN], _GREY),
            Category(_STATUS[MET], _BLUE),
        ),
        shown=False,
        tooltip_columns=2,
        further=True,
    )


def _successors(facts: StudyFacts) -> VectorLayer:
    """What of each new commune was asked about: its old communes put together."""
    outlines = facts.places.communes.frame[["code", "name", "geometry"]]
    rows = facts.commune_rows()
    went = rows[["commune_code", "successor_code", "successor", "people", "people_no_signal"]]
    since = ", ".join(dict.fromkeys(rows["successor_vintage"]))
    merged = outlines.merge(went, left_on="code", right_on="commune_code")
    parts = merged.dissolve(
        by=["successor_code", "successor"],
        aggfunc={"name": ", ".join, "people": "sum", "people_no_signal": "sum"},
    ).reset_index()
    features = [
        Feature(
            row.geometry,
            (row.successor, row.successor_code, row.name_, row.people, row.people_no_signal),
            label=row.successor,
        )
        for row in wgs84(parts).rename(columns={"name": "name_"}).itertuples()
    ]
    return VectorLayer(
        name=said("Communes since {since} (the part asked about)", since=since),
        group=PLACES,
        kind="outline",
        columns=(
            Column(said("New commune")),
            Column(said("Code")),
            Column(said("Of the old communes")),
            PEOPLE,
            Column(said("No signal"), said("people"), 0),
        ),
        features=tuple(features),
        categories=(Category(said("New commune"), "#7a1fa2"),),
        shown=False,
        tooltip_columns=3,
        further=True,
    )
