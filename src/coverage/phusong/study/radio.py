"""Operators, technologies, what tower lists leave out, and networks that differ."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from phusong.study.values import (
    Bandwidth,
    Dbm,
    Decibels,
    Degrees,
    FileKey,
    Metres,
    Name,
    Note,
    Quantity,
    Section,
    TechnologyKey,
    TitledSection,
    within,
)

BLOCK_TOLERANCE_MHZ = 0.05


class OperatorSection(Section):
    """A mobile operator of the study.

    ``stations`` is how many sites it has on the air in the communes of the study, where that is
    known, and ``stations_date`` when that was said: a list that holds fewer is incomplete, and its
    gaps are those of the known sites.
    """

    name: Name
    key: FileKey
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    stations: Annotated[Quantity, within("sites", 0.0, 100_000.0)] | None = None
    stations_date: Note = ""


class TechnologySection(Section):
    """A radio technology, what a handset measures of it, and the level at which it is served.

    ``quantity`` is RSRP (LTE), SS-RSRP (NR), RSCP (UMTS) or RxLev (GSM). The first two are levels
    of one resource element and need ``resource_blocks`` by bandwidth; RSCP is that of the common
    pilot, ``pilot`` below the carrier; RxLev is that of the whole carrier. ``bandwidth`` fills
    what a tower list leaves out, before ``towers.bandwidth``. ``spacing`` is the distance of
    subcarriers, 15 kHz in LTE. ``handset_power`` and ``base_sensitivity`` are the ends of the
    uplink where ``service.uplink`` does not give them. Threshold, bandwidth and ends of the others
    than RSRP have starting values, printed with every product like any assumption.
    """

    threshold: Dbm
    quantity: Literal["RSRP", "SS-RSRP", "RSCP", "RxLev"] = "RSRP"
    resource_blocks: dict[Bandwidth, Annotated[int, Field(ge=1, le=1000)]] = Field(
        default_factory=lambda: {"1.4": 6, "3": 15, "5": 25, "10": 50, "15": 75, "20": 100}
    )
    pilot: Decibels | None = None
    bandwidth: Annotated[Quantity, within("MHz", 0.1, 400.0)] | None = None
    spacing: Annotated[Quantity, within("kHz", 3.75, 240.0)] | None = None
    handset_power: Dbm | None = None
    base_sensitivity: Dbm | None = None

    @model_validator(mode="before")
    @classmethod
    def _starting_values(cls, given: Any) -> Any:
        values = (
            STARTING_VALUES.get(str(given.get("quantity"))) if isinstance(given, dict) else None
        )
        return {**values, **given} if values else given

    @property
    def bandwidths(self) -> tuple[str, ...]:
        """Bandwidths that a carrier may have [MHz]."""
        if self.quantity in WHOLE_CARRIER and self.bandwidth is not None:
            return (f"{self.bandwidth.value:g}",)
        return tuple(self.resource_blocks)

    def knows(self, bandwidth_mhz: float) -> bool:
        """Whether a carrier may have this bandwidth.

        Parameters
        ----------
        bandwidth_mhz
            Bandwidth of the carrier [MHz].

        Returns
        -------
        bool
            True when it is one of the technology's.
        """
        return any(abs(float(w) - bandwidth_mhz) < BLOCK_TOLERANCE_MHZ for w in self.bandwidths)

    def blocks(self, bandwidth_mhz: float) -> int | None:
        """Resource blocks of a carrier.

        Parameters
        ----------
        bandwidth_mhz
            Bandwidth of the carrier [MHz].

        Returns
        -------
        int or None
            Number of blocks; None when the technology has no such bandwidth.
        """
        for width, blocks in self.resource_blocks.items():
            if abs(float(width) - bandwidth_mhz) < BLOCK_TOLERANCE_MHZ:
                return blocks
        return None


WHOLE_CARRIER = ("RSCP", "RxLev")
"""Quantities that are not of one resource element."""


def _start(value: float, unit: str, source: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": source}


STARTING_VALUES: dict[str, dict[str, Any]] = {
    "SS-RSRP": {
        "threshold": _start(-115.0, "dBm", "assumption, as for LTE"),
        "resource_blocks": {
            "5": 11, "10": 24, "15": 38, "20": 51, "25": 65, "30": 78, "40": 106, "50": 133,
            "60": 162, "70": 189, "80": 217, "90": 245, "100": 273,
        },  # 3GPP TS 38.101-1, table 5.3.2-1, subcarriers of 30 kHz
        "bandwidth": _start(100.0, "MHz", "assumption"),
        "spacing": _start(30.0, "kHz", "assumption: usual above 1 GHz; 15 kHz below"),
    },
    "RSCP": {
        "threshold": _start(-100.0, "dBm", "assumption; believed, not verified"),
        "pilot": _start(10.0, "dB", "assumption: a tenth of the carrier's power is the pilot"),
        "bandwidth": _start(5.0, "MHz", "3GPP TS 25.104, channel raster of 5 MHz"),
        "handset_power": _start(24.0, "dBm", "3GPP TS 25.101, power class 3"),
        "base_sensitivity": _start(-121.0, "dBm", "3GPP TS 25.104, 12.2 kbit/s, wide area"),
    },
    "RxLev": {
        "threshold": _start(-100.0, "dBm", "assumption"),
        "bandwidth": _start(0.2, "MHz", "3GPP TS 45.005, carriers of 200 kHz"),
        "handset_power": _start(33.0, "dBm", "3GPP TS 45.005, class 4; 30 dBm at 1800 MHz"),
        "base_sensitivity": _start(-104.0, "dBm", "3GPP TS 45.005, normal base station"),
    },
}  # fmt: skip
"""What a technology has when the study file does not say otherwise."""


class TowerDefaults(Section):
    """What a tower list leaves out; every use is recorded and shown."""

    mast_height: Metres
    antenna_height: Annotated[Quantity, within("m", 1.0, 3000.0)]
    carrier_power: Dbm
    antenna_gain_below_1ghz: Annotated[Quantity, within("dBi", -10.0, 40.0)]
    antenna_gain_above_1ghz: Annotated[Quantity, within("dBi", -10.0, 40.0)]
    feeder_loss: Decibels
    bandwidth: Annotated[Quantity, within("MHz", 0.1, 400.0)]
    electrical_tilt: Degrees
    mechanical_tilt: Degrees
    horizontal_beamwidth: Annotated[Quantity, within("deg", 1.0, 360.0)]
    vertical_beamwidth: Annotated[Quantity, within("deg", 1.0, 180.0)]
    frequency: dict[TechnologyKey, Annotated[Quantity, within("MHz", 30.0, 6000.0)]] = Field(
        default_factory=dict
    )


class NewBand(Section):
    """A carrier that every mast of the operators concerned would radiate as well."""

    technology: TechnologyKey
    frequency: Annotated[Quantity, within("MHz", 30.0, 6000.0)]
    bandwidth: Annotated[Quantity, within("MHz", 0.1, 400.0)]
    eirp: Annotated[Quantity, within("dBm", 0.0, 100.0)]


class ScenarioSection(TitledSection):
    """A network that differs from the one of the tower list; told as differences from it.

    ``operators`` names whom the changes concern, by their keys; everybody when it is empty.
    ``off`` are technologies that are switched off, ``broken`` sites that fail. ``eirp_change``
    and ``height_change`` are added to every sector that is left, and last comes ``new_band``.
    """

    source: Note = ""
    operators: tuple[FileKey, ...] = ()
    off: tuple[TechnologyKey, ...] = ()
    broken: tuple[Name, ...] = ()
    eirp_change: Annotated[Quantity, within("dB", -60.0, 60.0)] | None = None
    height_change: Annotated[Quantity, within("m", -300.0, 300.0)] | None = None
    new_band: NewBand | None = None
