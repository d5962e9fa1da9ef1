"""What each sector radiates and needs: the study's choices put into link budgets."""

import numpy as np

from phusong.analysis.link_budget import (
    Budget,
    UplinkEnds,
    deciding_direction,
    sensitivity_dbm,
    uplink_threshold_dbm,
)
from phusong.analysis.reach import (
    SUBCARRIERS_PER_BLOCK,
    Threshold,
    measured_eirp_dbm,
)
from phusong.analysis.service_quality import UPLINK_FIT, sinr_needed_db
from phusong.errors import DataError
from phusong.geo.network import Sector
from phusong.models.location import location_variability_db
from phusong.models.p2109 import building_entry_loss_db, building_entry_spread_db
from phusong.sources.towers import BELOW_1_GHZ_MHZ
from phusong.study import WHOLE_CARRIER, EnvironmentSection, Study

LTE_SPACING_KHZ = 15.0


def carrier_eirp_dbm(
    study: Study, technology: str, *, eirp_dbm: float, bandwidth_mhz: float
) -> float:
    """EIRP of what a handset measures of a carrier.

    Parameters
    ----------
    study
        Holds the technologies.
    technology
        For example ``LTE``.
    eirp_dbm
        EIRP of the whole carrier [dBm].
    bandwidth_mhz
        Bandwidth of the carrier [MHz].

    Returns
    -------
    float
        For LTE that of one resource element [dBm].

    Raises
    ------
    DataError
        The bandwidth is not one of the technology's.
    """
    section = study.technologies[technology]
    if not section.knows(bandwidth_mhz):
        raise DataError(
            f"bandwidth_mhz = {bandwidth_mhz:g} is not a {technology} bandwidth; allowed: "
            f"{', '.join(section.bandwidths)} MHz; correct it or technologies.{technology}"
        )
    return measured_eirp_dbm(eirp_dbm, technology=section, bandwidth_mhz=bandwidth_mhz)


def spacing_khz(study: Study, technology: str) -> float:
    """Distance of neighbouring subcarriers.

    Parameters
    ----------
    study
        Holds the technologies.
    technology
        One that has subcarriers.

    Returns
    -------
    float
        15 in LTE [kHz].
    """
    spacing = study.technologies[technology].spacing
    return LTE_SPACING_KHZ if spacing is None else spacing.value


def has_elements(study: Study, technology: str) -> bool:
    """Whether a technology's levels are those of a resource element.

    Parameters
    ----------
    study
        Holds the technologies.
    technology
        For example ``LTE``.

    Returns
    -------
    bool
        True for LTE and NR.
    """
    return study.technologies[technology].quantity not in WHOLE_CARRIER


def occupied_mhz(study: Study, sector: Sector) -> float:
    """Width of a carrier that carries data.

    Parameters
    ----------
    study
        Holds the technologies.
    sector
        Technology and bandwidth.

    Returns
    -------
    float
        That of its resource blocks; 0 for a technology without any [MHz].
    """
    blocks = study.technologies[sector.technology].blocks(sector.bandwidth_mhz)
    if not has_elements(study, sector.technology) or blocks is None:
        return 0.0
    return SUBCARRIERS_PER_BLOCK * blocks * spacing_khz(study, sector.technology) / 1000.0


def uplink_ends(study: Study, sector: Sector) -> UplinkEnds:
    """Both ends of the direction from handset to base station.

    Parameters
    ----------
    study
        Handset, base station, and what must get through. Tower lists give EIRP, so the gain of the
        receiving antenna is the study's default of the band.
    sector
        Its technology, carrier and bandwidth.

    Returns
    -------
    UplinkEnds
        Power, gain and sensitivity.
    """
    section, uplink, towers = (
        study.technologies[sector.technology],
        study.service.uplink,
        study.towers,
    )
    low = sector.frequency_mhz < BELOW_1_GHZ_MHZ
    gain = towers.antenna_gain_below_1ghz if low else towers.antenna_gain_above_1ghz
    needed = section.base_sensitivity
    if needed is None:
        carrier = section.blocks(sector.bandwidth_mhz) or 1
        blocks = min(round(uplink.resource_blocks.value), carrier)
        spacing = spacing_khz(study, sector.technology)
        width_mhz = SUBCARRIERS_PER_BLOCK * blocks * spacing / 1000.0
        sensitivity = sensitivity_dbm(
            resource_blocks=blocks,
            spacing_khz=spacing,
            noise_figure_db=uplink.base_noise_figure.value,
            sinr_db=sinr_needed_db(uplink.rate.value / width_mhz, fit=UPLINK_FIT),
        )
    else:
        sensitivity = needed.value
    power = section.handset_power or uplink.handset_power
    return UplinkEnds(power.value, gain.value - towers.feeder_loss.value, sensitivity)


def sector_budget(study: Study, sector: Sector, environment: EnvironmentSection) -> Budget:
    """What a sector radiates, and what a handset in an environment needs of it.

    Parameters
    ----------
    study
        Thresholds, model error, grid, directions that count.
    sector
        Technology, carrier and EIRP.
    environment
        Where the handset is.

    Returns
    -------
    Budget
        The loss on the handset's side is that of body or vehicle, and the median of ITU-R P.2109
        in a building. The spread is that of locations (ITU-R P.1812), of the model's error and of
        buildings, summed in squares.
    """
    measured = carrier_eirp_dbm(
        study, sector.technology, eirp_dbm=sector.eirp_dbm, bandwidth_mhz=sector.bandwidth_mhz
    )
    entry, spread = environment.entry_loss.value, study.service.model_error.value
    location = location_variability_db(
        frequency_mhz=sector.frequency_mhz,
        cell_width_m=study.grid.resolution_m,
        rx_height_m=environment.receiver_height.value,
    )
    spread = float(np.hypot(location, spread))
    building = environment.building
    if building is not None:
        frequency = sector.frequency_mhz
        entry += float(building_entry_loss_db(frequency, building_type=building))
        inside = float(building_entry_spread_db(frequency, building_type=building))
        spread = float(np.hypot(spread, inside))
    down = study.technologies[sector.technology].threshold.value
    up = uplink_threshold_dbm(measured, ends=uplink_ends(study, sector))
    direction = deciding_direction(downlink_dbm=down, uplink_dbm=up)
    needed = max(down, up) if study.service.both_directions else down
    return Budget(measured, entry, Threshold(needed, spread), up, direction)
