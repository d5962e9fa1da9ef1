"""Units and the few conversions that every layer needs.

One unit per quantity, written as a suffix of the name: ``_m``, ``_km``, ``_mhz``, ``_ghz``,
``_db`` (a ratio or a positive loss), ``_dbm`` (a power), ``_deg``, ``_percent``.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ERP_TO_EIRP_DB = 2.15
"""EIRP in dBm is ERP (over a half-wave dipole) in dBm plus this."""


def watts_to_dbm(power_w: float) -> float:
    """Power in dB above one milliwatt.

    Parameters
    ----------
    power_w
        Power, > 0 [W].

    Returns
    -------
    float
        Power [dBm].

    Examples
    --------
    >>> watts_to_dbm(40.0)
    46.020599913279625
    """
    return float(10.0 * np.log10(power_w * 1000.0))
