"""Reading tower lists: one row is a sector; what is missing is filled and recorded."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Transformer

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.sources.tables import (
    Columns,
    Number,
    Text,
    checked,
    raise_faults,
    read_text_table,
)
from phusong.study import Study, TowerDefaults

IDENTITY = ("site_id", "technology", "frequency_mhz", "azimuth_deg")
BELOW_1_GHZ_MHZ = 1000.0


def read_towers(file: Path, study: Study, grid: Grid) -> Network:
    """Read a tower list.

    Parameters
    ----------
    file
        CSV or point layer; one row per sector.
    study
        Operators and technologies that are known, and defaults for what is missing.
    grid
        Frame of the study; sites outside it are left out and counted.

    Returns
    -------
    Network
        The sectors inside the frame.

    Raises
    ------
    DataError
        The table cannot be used; every bad cell is named with its row, column and value.

    Warns
    -----
    DataWarning
        Sites lie outside the frame.
    """
    section = study.inputs.towers
    encoding = "utf-8-sig" if section.encoding == "auto" else section.encoding
    table = read_text_table(file, encoding=encoding, key="inputs.towers")
    _refuse_swapped(table, file)
    frame = checked(table, _columns(study), file=file)
    _refuse_twins(frame, file)
    _refuse_bandwidths(frame, file, study)
    frame = fill_defaults(frame, study.towers)
    return _network(frame, file, grid)


def _columns(study: Study) -> Columns:
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
        "frequency_mhz": Number(30, 6000, "MHz", required=True, remedy="did you give GHz or kHz?"),
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


def _refuse_swapped(table: pd.DataFrame, file: Path) -> None:
    """Say so when latitude and longitude stand in each other's column."""
    if not {"latitude", "longitude"} <= set(table.columns):
        return
    latitude = pd.to_numeric(table["latitude"], errors="coerce")
    longitude = pd.to_numeric(table["longitude"], errors="coerce")
    swapped = (latitude.abs() > 90) & (longitude.abs() <= 90) & (latitude.abs() <= 180)
    raise_faults(
        [
            (
                line,
                f"{file.name} row {line}, columns latitude = {table['latitude'][line]} and "
                f"longitude = {table['longitude'][line]} look swapped; "
                "latitude is -90 to 90 deg; exchange the two columns",
            )
            for line in table.index[swapped]
        ]
    )


def _refuse_twins(frame: pd.DataFrame, file: Path) -> None:
    turned = frame.assign(azimuth_deg=frame["azimuth_deg"] % 360.0)  # 0 and 360 deg are one
    twins = turned.duplicated(list(IDENTITY), keep=False)
    faults = []
    for _, group in turned[twins].groupby(list(IDENTITY), dropna=False, sort=True):
        rows = ", ".join(str(line) for line in group.index)
        row = group.iloc[0]
        what = f"{row['site_id']}, {row['technology']}, {row['frequency_mhz']:g} MHz"
        azimuth = "no azimuth" if np.isnan(row["azimuth_deg"]) else f"{row['azimuth_deg']:g} deg"
        faults.append(
            (
                int(group.index[0]),
                f"{file.name} rows {rows} are the same sector twice "
                f"(site_id, technology, frequency_mhz, azimuth_deg = {what}, {azimuth}); "
                "keep one row",
            )
        )
    raise_faults(faults)


def _refuse_bandwidths(frame: pd.DataFrame, file: Path, study: Study) -> None:
    faults = []
    for line, row in frame[frame["bandwidth_mhz"].notna()].iterrows():
        technology = study.technologies[row["technology"]]
        if technology.blocks(row["bandwidth_mhz"]) is None:
            faults.append(
                (
                    int(line),
                    f"{file.name} row {line}, column bandwidth_mhz = {row['bandwidth_mhz']:g} is "
                    f"not a {row['technology']} bandwidth: allowed are "
                    f"{', '.join(technology.resource_blocks)} MHz; correct it, or add it to "
                    f"technologies.{row['technology']}.resource_blocks in the study file",
                )
            )
    raise_faults(faults)


