"""What a tower list may hold, and what its rows may not be beside each other."""

from pathlib import Path

import numpy as np
import pandas as pd

from phusong.sources.tables import Columns, Fault, Number, Text
from phusong.study import Study

IDENTITY = ("site_id", "technology", "frequency_mhz", "azimuth_deg")


def tower_columns(study: Study) -> Columns:
    """Columns of a tower list.

    Parameters
    ----------
    study
        Its operators and technologies; whether it has frequencies for lists without.

    Returns
    -------
    dict
        What each column may hold.
    """
    metres = "height above ground in metres"
    return {
        "site_id": Text(required=True, remedy="give every row its site"),
        "sector_id": Text(),
        "operator": Text(
            required=True,
            allowed=tuple(op.name for op in study.operators),
            remedy="correct it, or add the operator to the study file",
        ),
        "latitude": Number(-90, 90, "deg", required=True, remedy="give WGS 84 degrees"),
        "longitude": Number(-180, 180, "deg", required=True, remedy="give WGS 84 degrees"),
        "technology": Text(
            required=True,
            allowed=tuple(study.technologies),
            remedy="correct it, or add the technology to the study file",
        ),
        "frequency_mhz": Number(
            30,
            6000,
            "MHz",
            required=not study.towers.frequency,
            remedy="did you give GHz or kHz? Each carrier needs a row of its own",
        ),
        "bandwidth_mhz": Number(0.1, 400, "MHz"),
        "mast_height_m": Number(1, 400, "m", remedy=f"give the {metres}, or leave it empty"),
        "antenna_height_m": Number(1, 400, "m", remedy=f"give the {metres}, or leave it empty"),
        "eirp_dbm": Number(-30, 90, "dBm"),
        "power_dbm": Number(-30, 60, "dBm"),
        "antenna_gain_dbi": Number(-10, 40, "dBi"),
        "feeder_loss_db": Number(0, 40, "dB"),
        "azimuth_deg": Number(0, 360, "deg", remedy="degrees from true north, empty for omni"),
        "electrical_tilt_deg": Number(-20, 30, "deg"),
        "mechanical_tilt_deg": Number(-20, 30, "deg"),
        "beamwidth_deg": Number(1, 360, "deg"),
        "owner": Text(),
        "status": Text(allowed=("existing", "planned", "broken")),
        "backhaul": Text(),
        "power_source": Text(),
    }


def swapped(table: pd.DataFrame, file: Path) -> list[Fault]:
    """Rows whose latitude and longitude stand in each other's column.

    Parameters
    ----------
    table
        Text columns, positions in degrees.
    file
        Where it is from, for messages.

    Returns
    -------
    list of Fault
        One for each such row.
    """
    if not {"latitude", "longitude"} <= set(table.columns):
        return []
    latitude = pd.to_numeric(table["latitude"], errors="coerce")
    longitude = pd.to_numeric(table["longitude"], errors="coerce")
    swapped = (latitude.abs() > 90) & (longitude.abs() <= 90) & (latitude.abs() <= 180)
    return [
        Fault(
            int(line),
            f"{file.name} row {line}, columns latitude = {table['latitude'][line]} and "
            f"longitude = {table['longitude'][line]} look swapped; "
            "latitude is -90 to 90 deg; exchange the two columns",
            "latitude",
            str(table["latitude"][line]),
        )
        for line in table.index[swapped]
    ]


def nowhere(frame: pd.DataFrame, file: Path) -> list[Fault]:
    """Rows at 0, 0, which is no position of a site.

    Parameters
    ----------
    frame
        Typed columns.
    file
        Where it is from, for messages.

    Returns
    -------
    list of Fault
        One for each such row.
    """
    zero = (frame["latitude"] == 0) & (frame["longitude"] == 0)
    return [
        Fault(
            int(line),
            f"{file.name} row {line}, columns latitude = 0 and longitude = 0 are no position of "
            "a site but a sign that it is missing; give WGS 84 degrees",
            "latitude",
            "0",
        )
        for line in frame.index[zero]
    ]


def twins_of(frame: pd.DataFrame, file: Path) -> tuple[list[Fault], set[int]]:
    """Sectors that stand in more than one row.

    Parameters
    ----------
    frame
        Typed columns.
    file
        Where it is from, for messages.

    Returns
    -------
    faults, extra
        One fault for each sector that stands more than once, and the lines that are too many.
    """
    turned = frame.assign(azimuth_deg=frame["azimuth_deg"] % 360.0)  # 0 and 360 deg are one
    twins = turned[turned.duplicated(list(IDENTITY), keep=False)]
    faults, extra = [], set()
    for _, group in twins.groupby(list(IDENTITY), dropna=False, sort=True):
        rows = ", ".join(str(line) for line in group.index)
        row = group.iloc[0]
        what = f"{row['site_id']}, {row['technology']}, {row['frequency_mhz']:g} MHz"
        azimuth = "no azimuth" if np.isnan(row["azimuth_deg"]) else f"{row['azimuth_deg']:g} deg"
        extra |= {int(line) for line in group.index[1:]}
        faults.append(
            Fault(
                int(group.index[0]),
                f"{file.name} rows {rows} are the same sector twice "
                f"(site_id, technology, frequency_mhz, azimuth_deg = {what}, {azimuth}); "
                "keep one row",
                "site_id",
                str(row["site_id"]),
            )
        )
    return faults, extra


def unknown_bandwidths(frame: pd.DataFrame, file: Path, study: Study) -> list[Fault]:
    """Rows with a bandwidth that their technology does not have.

    Parameters
    ----------
    frame
        Typed columns.
    file
        Where it is from, for messages.
    study
        Its technologies.

    Returns
    -------
    list of Fault
        One for each such row.
    """
    given = frame[frame["bandwidth_mhz"].notna()]
    known = {
        (key, width): technology.knows(width)
        for key, technology in study.technologies.items()
        for width in given["bandwidth_mhz"].unique()
    }
    return [
        Fault(
            int(line),
            f"{file.name} row {line}, column bandwidth_mhz = {width:g} is "
            f"not a {key} bandwidth: allowed are "
            f"{', '.join(study.technologies[key].bandwidths)} MHz; correct it, or add it to "
            f"technologies.{key}.resource_blocks in the study file",
            "bandwidth_mhz",
            f"{width:g}",
        )
        for line, key, width in zip(
            given.index, given["technology"], given["bandwidth_mhz"], strict=True
        )
        if not known[key, width]
    ]


def without_frequency(frame: pd.DataFrame, file: Path) -> list[Fault]:
    """Rows whose technology has no default frequency in the study.

    Parameters
    ----------
    frame
        Filled columns.
    file
        Where it is from, for messages.

    Returns
    -------
    list of Fault
        One for each such row.
    """
    return [
        Fault(
            int(str(line)),
            f"{file.name} row {line}, column frequency_mhz is empty, a value is needed; give it, "
            f"or towers.frequency.{technology} in the study file",
            "frequency_mhz",
        )
        for line, technology in frame.loc[frame["frequency_mhz"].isna(), "technology"].items()
    ]
