"""Positions of a tower list: degrees, minutes and seconds, or metres of a coordinate system."""

import re
import unicodedata

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from phusong.errors import DataError
from phusong.sources.tables import Fault
from phusong.sources.towers_cells import Repair, typed_number
from phusong.sources.towers_words import unmarked

MOST_LATITUDE = 90.0
NORTHING_FROM_M = 700_000.0
"""Metres from which a coordinate of Việt Nam is a northing: eastings end below, northings begin
above (8 degrees north)."""
MOST_EASTING_M = 1_000_000.0
"""Eastings of transverse Mercator systems with 500 km at their meridian stay below this."""
COARSE_DECIMALS = 3
"""Degrees with fewer decimals than this are off by more than 500 m."""

_FOR_EXAMPLE = 'for example "EPSG:9208" (VN-2000 / TM-3 104-45, Lào Cai) or "EPSG:3405"'
_DIRECTIONS = {
    "latitude": {"n": 1, "bac": 1, "b": 1, "north": 1, "s": -1, "nam": -1, "south": -1},
    "longitude": {
        "e": 1, "dong": 1, "d": 1, "east": 1, "w": -1, "tay": -1, "t": -1, "west": -1,
    },
}  # fmt: skip
_VIETNAMESE = frozenset({"b", "bac", "nam", "d", "dong", "t", "tay"})
_PARTS = re.compile(r"\d+(?:[.,]\d+)?")
_MARKERS = re.compile(
    r"(?<=\d)\s*(?:degrees?|deg|do|minutes?|min|phut|seconds?|sec|giay)(?![a-z])"
    r"|(?<=\d)\s*[dom](?=\s*\d)"
)
_SECONDS = re.compile(r"(?<=\d)(\s*m\s*[\d.,]+)\s*s")
"""A bare s means seconds behind minutes only: elsewhere it is south."""
_WORD = re.compile(r"[a-z]+")
_PAIR = re.compile(
    r"\(?\s*([+-]?\d+(?:[.,]\d+)?)\s*[;\s]\s*([+-]?\d+(?:[.,]\d+)?)\s*\)?"
    r"|\(?\s*([+-]?\d+\.\d+)\s*,\s*([+-]?\d+\.\d+)\s*\)?"
)


def positioned(repair: Repair, crs: str) -> None:
    """Give a list the columns ``latitude`` and ``longitude`` in plain degrees of WGS 84.

    Parameters
    ----------
    repair
        The list under Phusong's names; it is changed in place.
    crs
        CRS of coordinates in metres, as the study names it; empty for none.

    Raises
    ------
    DataError
        Coordinates in metres come without a usable CRS.
    """
    _split_pairs(repair)
    _name_axes(repair)
    table = repair.table
    if {"easting", "northing"} <= set(table.columns) and not (
        {"latitude", "longitude"} & set(table.columns)
    ):
        _from_metres(repair, crs)
    for axis in ("latitude", "longitude"):
        if axis in table.columns:
            _degrees(repair, axis)
    _coarse(repair)


def _split_pairs(repair: Repair) -> None:
    """One column with both coordinates becomes two, latitude first."""
    table = repair.table
    if "position" not in table.columns or {"latitude", "longitude"} & set(table.columns):
        return
    table["latitude"], table["longitude"] = "", ""
    for line, cell in table["position"].items():
        match = _PAIR.fullmatch(cell)
        if match is None:
            if cell:
                repair.faults.append(
                    Fault(
                        int(str(line)),
                        f"{repair.file.name} row {line}, column position = {cell}: latitude and "
                        "longitude are allowed, as in 22.563076, 104.249042; correct it or give "
                        "two columns",
                        "position",
                        cell,
                    )
                )
            continue
        first, second = (match[1], match[2]) if match[1] else (match[3], match[4])
        table.loc[line, ["latitude", "longitude"]] = [first, second]
        repair.note("split", "position", f"row {line}: {cell!r} read as latitude and longitude")


