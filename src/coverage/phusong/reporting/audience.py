"""Who may see what: results are cut down to a reader's own before anything is made from them."""

import dataclasses
from dataclasses import dataclass, field
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from phusong.analysis.gaps import Gaps
from phusong.analysis.reach import ANY
from phusong.geo.network import Sector
from phusong.geo.places import Places
from phusong.geo.terrain import Terrain
from phusong.reporting.facts import Source
from phusong.reporting.study_facts import StudyFacts, technology_of
from phusong.study import Study

Table = TypeVar("Table", bound=pd.DataFrame)
_TOGETHER = ("class", "verdict")
"""What a reader may know of all operators together at a place: never a level of another one."""


@dataclass(frozen=True, eq=False)
class BriefFacts:
    """What a brief is made from, and nothing that its reader may not see.

    Parameters
    ----------
    study
        Names, assumptions, and the operators that the reader may see.
    terrain, places
        Where.
    gaps
        Classes and tables.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.
    sectors
        What is on air.
    sources
        Origins of the inputs.
    options
        How many options of all operators are ranked.
    """

    study: Study
    terrain: Terrain = field(repr=False)
    places: Places = field(repr=False)
    gaps: Gaps = field(repr=False)
    priorities: pd.DataFrame = field(repr=False)
    sectors: tuple[Sector, ...] = field(default=(), repr=False)
    sources: tuple[Source, ...] = ()
    options: int = 0


def for_province(facts: StudyFacts) -> BriefFacts:
    """Everything: the province asked all operators.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    BriefFacts
        The same, for a brief.
    """
    return BriefFacts(
        study=facts.study,
        terrain=facts.terrain,
        places=facts.places,
        gaps=facts.gaps,
        priorities=facts.priorities,
        sectors=facts.reach.network.sectors,
        sources=facts.sources,
        options=len(facts.priorities),
    )


def for_operator(facts: StudyFacts, key: str) -> BriefFacts:
    """What one operator may see: its own, and where anybody at all has signal.

    Of all operators together the classes and the people stay, so that it sees where another one
    serves, but not which one and at which level. Sources of tower lists go, since they tell who
    gave which list.

    Parameters
    ----------
    facts
        Results and where they come from.
    key
        The operator's key.

    Returns
    -------
    BriefFacts
        Without sites, levels, options, money or names of other operators.
    """
    own = next(op for op in facts.study.operators if op.key == key)
    priorities = facts.priorities
    return BriefFacts(
        study=facts.study.model_copy(update={"operators": (own,)}),
        terrain=facts.terrain,
        places=facts.places,
        gaps=_own_gaps(facts, key),
        priorities=priorities[priorities["operator"] == own.name].reset_index(drop=True),
        sectors=tuple(s for s in facts.reach.network.sectors if s.operator == own.name),
        sources=tuple(source for source in facts.sources if source.key != "towers"),
        options=len(priorities),
    )


def _own_gaps(facts: StudyFacts, key: str) -> Gaps:
    gaps, seen = facts.gaps, {key, ANY}
    others = [op.key for op in facts.study.operators if op.key != key]
    return dataclasses.replace(
        gaps,
        classes={who: classes for who, classes in gaps.classes.items() if who[0] in seen},
        polygons=_nobodys_sites(_rows(gaps.polygons, seen)),
        communes=_rows(gaps.communes, seen),
        environments=_rows(gaps.environments, seen),
        villages=_columns(gaps.villages, facts.study, others),
        facilities=_columns(gaps.facilities, facts.study, others),
    )


def _rows(table: Table, seen: set[str]) -> Table:
    if "operator" not in table:
        return table
    kept: Table = table[table["operator"].isin(seen)].reset_index(drop=True)
    return kept


def _nobodys_sites(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Gaps without the columns that tell the nearest site and the nearest place with signal."""
    return polygons.drop(columns=[c for c in polygons if c.startswith("nearest_")])


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


def served_elsewhere(facts: BriefFacts, key: str) -> float:
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
