"""What maps, index and notebooks show of a study: one place where results become content."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.analysis.gaps import COVERED, MARGINAL, NO_SIGNAL, Gaps
from phusong.analysis.reach import ANY, ReachLayer
from phusong.geo.grid import Grid
from phusong.geo.limits import UNLIMITED, Limits
from phusong.geo.network import Sector
from phusong.geo.places import Places
from phusong.geo.terrain import Terrain
from phusong.planning.second_currency import DOLLAR
from phusong.planning.standing import Removed
from phusong.reporting.extras import Extras
from phusong.reporting.facts import PRACTICE, Bilingual, Source, same
from phusong.reporting.wording import amount, said, sourced
from phusong.study import Assumption, Study

EVERYONE = said("All operators")
PLACES = said("Places")
PLAN = said("Investment priorities")
MILLION = 1e6
"""Tables and maps tell money in millions."""
LEVEL_EDGES_DBM = (-85.0, -95.0, -105.0, -115.0, -121.0)
"""Bands of RSRP; an assumption that the panel of every map repeats."""


@dataclass(frozen=True, eq=False)
class StudyFacts:
    """Everything that the products of a study are made from, and nothing beyond their reader's.

    Parameters
    ----------
    study
        Names, assumptions, operators.
    terrain, places
        Where.
    layers
        Received level by operator key (``any`` for all together) and technology.
    sectors
        What is on air.
    gaps
        Classes and tables.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``; None where the reader gets none.
    sources
        Origins of the inputs.
    warnings
        What a reader must know.
    limits
        Where the country ends, water, and where nothing may be built.
    removed
        Ground on which no new site may stand, and what that takes away.
    options
        How many options of all operators are ranked.
    own
        Key of the one operator that the facts were cut down to; empty for all.
    marking
        Words that stand on each page, for example ``Lưu hành nội bộ``; empty for none.
    extras
        What maps show beyond coverage and level.
    """

    study: Study
    terrain: Terrain = field(repr=False)
    places: Places = field(repr=False)
    layers: Mapping[tuple[str, str], ReachLayer] = field(repr=False)
    sectors: tuple[Sector, ...] = field(repr=False)
    gaps: Gaps = field(repr=False)
    priorities: pd.DataFrame | None = field(repr=False)
    sources: tuple[Source, ...] = ()
    warnings: tuple[str, ...] = ()
    limits: Limits = UNLIMITED
    removed: tuple[Removed, ...] = ()
    options: int = 0
    own: str = ""
    marking: str = ""
    extras: Extras = field(default_factory=Extras, repr=False)

    @property
    def grid(self) -> Grid:
        """Frame of every raster."""
        return self.gaps.grid

    @property
    def ranked(self) -> pd.DataFrame:
        """Ranked options; no rows where the reader gets none."""
        return pd.DataFrame() if self.priorities is None else self.priorities

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What the results rest on; without costs where the reader gets no ranking."""
        money = ("costs.", "planning.") if self.priorities is None else ()
        return tuple(a for a in self.study.assumptions() if not a.key.startswith(money))

    @property
    def practice(self) -> Bilingual | None:
        """Words for practice data, when it went in."""
        return practice_words(self.study)

    @property
    def technology(self) -> str:
        """The technology that coverage is decided for: the study's first."""
        return technology_of(self.study)

    def operators(self) -> Iterator[tuple[str, Bilingual]]:
        """All operators together, then each of the study, where something was computed.

        Yields
        ------
        key, name
            Operator's key and words.
        """
        yield ANY, EVERYONE
        for operator in self.study.operators:
            if (operator.key, self.technology) in self.layers:
                yield operator.key, same(operator.name)

    def commune_rows(self, operator: str = ANY) -> pd.DataFrame:
        """Rows of the commune table for one operator.

        Parameters
        ----------
        operator
            Operator's key.

        Returns
        -------
        pandas.DataFrame
            One row per commune.
        """
        return commune_rows(self.gaps, operator, self.technology)

    def commune_row(self, code: str, operator: str = ANY) -> "pd.Series[Any]":
        """Row of the commune table for one commune and operator.

        Parameters
        ----------
        code
            The commune.
        operator
            Operator's key.

        Returns
        -------
        pandas.Series
            The row.
        """
        return self.commune_rows(operator).set_index("commune_code").loc[code]


