"""Location variability of ITU-R P.1812: how much levels differ within a cell of the map."""

from phusong.errors import DomainError
from phusong.kernels.p1812_combine import height_reduction, location_sigma


def location_variability_db(
    *,
    frequency_mhz: float,
    cell_width_m: float,
    rx_height_m: float,
    clutter_height_m: float = 0.0,
) -> float:
    r"""Standard deviation of the loss over the places in a cell, outdoors.

    Parameters
    ----------
    frequency_mhz
        Carrier frequency, > 0 [MHz].
    cell_width_m
        Side of the cell :math:`w_a`, > 0 [m].
    rx_height_m
        Receiver above ground :math:`h_{rg}`, > 0 [m].
    clutter_height_m
        Representative clutter height at the receiver :math:`R`, >= 0 [m].

    Returns
    -------
    float
        Standard deviation :math:`u_h \sigma_L` [dB].

    Raises
    ------
    DomainError
        A value is not above 0, or the clutter height is below 0.

    Notes
    -----
    .. math:: \sigma_L = (0.52 + 0.024 f) w_a^{0.28}, \quad
        u_h = 1 - (h_{rg} - R) / 10 \text{ within } [0, 1]

    Source: ITU-R P.1812-8, § 4.7 and 4.8, with :math:`f` in GHz. Departures: none.
    Not modelled: indoor receivers.

    Examples
    --------
    >>> round(location_variability_db(frequency_mhz=800, cell_width_m=30, rx_height_m=1.5), 2)
    1.19
    """
    values = {
        "frequency_mhz": frequency_mhz, "cell_width_m": cell_width_m, "rx_height_m": rx_height_m,
    }  # fmt: skip
    for name, value in values.items():
        if not value > 0:
            raise DomainError(f"{name}={value} is impossible, a value above 0 is needed")
    if not clutter_height_m >= 0:
        raise DomainError(f"clutter_height_m={clutter_height_m} is impossible, at least 0 m")
    sigma = location_sigma(frequency_mhz / 1000.0, float(cell_width_m))
    return float(height_reduction(float(rx_height_m), float(clutter_height_m)) * sigma)
