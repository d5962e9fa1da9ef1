"""What Longley-Rice ITM answers: loss, mode, warnings, and every quantity on the way."""

from dataclasses import dataclass
from typing import Final, Literal

from phusong.kernels import itm as kernel

Mode = Literal["unknown", "line of sight", "diffraction", "troposcatter"]

ITM_WARNINGS: Final[dict[int, str]] = {
    kernel.WARN_TX_HEIGHT: "tx_height_m is outside 1 to 1000 m",
    kernel.WARN_RX_HEIGHT: "rx_height_m is outside 1 to 1000 m",
    kernel.WARN_FREQUENCY: "frequency_mhz is outside 40 to 10000 MHz",
    kernel.WARN_DISTANCE_LARGE: "the path is longer than 1000 km",
    kernel.WARN_DISTANCE_HUGE: "the path is longer than 2000 km",
    kernel.WARN_DISTANCE_BELOW_HEIGHTS: "the path is steeper than 0.2 between effective heights",
    kernel.WARN_DISTANCE_SMALL: "the path is shorter than 1 km",
    kernel.WARN_TX_ANGLE: "the transmitter's horizon angle is beyond 0.2 rad",
    kernel.WARN_RX_ANGLE: "the receiver's horizon angle is beyond 0.2 rad",
    kernel.WARN_TX_HORIZON_NEAR: "the transmitter's horizon is nearer than 1/10 of smooth Earth's",
    kernel.WARN_RX_HORIZON_NEAR: "the receiver's horizon is nearer than 1/10 of smooth Earth's",
    kernel.WARN_TX_HORIZON_FAR: "the transmitter's horizon is farther than 3 times smooth Earth's",
    kernel.WARN_RX_HORIZON_FAR: "the receiver's horizon is farther than 3 times smooth Earth's",
    kernel.WARN_PROBABILITY: "a percentage is below 0.1 or above 99.9 %",
    kernel.WARN_REFRACTIVITY: "surface refractivity is below 250 N-units",
}
"""Bit of ``ItmResult.warnings`` to its meaning, as NTIA numbers them."""


@dataclass(frozen=True)
class ItmResult:
    r"""Loss of one link and every quantity on the way; NaN where terrain is unknown.

    Parameters
    ----------
    basic_transmission_loss_db
        Loss between isotropic antennas :math:`L_b` [dB].
    free_space_loss_db
        Free-space part :math:`L_{bf}` [dB].
    reference_attenuation_db
        Median attenuation below free space before variability :math:`A_{ref}` [dB].
    attenuation_db
        Attenuation below free space for the asked percentages :math:`A` [dB].
    mode
        What carries the signal: line of sight where the path is shorter than both horizon
        distances together, else diffraction or troposcatter.
    region
        Branch of the model as NTIA numbers it: 1 within the smooth-Earth horizon
        :math:`d_s` (terrain may still block), 2 diffraction, 3 troposcatter, 0 unknown.
    warnings
        Sum of the bits of ``ITM_WARNINGS``.
    surface_refractivity_ns
        Refractivity at the surface :math:`N_s` [N-units].
    effective_earth_radius_m
        Radius :math:`a_e` [m].
    distance_m
        Path length :math:`d` [m].
    tx_effective_height_m, rx_effective_height_m
        Heights above the effective reflecting plane :math:`h_{e1}, h_{e2}` [m].
    tx_horizon_distance_m, rx_horizon_distance_m
        Horizon distances :math:`d_{L1}, d_{L2}` [m].
    tx_horizon_angle_rad, rx_horizon_angle_rad
        Horizon elevation angles :math:`\theta_{e1}, \theta_{e2}` [rad].
    terrain_irregularity_m
        Interdecile range of terrain heights :math:`\Delta h` [m].
    """

    basic_transmission_loss_db: float
    free_space_loss_db: float
    reference_attenuation_db: float
    attenuation_db: float
    mode: Mode
    region: int
    warnings: int
    surface_refractivity_ns: float
    effective_earth_radius_m: float
    distance_m: float
    tx_effective_height_m: float
    rx_effective_height_m: float
    tx_horizon_distance_m: float
    rx_horizon_distance_m: float
    tx_horizon_angle_rad: float
    rx_horizon_angle_rad: float
    terrain_irregularity_m: float

    @property
    def warning_texts(self) -> tuple[str, ...]:
        """Meaning of each warning bit that is set."""
        return tuple(text for bit, text in ITM_WARNINGS.items() if self.warnings & bit)

    @property
    def by_symbol(self) -> dict[str, float | str]:
        """Intermediate quantities by their symbol in The ITM Algorithm."""
        return {
            "N_s": self.surface_refractivity_ns,
            "a_e_m": self.effective_earth_radius_m,
            "d_m": self.distance_m,
            "h_e1_m": self.tx_effective_height_m,
            "h_e2_m": self.rx_effective_height_m,
            "d_L1_m": self.tx_horizon_distance_m,
            "d_L2_m": self.rx_horizon_distance_m,
            "theta_e1_rad": self.tx_horizon_angle_rad,
            "theta_e2_rad": self.rx_horizon_angle_rad,
            "delta_h_m": self.terrain_irregularity_m,
            "L_bf_db": self.free_space_loss_db,
            "A_ref_db": self.reference_attenuation_db,
            "A_db": self.attenuation_db,
            "mode": self.mode,
            "region": self.region,
        }
