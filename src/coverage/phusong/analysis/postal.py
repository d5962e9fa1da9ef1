"""Address codes of villages and households: Open Location Code, and an experimental short form."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from phusong.errors import DomainError

DIGITS = "23456789CFGHJMPQRVWX"
PAIRS = 5
"""Pairs of digits, latitude first, each a twentieth of the one before."""
GRID_ROWS, GRID_COLS = 5, 4
"""How the digits after the pairs cut a cell."""
SEPARATOR_AFTER = 8
LONGEST = 15
SHORT_DIGITS = 7
PAIR_STEPS = 8000
"""Cells of the last pair in a degree."""


def open_location_codes(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], *, digits: int = 11
) -> NDArray[np.str_]:
    """Open Location Code (plus code) of points.

    Parameters
    ----------
    latitude, longitude
        WGS 84, one-dimensional; latitude -90 to 90, longitude any [deg].
    digits
        Digits of the code without the plus sign, 10 to 15; 11 is a cell of about 3 m.

    Returns
    -------
    numpy.ndarray
        Codes with the plus sign after the eighth digit.

    Raises
    ------
    DomainError
        A latitude is outside -90 to 90, a coordinate is unknown, or the digits are not possible.

    Notes
    -----
    Source: the Open Location Code specification (github.com/google/open-location-code,
    specification.md): five pairs of base-20 digits, then digits that cut a cell into 5 rows and
    4 columns. The arithmetic is in whole numbers of the smallest cell, so that a point on an
    edge belongs to the cell north and east of it. The North Pole belongs to the last cell.

    Examples
    --------
    >>> str(open_location_codes(np.array([22.563076]), np.array([104.249042]))[0])
    '7PJ6H67X+6JM'
    """
    if not 2 * PAIRS <= digits <= LONGEST:
        raise DomainError(f"digits={digits} is not possible; 10 to {LONGEST} digits are allowed")
    finest = LONGEST - 2 * PAIRS
    north = _steps(latitude, 90.0, PAIR_STEPS * GRID_ROWS**finest, "latitude")
    east = _steps(longitude, 180.0, PAIR_STEPS * GRID_COLS**finest, "longitude")
    if ((north < 0) | (latitude > 90.0)).any():
        raise DomainError("latitude is outside -90 to 90 deg; are the coordinates swapped?")
    north = np.minimum(north, 180 * PAIR_STEPS * GRID_ROWS**finest - 1)
    east %= 360 * PAIR_STEPS * GRID_COLS**finest
    indices: list[NDArray[np.int64]] = []
    for _ in range(finest):
        indices.append(north % GRID_ROWS * GRID_COLS + east % GRID_COLS)
        north, east = north // GRID_ROWS, east // GRID_COLS
    for _ in range(PAIRS):
        indices += [east % 20, north % 20]
        north, east = north // 20, east // 20
    letters = np.array(list(DIGITS))[np.stack(indices[::-1], axis=-1)]
    codes = ["".join(row[:digits]) for row in letters]
    return np.array([f"{c[:SEPARATOR_AFTER]}+{c[SEPARATOR_AFTER:]}" for c in codes], dtype=np.str_)


def _steps(
    degrees: NDArray[np.float64], shift_deg: float, per_degree: int, name: str
) -> NDArray[np.int64]:
    """Whole cells from the south-western corner; decimal input is taken as it was written."""
    if not np.isfinite(degrees).all():
        raise DomainError(f"{name} is unknown for a point; leave out points without coordinates")
    return np.floor(np.round((degrees + shift_deg) * per_degree, 5)).astype(np.int64)


def address_codes(points: pd.DataFrame) -> pd.DataFrame:
    """Give every point an address code of its own.

    Parameters
    ----------
    points
        Columns ``point_id``, ``point_kind``, ``name``, ``village_id``, ``commune_code``,
        ``latitude``, ``longitude``, ``postcode`` (empty where unknown).

    Returns
    -------
    pandas.DataFrame
        The points, by commune, village and id, with ``plus_code`` (11 digits),
        ``in_cell`` (how many points share the cell), ``address_code`` (the plus code, with
        ``/1``, ``/2`` and so on where several share it: no two points have the same), and
        ``short_code_experimental``.

    Notes
    -----
    The national postal address code is said to be a 5-digit postcode and 7 characters based on
    the plus code; that these are the last 7 of 11 digits is an inference. The short form is
    therefore experimental, given only together with a postcode (7 characters alone repeat across
    the meridian of 104 degrees east, which the ten communes straddle), and not made unique.
    """
    order = ["commune_code", "village_id", "point_kind", "point_id"]
    table = points.sort_values(order, kind="stable").reset_index(drop=True)
    codes = open_location_codes(
        table["latitude"].to_numpy(dtype=np.float64), table["longitude"].to_numpy(dtype=np.float64)
    )
    table["plus_code"] = pd.Series(codes, dtype="object")
    cells = table.groupby("plus_code")["plus_code"]
    table["in_cell"] = cells.transform("size").astype("int64")
    number = (cells.cumcount() + 1).astype(str)
    alone = table["in_cell"] == 1
    table["address_code"] = table["plus_code"].where(alone, table["plus_code"] + "/" + number)
    short = table["plus_code"].str.replace("+", "", regex=False).str[-SHORT_DIGITS:]
    known = table["postcode"] != ""
    table["short_code_experimental"] = (table["postcode"] + short).where(known, "")
    return table
