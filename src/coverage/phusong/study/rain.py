"""Rain of the place and radio of the hops, from which the length of hops follows."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from phusong.study.values import Dbm, Decibels, Quantity, Section, assumed, within

_Month = Annotated[Quantity, within("mm", 0.0, 5000.0)]
_Temperature = Annotated[Quantity, within("degC", -60.0, 50.0)]


class RainSection(Section):
    """Rain of the place, and what a hop's radio bears.

    ``rate`` is the rain that is exceeded in 0.01 % of the year, as the maps of ITU-R P.837 have
    it; or it follows from the twelve months of a weather station, ``rain_by_month`` and
    ``temperature_by_month``. A hop takes the highest carrier whose signal stays above
    ``threshold`` but for ``1 - availability`` of the year.
    """

    rate: Annotated[Quantity, within("mm/h", 1.0, 300.0)] | None = None
    rain_by_month: tuple[_Month, ...] = ()
    temperature_by_month: tuple[_Temperature, ...] = ()
    availability: Annotated[Quantity, within("fraction", 0.99, 0.99999)] = assumed(
        0.9999, "fraction", "assumption: rain cuts a hop for 53 minutes a year"
    )
    polarization: Literal["vertical", "horizontal"] = "vertical"
    power: Dbm = assumed(22.0, "dBm", "assumption: usual radio of 28 MHz")
    threshold: Dbm = assumed(-75.0, "dBm", "assumption: 28 MHz with 32-QAM, about 100 Mbit/s")
    dish_diameter: Annotated[Quantity, within("m", 0.2, 4.0)] = assumed(
        1.2, "m", "assumption: at both ends"
    )
    dish_efficiency: Annotated[Quantity, within("fraction", 0.2, 0.9)] = assumed(
        0.55, "fraction", "usual of dishes"
    )
    losses: Decibels = assumed(4.0, "dB", "assumption: branching, cables and aiming at both ends")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        months = len(self.rain_by_month), len(self.temperature_by_month)
        if self.rate is not None and any(months):
            raise ValueError("rate and rain_by_month are both given; leave one out")
        if self.rate is None and months != (12, 12):
            raise ValueError(
                f"rain_by_month has {months[0]} and temperature_by_month {months[1]} values, 12 of "
                "both are needed, from January on; or give rate, of the maps of ITU-R P.837"
            )
        return self
