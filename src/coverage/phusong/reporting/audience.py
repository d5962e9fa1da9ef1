"""Who may see what: results are cut down to a reader's own before anything is made from them."""

import dataclasses
from collections.abc import Mapping
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY, NO_SERVER, ReachLayer
from phusong.geo.limits import UNLIMITED
from phusong.planning.explain import SERVED_BY_OTHERS
from phusong.planning.kinds import KINDS
from phusong.reporting.facts import Source
from phusong.reporting.study_facts import StudyFacts, technology_of
from phusong.study import OperatorSection, Study

Table = TypeVar("Table", bound=pd.DataFrame)
_OPERATORS_GAVE = frozenset({"towers", "operator_coverage", "measurements"})
_TOGETHER = ("class", "verdict", "basis")
"""What a reader may know of all operators together at a place: never a level of another one."""
_CAUSE_NAMES = ("cause_en", "cause_vi")
"""What of the cause of a gap of all operators tells of no site."""

_ON_HOST = "|".join(f"{kind}-" for kind, facts in KINDS.items() if facts.on_host)
"""What names of options on another operator's site begin with."""


def for_operator(facts: StudyFacts, key: str) -> StudyFacts:
    """What one operator may see: its own, and where anybody at all has signal.

    Of all operators together the classes and the people stay, so that it sees where another one
    serves, but not which one and at which level. Sources of tower lists go, since they tell who
    gave which list, and so do warnings, which quote their rows.

    Parameters
    ----------
    facts
        Results and where they come from.
    key
        The operator's key.

    Returns
    -------
    StudyFacts
        Without sites, levels, options, money or names of other operators.
    """
    own = next(op for op in facts.study.operators if op.key == key)
    ranked = facts.ranked
    options = own_options(ranked, facts.study, own.name)
    mine = [index for index, s in enumerate(facts.sectors) if s.operator == own.name]
    return dataclasses.replace(
        facts,
        study=_study_of(facts.study, (own,)),
        layers={
            who: _renumbered(layer, mine, len(facts.sectors))
            for who, layer in facts.layers.items()
            if who[0] == key
        },
        sectors=tuple(facts.sectors[index] for index in mine),
        gaps=_seen_gaps(facts, {key, ANY}),
        priorities=options,
        sources=_without_towers(facts),
        warnings=(),
        own=key,
        extras=facts.extras.of_operator(key, tuple(options["option_id"]), name=own.name),
    )


def _study_of(study: Study, operators: tuple[OperatorSection, ...]) -> Study:
    """The study as if these were its operators: shares and budgets of others are not told."""
    keys = {op.key for op in operators}
    revenue = study.planning.revenue
    if revenue is not None:
        shares = {key: share for key, share in revenue.market_share.items() if key in keys}
        revenue = revenue.model_copy(update={"market_share": shares})
    choice = study.planning.choice
    budgets = {key: own for key, own in choice.operators.items() if key in keys}
    choice = choice.model_copy(update={"operators": budgets})
    planning = study.planning.model_copy(update={"revenue": revenue, "choice": choice})
    return study.model_copy(update={"operators": operators, "planning": planning})


def _renumbered(layer: ReachLayer, kept: list[int], count: int) -> ReachLayer:
    """A layer whose servers count the sectors that are kept."""
    number = np.full(count + 1, NO_SERVER, dtype=np.int32)  # -1 takes the last
    number[kept] = np.arange(len(kept), dtype=np.int32)
    return dataclasses.replace(layer, server=number[layer.server])


def own_options(ranked: pd.DataFrame, study: Study, operator: str) -> pd.DataFrame:
    """Options that one operator may read of.

    Parameters
    ----------
    ranked
        Rows of ``plan/priorities.csv``.
    study
        Operators, and which of them let others read of options on their sites.
    operator
        Name of the operator that reads.

    Returns
    -------
    pandas.DataFrame
        Its own options, without names of operators that serve there; those on another operator's
        site only with that one's consent, and else not as one that came next either.
    """
    consent = {op.name for op in study.operators if op.key in study.planning.sharing_consent}
    seen = ranked["operator"] == operator
    if "host" in ranked:
        seen &= ranked["host"].fillna("").isin({"", operator, *consent})
    own = ranked[seen].drop(columns=SERVED_BY_OTHERS, errors="ignore").reset_index(drop=True)
    others = {op.name for op in study.operators if op.name != operator}
    if "runner_up" in own and not others <= consent:
        own["runner_up"] = own["runner_up"].mask(
            own["runner_up"].fillna("").str.match(_ON_HOST), ""
        )
    return own


