"""What a map of one transmitter is asked for."""

from dataclasses import dataclass

from phusong.models.antenna import AntennaPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class MapConditions:
    """All that a map depends on besides its terrain and its mast.

    Parameters
    ----------
    frequency_mhz
        Carrier [MHz].
    tx_height_m, rx_height_m
        Antenna and receiver above ground [m].
    radius_km
        How far to compute [km].
    resolution_m
        Side of a cell [m].
    time_percent
        Share of the year for which the loss is not exceeded: 1 to 50 for P.1812, above 0 and
        below 100 for ITM [%].
    location_percent
        Share of the locations for which it is not exceeded, above 0 and below 100 [%].
    polarization
        ``vertical`` or ``horizontal``.
    delta_n
        Refractivity lapse rate, P.1812 [N-units/km].
    surface_refractivity_n0
        Refractivity at sea level [N-units].
    climate, ground_permittivity, ground_conductivity_s_per_m, situation_percent
        Of ITM, see :class:`phusong.models.itm.ItmConditions`.
    mode_of_variability
        Likewise.
    exact
        Every cell on its own profile, instead of along shared radials.
    """

    frequency_mhz: float
    tx_height_m: float
    rx_height_m: float
    radius_km: float
    resolution_m: float
    time_percent: float = 50.0
    location_percent: float = 50.0
    polarization: str = "vertical"
    delta_n: float = 45.0
    surface_refractivity_n0: float = 325.0
    climate: int = 5
    ground_permittivity: float = 15.0
    ground_conductivity_s_per_m: float = 0.005
    situation_percent: float = 50.0
    mode_of_variability: int = 12
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Radiation:
    """An antenna that does not radiate alike in every direction.

    Parameters
    ----------
    pattern
        Measured pattern, or None for the sector of 3GPP TR 36.814 and TR 38.901 (65° wide, 10°
        high).
    azimuth_deg
        Where it points, from true north, clockwise [deg].
    mechanical_tilt_deg
        Tilt of the antenna itself, positive downwards [deg].
    electrical_tilt_deg
        Tilt of the beam, beyond the one in a measured pattern, positive downwards [deg].
    """

    pattern: AntennaPattern | None = None
    azimuth_deg: float = 0.0
    mechanical_tilt_deg: float = 0.0
    electrical_tilt_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmitter:
    """A transmitter and what its map shall hold.

    Parameters
    ----------
    latitude, longitude
        Position, WGS 84 [deg].
    eirp_dbm
        EIRP in the direction of its maximum, for the received level [dBm].
    quantity
        ``path-loss`` [dB], ``received-level`` [dBm] or ``field-strength`` for 1 kW ERP
        [dB(uV/m)].
    model
        Key of :data:`phusong.pipeline.map_models.MAP_MODELS`.
    conditions
        All else that the loss depends on.
    radiation
        The antenna's pattern; None radiates alike in every direction. It enters received level
        and field strength, never the path loss.
    """

    latitude: float
    longitude: float
    eirp_dbm: float
    quantity: str
    model: str
    conditions: MapConditions
    radiation: Radiation | None = None