def _name_axes(repair: Repair) -> None:
    """Columns x and y: the survey's x points north, the map's x points east; values tell."""
    table = repair.table
    if not {"x", "y"} <= set(table.columns):
        return
    values = {axis: _median(table[axis]) for axis in ("x", "y")}
    high = max(values, key=lambda axis: abs(values[axis]))
    if abs(values[high]) >= NORTHING_FROM_M:
        names = {high: "northing", "xy".replace(high, ""): "easting"}
    else:
        # Degrees: whatever is above 90 is a longitude; else the map's custom.
        east = high if abs(values[high]) > MOST_LATITUDE else "x"
        names = {east: "longitude", "xy".replace(east, ""): "latitude"}
    taken = sorted(set(names.values()) & set(table.columns))
    if taken:
        return
    table.columns = table.columns.map(lambda name: names.get(name, name))
    for axis, name in names.items():
        example = f"column {axis} is taken for {name} by the size of its values"
        repair.note("axis", name, example)


def _median(cells: pd.Series) -> float:
    numbers = [typed.value for cell in cells if (typed := typed_number(cell)) is not None]
    return float(np.median(numbers)) if numbers else 0.0


def _from_metres(repair: Repair, crs: str) -> None:
    table = repair.table
    system = _projected(crs, repair.file.name)
    metres = pd.DataFrame({axis: _metres(repair, axis) for axis in ("easting", "northing")})
    to_degrees = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(
        metres["easting"].to_numpy(), metres["northing"].to_numpy(), errcheck=False
    )
    turned = (metres["easting"] > MOST_EASTING_M) & (metres["northing"] < MOST_EASTING_M)
    good = np.isfinite(longitude) & np.isfinite(latitude) & ~turned.to_numpy()
    _refuse_metres(repair, table.index[turned], "look swapped; exchange the two columns")
    lost = table.index[metres.notna().all(axis=1) & ~good & ~turned]
    _refuse_metres(repair, lost, f"are no place of {crs}; correct them or inputs.towers.crs")
    for axis, values in (("latitude", latitude), ("longitude", longitude)):
        table[axis] = [f"{value:.9f}" if ok else "" for value, ok in zip(values, good, strict=True)]
    line = table.index[good][0] if good.any() else table.index[0]
    repair.note(
        f"from {crs}", "latitude, longitude",
        f"row {line}: {table['easting'][line]}, {table['northing'][line]} read as "
        f"{table['latitude'][line]}, {table['longitude'][line]}",
    )  # fmt: skip


def _refuse_metres(repair: Repair, lines: pd.Index, why: str) -> None:
    """Faults of rows whose coordinates in metres cannot be used."""
    for line in lines:
        easting, northing = repair.table["easting"][line], repair.table["northing"][line]
        message = (
            f"{repair.file.name} row {line}, columns easting = {easting} and northing = "
            f"{northing} {why}"
        )
        repair.faults.append(Fault(int(line), message, "easting", str(easting)))


def _projected(crs: str, name: str) -> CRS:
    if not crs:
        raise DataError(
            f"{name} gives positions in metres; name their coordinate system as "
            f"inputs.towers.crs in the study file, {_FOR_EXAMPLE}"
        )
    try:
        system = CRS.from_user_input(crs)
    except CRSError as error:
        raise DataError(
            f"inputs.towers.crs = {crs!r} is not a known CRS ({error}); give an EPSG code, "
            f"{_FOR_EXAMPLE}"
        ) from None
    if not system.is_projected or system.to_authority() is None:
        raise DataError(
            f"inputs.towers.crs = {crs!r} is not a metric CRS with an EPSG code (a bare +proj "
            f"string loses the datum shift of VN-2000); give one, {_FOR_EXAMPLE}"
        )
    return system


def _metres(repair: Repair, axis: str) -> pd.Series:
    """Numbers of a column in metres; what is none is a fault."""
    cells, values = repair.table[axis], {}
    for line, cell in cells.items():
        typed = typed_number(cell)
        if typed is not None and typed.unit in {"", "m"}:
            values[line] = typed.value
            if typed.comma or typed.grouped:
                example = f"row {line}: {cell!r} read as {typed.value:.12g}"
                repair.note("decimal comma" if typed.comma else "thousands", axis, example)
            continue
        values[line] = np.nan
        if cell:
            repair.faults.append(
                Fault(
                    int(str(line)),
                    f"{repair.file.name} row {line}, column {axis} = {cell}: metres are "
                    "allowed; correct the value",
                    axis,
                    cell,
                )
            )
    return pd.Series(values, index=cells.index, dtype="float64")