def for_public(facts: StudyFacts) -> StudyFacts:
    """What everybody may see: where there is no signal at all, and for how many people.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    StudyFacts
        All operators together, as classes: no site, no level, no operator, no option, no money.
    """
    return dataclasses.replace(
        facts,
        study=_study_of(facts.study, ()),
        layers={},
        sectors=(),
        gaps=_seen_gaps(facts, {ANY}),
        priorities=None,
        sources=tuple(s for s in _without_towers(facts) if s.key != "exclusions"),
        limits=UNLIMITED,
        removed=(),
        warnings=(),
        options=0,
        extras=facts.extras.of_public(),
    )


def _without_towers(facts: StudyFacts) -> tuple[Source, ...]:
    return tuple(source for source in facts.sources if source.key not in _OPERATORS_GAVE)


def _seen_gaps(facts: StudyFacts, seen: set[str]) -> Gaps:
    gaps = facts.gaps
    others = [op.key for op in facts.study.operators if op.key not in seen]
    return dataclasses.replace(
        gaps,
        classes={who: classes for who, classes in gaps.classes.items() if who[0] in seen},
        polygons=_nobodys_sites(_rows(gaps.polygons, seen)),
        communes=_rows(gaps.communes, seen),
        environments=_rows(gaps.environments, seen),
        totals=_rows(gaps.totals, seen),
        village_counts=_rows(gaps.village_counts, seen),
        criterion8=_judged(gaps.criterion8),
        models=_rows(gaps.models, seen),
        causes=_rows(gaps.causes, seen - {ANY}),
        beside=_of_nobody(gaps.beside),
        villages=_columns(gaps.villages, facts.study, others),
        facilities=_columns(gaps.facilities, facts.study, others),
        basis=gaps.basis.seen(frozenset(seen)),
    )


_OF_NOBODY = {
    "support": (),
    "information": (),
    "offices-target": (),
    "villages-to-place": (),
    "offices": ("commune_code", "commune", "lan", "connection", "mobile_signal"),
    "loudspeakers": ("facility_id", "commune_code", "runs_on_mobile", "fibre_in_village", "runs"),
    "infrastructure-communes": ("commune_code", "commune", "operator", "villages",
                                "fibre_", "fixed_broadband_", "grid_", "road_"),
}  # fmt: skip
"""Columns of each table that everybody may see, one that ends with ``_`` for all that begin so:
nothing of sites, and of signal the class of all operators together alone. Empty: all of them."""


def _of_nobody(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables beside the gaps without what tells of any one operator."""
    seen = {}
    for name, table in tables.items():
        if name not in _OF_NOBODY:
            continue
        shown = _rows(table, {ANY})
        kept = _OF_NOBODY[name]
        begin = tuple(column for column in kept if column.endswith("_"))
        seen[name] = shown[[c for c in shown if not kept or c in kept or c.startswith(begin)]]
    return seen


def _rows(table: Table, seen: set[str]) -> Table:
    if "operator" not in table:
        return table
    kept: Table = table[table["operator"].isin(seen)].reset_index(drop=True)
    return kept


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """Indicators with their status alone: evidence may tell of operators."""
    kept = ["commune_code", "commune", "indicator", "text_vi", "text_en", "required", "status"]
    return table[[column for column in kept if column in table]]


def _nobodys_sites(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Gaps without what tells of sites; of all operators together the kind of cause stays."""
    telling = [c for c in polygons if c.startswith("cause_") and c not in _CAUSE_NAMES]
    shown = polygons.drop(columns=[c for c in polygons if c.startswith("nearest_")])
    together = shown["operator"] == ANY
    if together.all():
        return shown.drop(columns=telling)
    for column in telling:
        empty = np.nan if pd.api.types.is_numeric_dtype(shown[column]) else ""
        shown[column] = shown[column].mask(together, empty)
    return shown


def _columns(table: pd.DataFrame, study: Study, others: list[str]) -> pd.DataFrame:
    """Columns of a table of places without those of other operators."""
    technologies = [technology.lower() for technology in (*study.technologies, ANY)]
    hidden = [f"{other}_{technology}_" for other in others for technology in technologies]
    together = [f"{ANY}_{technology}_" for technology in technologies]
    kept = [
        column
        for column in table
        if not column.startswith(tuple(hidden))
        and not (column.startswith(tuple(together)) and not column.endswith(_TOGETHER))
    ]
    return table[kept]


def served_elsewhere(facts: StudyFacts, key: str) -> float:
    """People whom only another operator covers.

    Parameters
    ----------
    facts
        What an operator may see.
    key
        The operator's key.

    Returns
    -------
    float
        People covered by anybody less those covered by this operator.
    """
    table, technology = facts.gaps.communes, technology_of(facts.study)
    covered = [
        float(table.loc[(table["operator"] == who) & (table["technology"] == technology),
                        "people_covered"].sum())
        for who in (ANY, key)
    ]  # fmt: skip
    return max(covered[0] - covered[1], 0.0)
