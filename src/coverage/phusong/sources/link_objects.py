"""What a link object may hold in JSON, model by model; ranges are checked by the models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

DEFAULT_MODEL = "p1812"

Frequency = Annotated[float, Field(description="the carrier frequency in MHz")]
AntennaHeight = Annotated[float, Field(description="the antenna height above ground in m")]
Distances = Annotated[list[float], Field(description="distances from the transmitter in km")]
Ground = Annotated[
    list[Annotated[float, Field(ge=-12_000.0, le=10_000.0)]],
    Field(description="ground heights above sea level in m"),
]
Polarization = Literal["horizontal", "vertical"]
Zones = list[Literal["sea", "coastal", "inland"]]


class LinkObject(BaseModel):
    """Base of every link schema: unknown keys, text for numbers and NaN are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class P1812LinkObject(LinkObject):
    """A link for ITU-R P.1812."""

    model: Literal["p1812"] = "p1812"
    frequency_mhz: Frequency
    time_percent: float = 50.0
    location_percent: float = 50.0
    tx_height_m: AntennaHeight
    rx_height_m: AntennaHeight
    polarization: Polarization = "vertical"
    latitude_tx: Annotated[float, Field(description="the transmitter's latitude in degrees")]
    longitude_tx: Annotated[float, Field(description="the transmitter's longitude in degrees")]
    latitude_rx: Annotated[float, Field(description="the receiver's latitude in degrees")]
    longitude_rx: Annotated[float, Field(description="the receiver's longitude in degrees")]
    delta_n: float = 45.0
    surface_refractivity_n0: float = 325.0
    distance_km: Distances
    height_m: Annotated[list[float], Field(description="ground heights above sea level in m")]
    clutter_height_m: list[float] | None = None
    cell_width_m: float | None = None
    coast_distance_tx_km: float = 500.0
    coast_distance_rx_km: float = 500.0
    zone: Zones | None = None


class SharedLinkObject(LinkObject):
    """Keys that other models need may stand in a link too, so that one object serves them all."""

    frequency_mhz: Frequency
    tx_height_m: AntennaHeight
    rx_height_m: AntennaHeight
    distance_km: Distances
    height_m: Ground | None = None
    polarization: Polarization = "vertical"
    climate: int = 5
    surface_refractivity_n0: float = 325.0
    ground_permittivity: float = 15.0
    ground_conductivity_s_per_m: float = 0.005
    time_percent: float = 50.0
    location_percent: float = 50.0
    situation_percent: float = 50.0
    mode_of_variability: int = 12
    latitude_tx: float | None = None
    longitude_tx: float | None = None
    latitude_rx: float | None = None
    longitude_rx: float | None = None
    delta_n: float = 45.0
    clutter_height_m: list[float] | None = None
    cell_width_m: float | None = None
    coast_distance_tx_km: float | None = None
    coast_distance_rx_km: float | None = None
    zone: Zones | None = None

    @property
    def step_m(self) -> float:
        """Distance between neighbouring points, taken as equal [m]."""
        return 1000.0 * self.distance_km[-1] / (len(self.distance_km) - 1)


class ItmLinkObject(SharedLinkObject):
    """A link for Longley-Rice ITM."""

    model: Literal["itm"]
    height_m: Ground


def _length_alone(value: Any) -> Any:
    """A path length as a list of one distance; anything else as it is."""
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else value


class DistanceLinkObject(SharedLinkObject):
    """A link for a model that wants a distance; a profile may stand there instead."""

    distance_km: Annotated[
        list[float],
        BeforeValidator(_length_alone),
        Field(description="the path length in km, or distances from the transmitter"),
    ]


class FreeSpaceLinkObject(DistanceLinkObject):
    """A link in free space."""

    model: Literal["free_space"]


class HataLinkObject(DistanceLinkObject):
    """A link for Okumura-Hata."""

    model: Literal["hata"]
    surroundings: Annotated[
        Literal["urban", "suburban", "open"],
        Field(description="what surrounds the receiver: 'urban', 'suburban' or 'open'"),
    ]
    city_size: Literal["medium", "large"] = "medium"


class Cost231LinkObject(DistanceLinkObject):
    """A link for COST 231-Hata."""

    model: Literal["cost231"]
    city_size: Literal["medium", "large"] = "medium"


class EhataLinkObject(SharedLinkObject):
    """A link for extended Hata; the transmitter is the base."""

    model: Literal["ehata"]
    height_m: Ground
    surroundings: Annotated[
        Literal["urban", "suburban", "rural"],
        Field(description="what surrounds the receiver: 'urban', 'suburban' or 'rural'"),
    ]


class SightLinkObject(DistanceLinkObject):
    """A link for a model of 3GPP, with or without line of sight."""

    visibility: Literal["los", "nlos"] | None = None


class RmaLinkObject(SightLinkObject):
    """A link for TR 38.901 RMa."""

    model: Literal["tr38901_rma"]
    street_width_m: float = 20.0
    building_height_m: float = 5.0


class UmaLinkObject(SightLinkObject):
    """A link for TR 38.901 UMa."""

    model: Literal["tr38901_uma"]