def operator_words(study: Study) -> dict[str, Bilingual]:
    """Name of each operator by its key, and of all together.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    dict
        All operators first.
    """
    return {ANY: EVERYONE, **{op.key: same(op.name) for op in study.operators}}


def environment_words(study: Study, key: str) -> Bilingual:
    """Where a receiver is, as a study names it.

    Parameters
    ----------
    study
        The study.
    key
        Key of one of its environments.

    Returns
    -------
    Bilingual
        For example outdoors.
    """
    environment = study.environments[key]
    return Bilingual(environment.title_vi, environment.title_en)


def practice_words(study: Study) -> Bilingual | None:
    """Words of the banner when practice data went into a study.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    Bilingual or None
        None for real data.
    """
    return PRACTICE if study.study.practice_data else None


def technology_of(study: Study) -> str:
    """The technology that coverage is decided for: the study's first.

    Parameters
    ----------
    study
        The study.

    Returns
    -------
    str
        For example ``LTE``.
    """
    return next(iter(study.technologies))


def commune_rows(found: Gaps, operator: str, technology: str) -> pd.DataFrame:
    """Rows of the commune table for one operator and technology.

    Parameters
    ----------
    found
        Gaps of a study.
    operator
        Operator's key; ``any`` for all together.
    technology
        For example ``LTE``.

    Returns
    -------
    pandas.DataFrame
        One row per commune.
    """
    table = found.communes
    chosen = (table["operator"] == operator) & (table["technology"] == technology)
    return table[chosen].reset_index(drop=True)


def silent_villages(study: Study, found: Gaps) -> pd.DataFrame:
    """Villages whose centre has no signal of any operator.

    Parameters
    ----------
    study
        Its technology.
    found
        Its gaps.

    Returns
    -------
    pandas.DataFrame
        Rows of the table of villages, the largest first.
    """
    villages = found.villages
    verdict = f"{ANY}_{technology_of(study).lower()}_class"
    if verdict not in villages:
        return villages.iloc[:0]
    silent = villages[villages[verdict] == "no_signal"]
    return silent.sort_values(["population", "village_id"], ascending=[False, True])


def money_unit(study: Study) -> Bilingual:
    """Unit of money in tables and on maps: a million of the currency that is shown.

    Parameters
    ----------
    study
        Its currency.

    Returns
    -------
    Bilingual
        For example ``million VND``.
    """
    return said("million {currency}", currency=study.costs.shown_currency)


def in_dollars(study: Study, money: float) -> Bilingual:
    """Money in US dollars after the same in the currency that is shown.

    Parameters
    ----------
    study
        Its cost table and exchange rate.
    money
        In the currency that is shown.

    Returns
    -------
    Bilingual
        In brackets after a space, with the rate and its date; nothing where the cost table is not
        in dollars or is shown in them.
    """
    costs, exchange = study.costs, study.costs.exchange
    if exchange is None or costs.currency != DOLLAR or exchange.currency == DOLLAR:
        return same("")
    return said(
        " ({dollars} million USD at {rate} {unit}; date of the rate: {date})",
        dollars=amount(money / exchange.rate.value / MILLION, 2),
        rate=amount(exchange.rate.value),
        unit=exchange.rate.unit,
        date=sourced(exchange.date),
    )


VERDICTS = (
    (NO_SIGNAL, "no_signal", said("No signal")),
    (MARGINAL, "marginal", said("Marginal")),
    (COVERED, "covered", said("Covered")),
    (255, "unknown", said("Unknown")),
)
"""Code, word in tables and words for readers of each class of service."""


def wgs84(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A layer in longitude and latitude.

    Parameters
    ----------
    layer
        Features with a CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        The same features in EPSG:4326.
    """
    return layer.to_crs("EPSG:4326")
