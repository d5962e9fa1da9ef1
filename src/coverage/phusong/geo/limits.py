"""Where a country ends, what is water, and where nothing may be built."""

from dataclasses import dataclass, field

import shapely


@dataclass(frozen=True, eq=False)
class Exclusion:
    """Ground on which no new site may stand.

    Parameters
    ----------
    title_vi, title_en
        What it is, for example protected forest.
    shape
        The ground in the study's CRS, its buffer included.
    names
        Names of its parts, as the file has them; may be empty.
    """

    title_vi: str
    title_en: str
    shape: shapely.Geometry = field(repr=False)
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Limits:
    """What limits where sites are, and where new ones may stand; all in the study's CRS.

    Parameters
    ----------
    country
        Land of the country within the frame; None where the study does not say.
    water
        Sea, lakes and rivers within the frame; None where the study does not say.
    exclusions
        In the order of the study file; the belt along the border is the first of them.
    """

    country: shapely.Geometry | None = field(default=None, repr=False)
    water: shapely.Geometry | None = field(default=None, repr=False)
    exclusions: tuple[Exclusion, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any limit."""
        return self.country is not None or self.water is not None or bool(self.exclusions)

    @property
    def forbidden(self) -> tuple[Exclusion, ...]:
        """All ground on which no new site may stand, water among it, but for other countries."""
        if self.water is None:
            return self.exclusions
        return (Exclusion("Mặt nước", "Water", self.water), *self.exclusions)


UNLIMITED = Limits()
"""Neither country nor water nor exclusions."""