def _degrees(repair: Repair, axis: str) -> None:
    table = repair.table
    cells = table[axis]
    plain = pd.to_numeric(cells.where(cells != ""), errors="coerce").notna()
    odd = cells.index[(cells != "") & ~plain]
    both = [c for a in ("latitude", "longitude") if a in table.columns for c in table[a]]
    vietnamese = bool(len(odd)) and any(_letters(cell) & _VIETNAMESE for cell in both)
    for line in odd:
        cell = cells[line]
        if vietnamese and "n" in _letters(cell):
            repair.faults.append(
                Fault(
                    int(line),
                    f"{repair.file.name} row {line}, column {axis} = {cell}: N is north in "
                    "English and Nam, south, in Vietnamese, and the list writes Vietnamese "
                    "letters elsewhere; write Bắc or Nam",
                    axis,
                    cell,
                )
            )
            table.loc[line, axis] = ""
            continue
        value = angle_deg(cell, axis)
        if value is not None:
            table.loc[line, axis] = f"{value:.9f}"
            kind = "degrees, minutes, seconds" if len(_PARTS.findall(cell)) > 1 else "decimal comma"
            repair.note(kind, axis, f"row {line}: {cell!r} read as {value:.7f}")


def angle_deg(cell: str, axis: str) -> float | None:
    r"""Degrees of a latitude or longitude as people write it.

    Parameters
    ----------
    cell
        For example ``22°33'47,1"N``, ``104 14 56.5 E`` or ``22,563076``.
    axis
        ``latitude`` or ``longitude``.

    Returns
    -------
    float or None
        Degrees, positive to the north and east; None when the cell is no angle on this axis [deg].

    Examples
    --------
    >>> round(angle_deg("22°33,785'B", "latitude"), 6)
    22.563083
    """
    text = unmarked(unicodedata.normalize("NFKC", cell)).replace("−", "-")
    text = re.sub(r"(vi|kinh) (do|tuyen)", " ", text)
    negative = text.lstrip().startswith("-")
    bare = _MARKERS.sub(" ", _SECONDS.sub(r"\1 ", text))
    words = _WORD.findall(bare)
    signs = [_DIRECTIONS[axis].get(word) for word in words]
    if len(words) > 1 or None in signs or (negative and words):
        return None
    digits = _WORD.sub(" ", bare)
    parts = [float(part.replace(",", ".")) for part in _PARTS.findall(digits)]
    if not 1 <= len(parts) <= 3 or re.search(r"[^\d.,\s°º˚'’′\"”″:;+-]", digits):
        return None
    if any(part >= 60 for part in parts[1:]) or any(p != int(p) for p in parts[:-1]):
        return None
    value = sum(part / 60.0**power for power, part in enumerate(parts))
    return -value if negative or signs == [-1] else value


def _letters(cell: str) -> set[str]:
    return set(_WORD.findall(_MARKERS.sub(" ", _SECONDS.sub(r"\1 ", unmarked(cell)))))


def _coarse(repair: Repair) -> None:
    """Say when positions have so few decimals that they are a village, not a mast."""
    table = repair.table
    if not {"latitude", "longitude"} <= set(table.columns):
        return
    few = ~table["latitude"].isin(("", "0"))
    for axis in ("latitude", "longitude"):
        decimals = table[axis].str.partition(".")[2].str.len()
        few &= decimals < COARSE_DECIMALS
    if few.any():
        line = table.index[few][0]
        where = f"{table['latitude'][line]}, {table['longitude'][line]}"
        for _ in range(int(few.sum())):
            repair.note("coarse position", "latitude, longitude",
                        f"row {line}: {where} has fewer than {COARSE_DECIMALS} decimals",
                        doubtful=True)  # fmt: skip
