"""Where the handset is, the model, and what counts as service."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from phusong.study.measured import CalibrationSection
from phusong.study.values import (
    Dbm,
    Decibels,
    Name,
    Quantity,
    Section,
    Share,
    TechnologyKey,
    TitledSection,
    assumed,
    within,
)


class EnvironmentSection(TitledSection):
    """Where the handset is: ``entry_loss``, and a ``building`` of ITU-R P.2109 on top of it."""

    entry_loss: Decibels
    receiver_height: Annotated[Quantity, within("m", 1.0, 3000.0)]
    building: Literal["traditional", "thermally efficient"] | None = None


ModelKey = Literal["p1812", "itm"]
"""A propagation model that levels can be computed with."""
ITM_REFRACTIVITY = (250.0, 400.0)
"""Surface refractivity that Longley-Rice takes [N-units]."""


class ItmSection(Section):
    """What Longley-Rice asks for and ITU-R P.1812 does not.

    ``climate`` is 1 equatorial, 2 continental subtropical, 3 maritime subtropical, 4 desert, 5
    continental temperate, 6 maritime temperate over land, 7 over sea.
    """

    climate: Annotated[Quantity, within("1", 1.0, 7.0)] = assumed(
        5.0, "1", "continental temperate, what ITM starts with; assumption"
    )
    ground_permittivity: Annotated[Quantity, within("1", 1.0, 100.0)] = assumed(
        15.0, "1", "average ground, ITM"
    )
    ground_conductivity: Annotated[Quantity, within("S/m", 1e-5, 100.0)] = assumed(
        0.005, "S/m", "average ground, ITM"
    )

    @model_validator(mode="after")
    def _whole_climate(self) -> Self:
        if self.climate.value != round(self.climate.value):
            raise ValueError(
                f"climate = {self.climate.value:g} is no climate; 1, 2, 3, 4, 5, 6 or 7 is allowed"
            )
        return self


class PropagationSection(Section):
    """The propagation models and their climate.

    The first of ``models`` decides; gaps and plan are made with the others as well, so that what
    depends on the model shows. Their receivers stand in the middle of every block of
    ``second_model_step`` rows and columns.
    """

    models: tuple[ModelKey, ...] = Field(default=("p1812",), min_length=1)
    second_model_step: Literal[1, 3, 5, 7, 9] = 3
    method: Literal["sweep", "exact"] = "sweep"
    radius_km: float = Field(default=30.0, ge=0.5, le=100.0)
    time_percent: float = Field(default=50.0, ge=1.0, le=50.0)
    polarization: Literal["horizontal", "vertical"] = "vertical"
    delta_n: Annotated[Quantity, within("N/km", 1.0, 156.0)]
    surface_refractivity_n0: Annotated[Quantity, within("N", 150.0, 450.0)]
    calibration: dict[ModelKey, dict[TechnologyKey, CalibrationSection]] = Field(
        default_factory=dict
    )
    itm: ItmSection | None = None

    @model_validator(mode="before")
    @classmethod
    def _starting_values(cls, given: Any) -> Any:
        models = given.get("models") if isinstance(given, dict) else None
        if isinstance(models, list | tuple) and "itm" in models:
            return {"itm": {}, **given}
        return given

    @model_validator(mode="after")
    def _models_fit(self) -> Self:
        if len(set(self.models)) < len(self.models):
            raise ValueError(f"models = {list(self.models)} names a model twice; name each once")
        low, high = ITM_REFRACTIVITY
        value = self.surface_refractivity_n0.value
        if "itm" in self.models and not low <= value <= high:
            raise ValueError(
                f"surface_refractivity_n0 is {value:g} N; Longley-Rice takes {low:g} to {high:g} N:"
                " correct it, or leave 'itm' out of models"
            )
        return self


class UplinkSection(Section):
    """The direction from handset to base station: what a handset of LTE or NR must get through."""

    handset_power: Dbm = assumed(23.0, "dBm", "3GPP TS 36.101, power class 3")
    base_noise_figure: Decibels = assumed(5.0, "dB", "assumption")
    rate: Annotated[Quantity, within("Mbit/s", 0.001, 100.0)] = assumed(
        0.256, "Mbit/s", "VNPT, least mean upload of its WCDMA zones (vnpt.vn)"
    )
    resource_blocks: Annotated[Quantity, within("1", 1.0, 273.0)] = assumed(
        10.0, "1", "assumption: blocks that a handset at the edge sends on"
    )


class QualitySection(Section):
    """Interference and throughput, and from where service is good."""

    neighbour_load: Share = assumed(0.5, "fraction", "assumption")
    handset_noise_figure: Decibels = assumed(7.0, "dB", "assumption")
    mimo_layers: Annotated[Quantity, within("1", 1.0, 8.0)] = assumed(
        2.0, "1", "assumption: two antennas at both ends"
    )
    busy_share: Share = assumed(
        0.01, "fraction", "assumption: people of a cell who want data at once in the busy hour"
    )
    floor: Annotated[Quantity, within("Mbit/s", 0.0, 1000.0)] = assumed(
        2.5, "Mbit/s", "VNPT, LTE-A, zone 2, least download (vnpt.vn)"
    )
    good: Annotated[Quantity, within("Mbit/s", 0.0, 1000.0)] = assumed(
        5.0, "Mbit/s", "VNPT, LTE-A, zone 1, least download (vnpt.vn)"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.floor.value > self.good.value:
            raise ValueError(f"floor = {self.floor.value:g} is above good = {self.good.value:g}")
        return self


class ServiceSection(Section):
    """When a place counts as covered.

    With ``both_directions`` the weaker of downlink and uplink decides. ``sites`` says whose
    probability counts: that of the best sector alone, or that of any of several sites, whose
    deviations are ``independent`` or ``correlated`` by ``site_correlation``.
    """

    covered: Share
    marginal: Share
    model_error: Annotated[Quantity, within("dB", 0.1, 30.0)]
    smallest_gap: Annotated[Quantity, within("km2", 0.0, 100.0)]
    both_directions: bool = True
    sites: Literal["best", "independent", "correlated"] = "best"
    site_correlation: Annotated[Quantity, within("fraction", 0.0, 0.7)] = assumed(
        0.5, "fraction", "assumption; sectors of one mast have 1"
    )
    uplink: UplinkSection = UplinkSection()
    quality: QualitySection = QualitySection()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.marginal.value >= self.covered.value:
            raise ValueError(
                f"marginal = {self.marginal.value:g} must be below covered = {self.covered.value:g}"
            )
        return self


class VerdictsSection(Section):
    """When a village is without signal as a whole (trắng sóng) or in part (lõm sóng)."""

    centre_signal: Literal["marginal", "covered"] = "marginal"
    settlement_signal: Literal["marginal", "covered"] = "marginal"
    settlement_radius: Annotated[Quantity, within("m", 10.0, 20_000.0)] = Quantity(
        value=500.0,
        unit="m",
        source="assumption: people nearer to this village than to others and within this distance",
    )
    smallest_part: Share = Quantity(
        value=0.05,
        unit="fraction",
        source="assumption: a smaller part of a settlement without signal is no lõm sóng",
    )
    trang_song: Name = "no operator has a signal at the village centre"
    lom_song: Name = "the village centre has a signal, part of the settlement has none"
    wording_source: Name = (
        "usage in Tuyên Quang's report of 12 January 2026 (baotuyenquang.com.vn); the second half "
        "is a reading, the text of CV 1603/BTTTT-CVT is not at hand"
    )


class CausesSection(Section):
    """Where the lines between the causes of a gap are drawn; see ``gaps/causes.csv``."""

    more_power: Annotated[Quantity, within("dB", 0.0, 30.0)] = assumed(
        6.0, "dB", "assumption: four times the power, for example 80 W instead of 20 W"
    )
    site_distance: Annotated[Quantity, within("km", 0.0, 100.0)] = assumed(
        10.0, "km", "assumption: farther away, no site is meant for the place"
    )


class OfficesSection(Section):
    """How many commune offices should have a local network; see ``gaps/offices-target.csv``."""

    target: Annotated[Quantity, within("communes", 0.0, 100_000.0)] = assumed(
        8.0,
        "communes",
        "plan 31/KH-STTTT of 24 February 2023: 8 of its 10 communes, not said which",
    )


class CriterionSection(Section):
    """Which set of new-rural criterion 8 is asked about, and the study's own thresholds."""

    set: Name = "2021-2025"
    thresholds: dict[str, Share] = Field(default_factory=dict)
    complete: tuple[Name, ...] = ()
