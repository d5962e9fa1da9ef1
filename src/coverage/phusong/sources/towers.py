"""Reading tower lists: one row is a sector; what is missing is filled and recorded."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyproj import Transformer

from phusong.errors import DataError, DataWarning
from phusong.geo.grid import Grid
from phusong.geo.network import Change, Network, Sector
from phusong.language import told
from phusong.sources.cell_dump import GUESSED, is_cell_dump, read_cells
from phusong.sources.tables import Fault, Text, examined, raise_faults
from phusong.sources.towers_cells import Repair
from phusong.sources.towers_checks import (
    IDENTITY,
    nowhere,
    swapped,
    tower_columns,
    twins_of,
    unknown_bandwidths,
    without_frequency,
)
from phusong.sources.towers_file import Sheet, read_sheet
from phusong.sources.towers_headings import named
from phusong.sources.towers_position import positioned
from phusong.study import Study

BELOW_1_GHZ_MHZ = 1000.0
MOST_NAMED = 100
"""Sites outside the frame that are named one by one."""


@dataclass(frozen=True)
class _Rows:
    """Rows of a list on their way to sectors."""

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    dropped: frozenset[int]
    changes: tuple[Change, ...]
    left_out: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()


class NoSiteInAreaError(DataError):
    """Every site of a list lies outside the study area."""


def read_network(study: Study, grid: Grid) -> Network:
    """Read every tower list that a study names.

    Parameters
    ----------
    study
        The lists and how each is written.
    grid
        Frame of the study.

    Returns
    -------
    Network
        The sectors of all lists.

    Raises
    ------
    DataError
        A list cannot be used, two lists hold the same sector, or no list has a site in the area.

    Warns
    -----
    DataWarning
        One list among several has no site in the area, and what :func:`read_towers` warns of.
    """
    first = study.inputs.towers
    lists = [first.model_copy(update={"also": ()}), *first.also]
    networks: dict[str, Network] = {}
    for section in lists:
        inputs = study.inputs.model_copy(update={"towers": section})
        own = study.model_copy(update={"inputs": inputs})
        try:
            networks[section.file] = read_towers(study.path(section.file), own, grid)
        except NoSiteInAreaError as error:
            if len(lists) == 1:
                raise
            warnings.warn(str(error), DataWarning, stacklevel=2)
    if not networks:
        raise NoSiteInAreaError(
            "no site of any tower list lies in the study area; check inputs.towers"
        )
    if len(networks) == 1:
        return next(iter(networks.values()))
    _refuse_shared_sectors(networks)
    return Network(
        tuple(sector for network in networks.values() for sector in network.sectors),
        tuple(line for network in networks.values() for line in network.left_out),
        tuple(
            replace(change, example=f"{Path(name).name}: {change.example}")
            for name, network in networks.items()
            for change in network.changes
        ),
        {site: row for network in networks.values() for site, row in network.rows.items()},
    )


def _refuse_shared_sectors(networks: Mapping[str, Network]) -> None:
    """A sector of two lists would be counted twice."""
    found: dict[tuple[object, ...], str] = {}
    faults = []
    for name, network in networks.items():
        for sector in network.sectors:
            identity = (sector.operator, *(getattr(sector, part) for part in IDENTITY))
            other = found.setdefault(identity, name)
            if other != name:
                faults.append(
                    f"{Path(other).name} and {Path(name).name} both hold {sector.site_id} of "
                    f"{sector.operator}, {sector.technology}, {sector.frequency_mhz:g} MHz"
                )
    if faults:
        shared = faults[0]
        if len(faults) > 1:
            shared += "; " + told(f"and {len(faults) - 1} more sector(s)")
        raise DataError(f"{shared}; keep each sector in one list")


def read_towers(file: Path, study: Study, grid: Grid) -> Network:
    """Read a tower list or a cell dump.

    Parameters
    ----------
    file
        CSV, XLSX, GeoPackage, GeoJSON or KML; one row per sector, or per cell of a dump in
        OpenCelliD's columns.
    study
        Operators and technologies that are known, how the list is written, and defaults for
        what is missing.
    grid
        Frame of the study; sites outside it are left out and counted.

    Returns
    -------
    Network
        The sectors inside the frame, and how the list was read.

    Raises
    ------
    DataError
        The table cannot be used; every bad cell is named with its row, column and value. With
        ``inputs.towers.bad_rows = "leave-out"`` only when no good row is left.

    Warns
    -----
    DataWarning
        Sites lie outside the frame, rows are left out, or something was guessed.
    """
    sheet = read_sheet(file, study.inputs.towers)
    rows = (_cells if is_cell_dump(sheet.table) else _sectors)(sheet, study, file)
    rows = _settled(rows, study, file)
    frame = fill_defaults(rows.frame, study, guessed=rows.guessed)
    raise_faults(without_frequency(frame, file))
    for change in rows.changes:
        if change.doubtful:
            warnings.warn(f"{file.name}: {change.example}", DataWarning, stacklevel=2)
    return _network(frame, rows, file, grid)


def _cells(sheet: Sheet, study: Study, file: Path) -> _Rows:
    """Rows of a cell dump."""
    cells = read_cells(sheet.table, study, file)
    unknown = {
        name: "" if isinstance(spec, Text) else np.nan
        for name, spec in tower_columns(study).items()
        if name not in cells.frame.columns
    }
    frame = cells.frame.assign(**unknown)
    faults = (*sheet.faults, *cells.faults)
    return _Rows(
        frame, faults, frozenset(f.line for f in faults), (*sheet.changes, *cells.changes),
        cells.left_out, GUESSED,
    )  # fmt: skip


def _sectors(sheet: Sheet, study: Study, file: Path) -> _Rows:
    """Rows of a tower list, repaired, typed and checked one against the other."""
    listed = named(sheet.table, study.inputs.towers, file)
    repair = Repair(listed.table, file)
    columns = tower_columns(study)
    positioned(repair, study.inputs.towers.crs)
    numbers = {n: c for n, c in columns.items() if n not in {"latitude", "longitude"}}
    repair.numbers(numbers, listed.units)
    repair.words(study)
    faults = [*sheet.faults, *repair.faults, *swapped(repair.table, file)]
    frame, found = examined(repair.table, columns, file=file)
    said = {(fault.line, column) for fault in faults for column in _meant(fault)}
    blind = {fault.line for fault in faults if not fault.column}
    faults += [f for f in found if (f.line, f.column) not in said and f.line not in blind]
    good = frame.drop(index={fault.line for fault in faults})
    twins, extra = twins_of(good, file)
    faults += [*twins, *nowhere(good, file), *unknown_bandwidths(good, file, study)]
    dropped = {fault.line for fault in faults if fault not in twins} | extra
    changes = (*sheet.changes, *listed.changes, *repair.changes)
    return _Rows(frame, tuple(faults), frozenset(dropped), changes)


def _meant(fault: Fault) -> tuple[str, ...]:
    """Columns that a fault has said everything about."""
    if fault.column in {"easting", "northing", "position", "geometry"}:
        return (fault.column, "latitude", "longitude")
    return (fault.column,)


def _settled(rows: _Rows, study: Study, file: Path) -> _Rows:
    """Refuse faults, or leave their rows out where the study allows it."""
    if not rows.faults:
        return rows
    kept = rows.frame.drop(index=[line for line in rows.dropped if line in rows.frame.index])
    if study.inputs.towers.bad_rows == "refuse" or kept.empty:
        raise_faults(rows.faults)
    said: dict[int, list[str]] = {}
    for fault in sorted(rows.faults, key=lambda f: (f.line, f.message)):
        said.setdefault(fault.line, []).append(fault.message)
    total = len(rows.frame)
    warnings.warn(
        f"{file.name}: {len(rows.dropped)} of {total} row(s) cannot be used and are left out "
        f"(inputs.towers.bad_rows): {_shortened(map(str, sorted(rows.dropped)))}",
        DataWarning,
        stacklevel=3,
    )
    left_out = tuple(message for messages in said.values() for message in messages)
    return _Rows(kept, (), frozenset(), rows.changes, (*left_out, *rows.left_out), rows.guessed)


def _shortened(names: Iterable[str], most: int = 10) -> str:
    names = list(names)
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def fill_defaults(
    frame: pd.DataFrame, study: Study, *, guessed: Sequence[str] = ()
) -> pd.DataFrame:
    """Fill what a tower list leaves out, and record it.

    Parameters
    ----------
    frame
        Checked columns of the tower list, NaN where missing.
    study
        Its values for lists, and its technologies' bandwidths.
    guessed
        Columns that no row of the list knows, recorded as filled in every row.

    Returns
    -------
    pandas.DataFrame
        The columns filled, and ``filled``: the names of the filled columns of each row.
        EIRP is taken from power, gain and loss where those are given.
    """
    defaults = study.towers
    frame = frame.copy()
    gaps: dict[str, pd.Series] = {}

    def fill(column: str, values: pd.Series) -> None:
        gaps[column] = frame[column].isna() & values.notna()
        frame[column] = frame[column].fillna(values)

    def constant(value: float) -> pd.Series:
        return pd.Series(value, index=frame.index)

    bands = {key: quantity.value for key, quantity in defaults.frequency.items()}
    fill("frequency_mhz", frame["technology"].map(bands).astype("float64"))
    widths = {
        key: (technology.bandwidth or defaults.bandwidth).value
        for key, technology in study.technologies.items()
    }
    fill("bandwidth_mhz", frame["technology"].map(widths).astype("float64"))
    fill("mast_height_m", constant(defaults.mast_height.value))
    fill("antenna_height_m", frame["mast_height_m"].clip(upper=defaults.antenna_height.value))
    gain = constant(defaults.antenna_gain_above_1ghz.value).mask(
        frame["frequency_mhz"] < BELOW_1_GHZ_MHZ, defaults.antenna_gain_below_1ghz.value
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
    names, flags = tuple(gaps), zip(*(gap.to_list() for gap in gaps.values()), strict=True)
    frame["filled"] = [
        (*guessed, *(name for name, is_filled in zip(names, row, strict=True) if is_filled))
        for row in flags
    ]
    return frame


def _network(frame: pd.DataFrame, rows: _Rows, file: Path, grid: Grid) -> Network:
    to_grid = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    easting, northing = to_grid.transform(
        frame["longitude"].to_numpy(), frame["latitude"].to_numpy()
    )
    inside = grid.contains(easting, northing)
    if not inside.any():
        raise NoSiteInAreaError(
            f"{file.name}: no site lies in the study area (first: latitude "
            f"{frame['latitude'].iloc[0]:g}, longitude {frame['longitude'].iloc[0]:g}); "
            "check that the list is of this area, that the columns are not swapped, and that "
            "inputs.towers.crs is that of the list if it gives metres"
        )
    outside = sorted(frame.loc[~inside, "site_id"].unique())
    left_out = [f"site {site} lies outside the study area" for site in outside[:MOST_NAMED]]
    if len(outside) > MOST_NAMED:
        left_out.append(f"… and {len(outside) - MOST_NAMED} more sites outside the study area")
    if outside:
        warnings.warn(
            f"{file.name}: {len(outside)} site(s) lie outside the study area and are left out: "
            f"{_shortened(outside)}; raise area.margin_km to include them",
            DataWarning,
            stacklevel=3,
        )
    placed = frame.assign(easting=np.round(easting, 3), northing=np.round(northing, 3))[inside]
    sectors = tuple(_sector(row) for row in placed.to_dict("records"))
    places: dict[tuple[str, str], str] = {}
    for line, operator, site in zip(
        placed.index, placed["operator"], placed["site_id"], strict=True
    ):
        places.setdefault((operator, site), f"{file.name} row {line}")
    return Network(sectors, (*rows.left_out, *left_out), rows.changes, places)


def _sector(row: dict[str, Any]) -> Sector:
    azimuth, samples = row["azimuth_deg"], row.get("samples")
    return Sector(
        site_id=row["site_id"],
        sector_id=row["sector_id"],
        operator=row["operator"],
        technology=row["technology"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        easting=row["easting"],
        northing=row["northing"],
        mast_height_m=row["mast_height_m"],
        antenna_height_m=row["antenna_height_m"],
        frequency_mhz=row["frequency_mhz"],
        bandwidth_mhz=row["bandwidth_mhz"],
        eirp_dbm=row["eirp_dbm"],
        azimuth_deg=None if np.isnan(azimuth) else azimuth % 360.0,
        electrical_tilt_deg=row["electrical_tilt_deg"],
        mechanical_tilt_deg=row["mechanical_tilt_deg"],
        horizontal_beamwidth_deg=row["beamwidth_deg"],
        vertical_beamwidth_deg=row["vertical_beamwidth_deg"],
        status=row["status"],
        backhaul=row["backhaul"],
        power_source=row["power_source"],
        owner=row["owner"],
        filled=row["filled"],
        samples=None if samples is None or np.isnan(samples) else int(samples),
    )