def fill_defaults(frame: pd.DataFrame, defaults: TowerDefaults) -> pd.DataFrame:
    """Fill what a tower list leaves out, and record it.

    Parameters
    ----------
    frame
        Checked columns of the tower list, NaN where missing.
    defaults
        The study's values.

    Returns
    -------
    pandas.DataFrame
        The columns filled, and ``filled``: the names of the filled columns of each row.
        EIRP is taken from power, gain and loss where those are given.
    """
    frame = frame.copy()
    filled = pd.Series([()] * len(frame), index=frame.index, dtype=object)

    def fill(column: str, values: pd.Series) -> None:
        gap = frame[column].isna()
        frame.loc[gap, column] = values[gap]
        for line in frame.index[gap]:
            filled[line] = (*filled[line], column)

    def constant(value: float) -> pd.Series:
        return pd.Series(value, index=frame.index)

    fill("bandwidth_mhz", constant(defaults.bandwidth.value))
    fill("mast_height_m", constant(defaults.mast_height.value))
    fill(
        "antenna_height_m",
        frame["mast_height_m"].clip(upper=defaults.antenna_height.value),
    )
    low_band = frame["frequency_mhz"] < BELOW_1_GHZ_MHZ
    gain = pd.Series(
        np.where(
            low_band,
            defaults.antenna_gain_below_1ghz.value,
            defaults.antenna_gain_above_1ghz.value,
        ),
        index=frame.index,
    )
    eirp = (
        frame["power_dbm"].fillna(defaults.carrier_power.value)
        + frame["antenna_gain_dbi"].fillna(gain)
        - frame["feeder_loss_db"].fillna(defaults.feeder_loss.value)
    )
    stated = frame[["power_dbm", "antenna_gain_dbi", "feeder_loss_db"]].notna().all(axis=1)
    frame["eirp_dbm"] = frame["eirp_dbm"].where(frame["eirp_dbm"].notna() | ~stated, eirp)
    fill("eirp_dbm", eirp)
    fill("electrical_tilt_deg", constant(defaults.electrical_tilt.value))
    fill("mechanical_tilt_deg", constant(defaults.mechanical_tilt.value))
    fill("beamwidth_deg", constant(defaults.horizontal_beamwidth.value))
    frame["vertical_beamwidth_deg"] = defaults.vertical_beamwidth.value
    frame["status"] = frame["status"].where(frame["status"] != "", "existing")
    frame["filled"] = filled
    return frame


def _network(frame: pd.DataFrame, file: Path, grid: Grid) -> Network:
    to_grid = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    easting, northing = to_grid.transform(
        frame["longitude"].to_numpy(), frame["latitude"].to_numpy()
    )
    inside = grid.contains(easting, northing)
    if not inside.any():
        raise DataError(
            f"{file.name}: no site lies in the study area (first: latitude "
            f"{frame['latitude'].iloc[0]:g}, longitude {frame['longitude'].iloc[0]:g}); "
            "check that the list is of this area and that the columns are not swapped"
        )
    outside = sorted(frame.loc[~inside, "site_id"].unique())
    left_out = tuple(f"site {site} lies outside the study area" for site in outside)
    if outside:
        warnings.warn(
            f"{file.name}: {len(outside)} site(s) lie outside the study area and are left out: "
            f"{', '.join(outside[:10])}{' …' if len(outside) > 10 else ''}; "
            "raise area.margin_km to include them",
            DataWarning,
            stacklevel=3,
        )
    positions = zip(np.asarray(easting), np.asarray(northing), strict=True)
    sectors = [
        _sector(row, east, north)
        for (_, row), (east, north), keep in zip(frame.iterrows(), positions, inside, strict=True)
        if keep
    ]
    return Network(tuple(sectors), left_out)


def _sector(row: pd.Series, easting: float, northing: float) -> Sector:
    azimuth = None if np.isnan(row["azimuth_deg"]) else float(row["azimuth_deg"]) % 360.0
    return Sector(
        site_id=row["site_id"],
        sector_id=row["sector_id"],
        operator=row["operator"],
        technology=row["technology"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        easting=round(float(easting), 3),
        northing=round(float(northing), 3),
        mast_height_m=row["mast_height_m"],
        antenna_height_m=row["antenna_height_m"],
        frequency_mhz=row["frequency_mhz"],
        bandwidth_mhz=row["bandwidth_mhz"],
        eirp_dbm=row["eirp_dbm"],
        azimuth_deg=azimuth,
        electrical_tilt_deg=row["electrical_tilt_deg"],
        mechanical_tilt_deg=row["mechanical_tilt_deg"],
        horizontal_beamwidth_deg=row["beamwidth_deg"],
        vertical_beamwidth_deg=row["vertical_beamwidth_deg"],
        status=row["status"],
        backhaul=row["backhaul"],
        power_source=row["power_source"],
        owner=row["owner"],
        filled=row["filled"],
    )
