"""Lines of the cost table: prices, and how long what is bought lasts."""

from typing import Self

from pydantic import Field, model_validator

from phusong.study.values import Name, Section


class CostItem(Section):
    """One line of the cost table: low, base and high, and where they come from."""

    low: float = Field(ge=0.0)
    base: float = Field(ge=0.0)
    high: float = Field(ge=0.0)
    unit: Name
    year: Name
    source: Name
    tag: Name

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.base <= self.high:
            raise ValueError(
                f"low {self.low:g}, base {self.base:g}, high {self.high:g} are not in order"
            )
        return self


SHORTEST_LIFE_YEARS, LONGEST_LIFE_YEARS = 0.5, 100.0


class LifeItem(CostItem):
    """How long something lasts: the shortest, the usual and the longest life [year]."""

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not (self.low >= SHORTEST_LIFE_YEARS and self.high <= LONGEST_LIFE_YEARS):
            raise ValueError(
                f"low {self.low:g} and high {self.high:g}: {SHORTEST_LIFE_YEARS:g} to "
                f"{LONGEST_LIFE_YEARS:g} year is allowed"
            )
        return self


def _life(low: float, base: float, high: float, *, year: str, source: str, tag: str) -> LifeItem:
    return LifeItem(low=low, base=base, high=high, unit="year", year=year, source=source, tag=tag)


_ASSUMED = "assumption, no source"


class AssetLives(Section):
    """How long what a site is made of lasts; worn out, it is bought again at its first price.

    A longer life is cheaper: prices at the low end of the table go with ``high`` lives, those at
    the high end with ``low`` ones. Panels, batteries and inverters of ``[costs.power]`` have lives
    of their own there.
    """

    mast: LifeItem = _life(
        15, 20, 30, year="2025", source="no source: mast with civil works", tag=_ASSUMED
    )
    radio: LifeItem = _life(
        8, 10, 12, year="2025", source="no source: radio, and what a repair replaces", tag=_ASSUMED
    )
    microwave: LifeItem = _life(
        5, 7, 10, year="2025",
        source="ITU Connectivity Planning Platform, user guide: 7 years; ends without source",
        tag="benchmark, one source",
    )  # fmt: skip
    fibre: LifeItem = _life(15, 20, 30, year="2025", source="no source: cable", tag=_ASSUMED)
    grid: LifeItem = _life(
        15, 20, 30, year="2025", source="no source: connection, line and transformer", tag=_ASSUMED
    )
    solar: LifeItem = _life(
        8, 10, 15, year="2025", source="no source: a lump sum of panels and batteries",
        tag=_ASSUMED,
    )  # fmt: skip
    satellite: LifeItem = _life(
        5, 7, 10, year="2025", source="no source: terminal and small site, like a hop", tag=_ASSUMED
    )
