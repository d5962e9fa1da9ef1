"""What maps, index and notebooks show of a study: one place where results become content."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd

from phusong.analysis.gaps import COVERED, MARGINAL, NO_SIGNAL, Gaps
from phusong.analysis.reach import ANY, Reach
from phusong.geo.places import Places
from phusong.geo.terrain import Terrain
from phusong.reporting.facts import PRACTICE, Bilingual, Source, same
from phusong.study import Study

EVERYONE = Bilingual("Tất cả nhà mạng", "All operators")
PLACES = Bilingual("Địa phương", "Places")
PLAN = Bilingual("Ưu tiên đầu tư", "Investment priorities")
LEVEL_EDGES_DBM = (-85.0, -95.0, -105.0, -115.0, -121.0)
"""Bands of RSRP; an assumption that the panel of every map repeats."""


@dataclass(frozen=True, eq=False)
class StudyFacts:
    """Everything that the products of a study are made from.

    Parameters
    ----------
    study
        Names, assumptions, operators.
    terrain, places
        Where.
    reach, gaps
        Results.
    priorities
        Ranked options, the columns of ``plan/priorities.csv``.
    sources
        Origins of the inputs.
    warnings
        What a reader must know.
    """

    study: Study
    terrain: Terrain = field(repr=False)
    places: Places = field(repr=False)
    reach: Reach = field(repr=False)
    gaps: Gaps = field(repr=False)
    priorities: pd.DataFrame = field(repr=False)
    sources: tuple[Source, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def practice(self) -> Bilingual | None:
        """Words for practice data, when it went in."""
        return PRACTICE if self.study.study.practice_data else None

    @property
    def technology(self) -> str:
        """The technology that coverage is decided for: the study's first."""
        return next(iter(self.study.technologies))

    def operators(self) -> Iterator[tuple[str, Bilingual]]:
        """All operators together, then each of the study, where something was computed.

        Yields
        ------
        key, name
            Operator's key and words.
        """
        yield ANY, EVERYONE
        for operator in self.study.operators:
            if (operator.key, self.technology) in self.reach.layers:
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
        table = self.gaps.communes
        chosen = (table["operator"] == operator) & (table["technology"] == self.technology)
        return table[chosen].reset_index(drop=True)

    def findings(self) -> tuple[Bilingual, ...]:
        """What was found, in sentences with numbers.

        Returns
        -------
        tuple of Bilingual
            For the head of every product.
        """
        rows = self.commune_rows()
        people, silent = rows["people"].sum(), rows["people_no_signal"].sum()
        share = 100.0 * silent / people if people else np.nan
        worst = rows.sort_values("people_no_signal", ascending=False).iloc[0]
        found = [
            Bilingual(
                f"Theo mô hình, khoảng {vi(silent)} trong {vi(people)} người ({vi(share, 1)} %) ở "
                f"{len(rows)} xã không có sóng {self.technology} của nhà mạng nào ngoài trời.",
                f"As modelled, about {silent:,.0f} of {people:,.0f} people ({share:.1f} %) in "
                f"{len(rows)} communes have no {self.technology} signal of any operator outdoors.",
            ),
            Bilingual(
                f"Nhiều nhất tại {worst['commune']}: khoảng {vi(worst['people_no_signal'])} người.",
                f"Most of them in {worst['commune']}: about {worst['people_no_signal']:,.0f}.",
            ),
        ]
        if not self.priorities.empty:
            first = self.priorities.iloc[0]
            found.append(
                Bilingual(
                    f"Ưu tiên số 1: {first['operator']}, {first['commune']}: phủ mới khoảng "
                    f"{vi(first['people_newly_covered'])} người.",
                    f"First priority: {first['operator']}, {first['commune']}: newly covers about "
                    f"{first['people_newly_covered']:,.0f} people.",
                )
            )
        return tuple(found)


def vi(value: float, decimals: int = 0) -> str:
    """Number as Vietnamese writes it, for example 1.234,5.

    Parameters
    ----------
    value
        The number.
    decimals
        Digits after the comma.

    Returns
    -------
    str
        Its text.

    Examples
    --------
    >>> vi(1234.5, 1)
    '1.234,5'
    """
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


VERDICTS = (
    (NO_SIGNAL, "no_signal", Bilingual("Không có sóng", "No signal")),
    (MARGINAL, "marginal", Bilingual("Sóng yếu", "Marginal")),
    (COVERED, "covered", Bilingual("Có sóng", "Covered")),
    (255, "unknown", Bilingual("Chưa rõ", "Unknown")),
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
