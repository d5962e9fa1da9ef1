"""Cell dumps in OpenCelliD's columns: cells that phones reported, grouped into sites.

A dump has no masts. What belongs to one site is read from the numbers of its cells, the site
stands at the mean of them weighted by observations (of the exact ones where there are any), and a
sector points to where its cell was heard. All of this is a guess and recorded as one.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pyproj import Geod

from phusong.errors import DataError
from phusong.geo.network import Change
from phusong.sources.tables import Columns, Fault, Number, Text, examined
from phusong.sources.towers_words import operator_of, technology_of
from phusong.study import Study

FEW_SAMPLES = 5
"""Observations below which a cell's position is noise more than knowledge."""
WIDE_SITE_M = 5000.0
"""Cells of one site further than this from its middle: the grouping is doubtful."""
NEAREST_SECTOR_M = 50.0
"""Distance from which the direction of a cell says something about its antenna."""
CELLS_PER_ENB = 256
"""E-UTRA cell identity: 20 bits of eNB, 8 of cell (3GPP TS 36.413)."""
CELLS_PER_GNB = 4096
"""NR cell identity: 36 bits, of them 22 to 32 of gNB (3GPP TS 38.413); 24 assumed."""
CELLS_PER_RNC = 65536
"""UTRAN cell identity: 12 bits of RNC, 16 of cell (3GPP TS 25.401)."""
CELLS_PER_NUMBER = 10
"""GSM and UMTS: the last digit tells cells of a site apart; a custom, not a rule."""
GUESSED = ("latitude", "longitude", "azimuth_deg")

_COLUMNS: Columns = {
    "radio": Text(required=True),
    "mcc": Number(1, 999, "", required=True, remedy="give the mobile country code"),
    "net": Number(0, 999, "", required=True, remedy="give the mobile network code"),
    "area": Number(0, 2**24 - 1, "", required=True, remedy="give the LAC or TAC"),
    "cell": Number(0, 2**36 - 1, "", required=True, remedy="give the cell identity"),
    "lon": Number(-180, 180, "deg", required=True, remedy="give WGS 84 degrees"),
    "lat": Number(-90, 90, "deg", required=True, remedy="give WGS 84 degrees"),
    "samples": Number(0, 1e9, "observations"),
    "changeable": Number(0, 1, "", remedy="0 is an exact position, 1 an estimate; or leave empty"),
    "updated": Number(0, 1e11, "s"),
}
_TELLING = ("radio", "mcc", "net", "area", "cell", "lon", "lat")
_GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class CellList:
    """A cell dump as rows of sectors.

    Parameters
    ----------
    frame
        Columns of a tower list, NaN where a dump says nothing, and ``samples``.
    left_out
        What was left out and why, one line each.
    changes
        How the dump was read.
    faults
        Rows that cannot be used.
    """

    frame: pd.DataFrame
    left_out: tuple[str, ...]
    changes: tuple[Change, ...]
    faults: tuple[Fault, ...]


def is_cell_dump(table: pd.DataFrame) -> bool:
    """Whether a table has the columns of a cell dump.

    Parameters
    ----------
    table
        Columns under the file's own headings.

    Returns
    -------
    bool
        True when all of OpenCelliD's telling columns are there.
    """
    return set(_TELLING) <= {str(title).lower() for title in table.columns}


def read_cells(table: pd.DataFrame, study: Study, file: Path) -> CellList:
    """Group the cells of a dump into sites and sectors.

    Parameters
    ----------
    table
        Text columns under OpenCelliD's headings, indexed by line.
    study
        Its operators and technologies; cells of others are left out and counted.
    file
        Where the dump is from, for messages.

    Returns
    -------
    CellList
        One row for each cell of a known operator and technology.

    Raises
    ------
    DataError
        No cell is left.
    """
    lower = table.set_axis([str(title).lower() for title in table.columns], axis=1)
    cells, faults = examined(lower, _COLUMNS, file=file)
    cells = cells.drop(index={fault.line for fault in faults})
    left_out: list[str] = []
    if not cells.empty:
        cells, left_out = _known(cells, study)
    if cells.empty:
        raise DataError(
            f"{file.name}: no cell is of an operator and technology of the study "
            f"({'; '.join(left_out) or 'all rows are faulty'}); name the operators in "
            'inputs.towers.operators, for example "452-04" = "Viettel"'
        )
    cells, changes = _newest(cells)
    cells = _grouped(cells)
    changes += _doubts(cells)
    return CellList(_as_list(cells), tuple(left_out), tuple(changes), tuple(faults))


def _known(cells: pd.DataFrame, study: Study) -> tuple[pd.DataFrame, list[str]]:
    """Cells of the study's operators and technologies, and how many are not."""
    code = cells["mcc"].map("{:.0f}".format) + "-" + cells["net"].map("{:02.0f}".format)
    operators = {word: operator_of(word, study) for word in sorted(code.unique())}
    radios = {word: technology_of(word, study) for word in sorted(cells["radio"].unique())}
    cells = cells.assign(
        code=code, operator=code.map(operators), technology=cells["radio"].map(radios)
    )
    left_out = []
    for column, what, known in (
        ("code", "MCC-MNC", operators), ("radio", "technology", radios),
    ):  # fmt: skip
        counts = cells[column].value_counts()
        left_out += [
            f"{counts[word]} cell(s) of {what} {word}, which is not in the study"
            for word, name in known.items()
            if name is None
        ]
    return cells[cells["operator"].notna() & cells["technology"].notna()], left_out


def _newest(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[Change]]:
    """One row for each cell: the last one that was updated, then the one most observed."""
    identity = ["radio", "mcc", "net", "area", "cell"]
    keys = ["updated", "samples", "lat", "lon"]
    ordered = cells.sort_values(keys, kind="stable", na_position="first")
    kept = ordered.drop_duplicates(identity, keep="last").sort_index()
    twins = len(cells) - len(kept)
    if not twins:
        return kept, []
    line = cells.index[cells.duplicated(identity, keep=False)][0]
    example = f"row {line} and others are the same cell; the newest is kept"
    return kept, [Change("same cell twice", "cell", twins, example)]


def _grouped(cells: pd.DataFrame) -> pd.DataFrame:
    """Give cells their site, its position, and a direction."""
    number = cells["cell"].astype("int64")
    area = cells["area"].astype("int64").astype("str")
    radio = cells["radio"].str.upper()
    rnc = (number // CELLS_PER_RNC).astype("str")
    local = (number % CELLS_PER_RNC // CELLS_PER_NUMBER).astype("str")
    site = np.select(
        [radio == "LTE", radio == "NR", radio == "UMTS"],
        [
            (number // CELLS_PER_ENB).astype("str"),
            (number // CELLS_PER_GNB).astype("str"),
            area + "-" + rnc + "-" + local,
        ],
        default=area + "-" + (number // CELLS_PER_NUMBER).astype("str"),
    )
    cells = cells.assign(site_id=cells["code"] + "-" + radio + "-" + pd.Series(site, cells.index))
    weight = cells["samples"].fillna(1.0).clip(lower=1.0)
    exact = cells["changeable"] == 0.0
    surveyed = exact.groupby(cells["site_id"]).transform("any")
    weight = weight.where(exact | ~surveyed, 0.0)
    sums = (
        cells.assign(weight=weight, y=cells["lat"] * weight, x=cells["lon"] * weight)
        .groupby("site_id")[["weight", "y", "x"]]
        .transform("sum")
    )
    latitude, longitude = sums["y"] / sums["weight"], sums["x"] / sums["weight"]
    azimuth, _, distance = _GEOD.inv(
        longitude.to_numpy(), latitude.to_numpy(), cells["lon"].to_numpy(), cells["lat"].to_numpy()
    )
    return cells.assign(
        latitude=latitude.round(7),
        longitude=longitude.round(7),
        offset_m=distance,
        azimuth_deg=np.where(distance >= NEAREST_SECTOR_M, np.asarray(azimuth) % 360.0, np.nan),
    )


def _doubts(cells: pd.DataFrame) -> list[Change]:
    """What a reader should know about positions that phones made."""
    sites = cells["site_id"].nunique()
    changes = [
        Change("cells grouped", "site_id", len(cells), f"{len(cells)} cells make {sites} sites")
    ]
    few = cells["samples"].fillna(0.0) < FEW_SAMPLES
    if few.any():
        example = f"{few.sum()} cells have fewer than {FEW_SAMPLES} observations"
        changes.append(
            Change("few observations", "samples", int(few.sum()), example, doubtful=True)
        )
    wide = cells[cells["offset_m"] > WIDE_SITE_M].groupby("site_id")["offset_m"].max()
    if len(wide):
        site = wide.index[0]
        example = (
            f"{len(wide)} sites have cells further than {WIDE_SITE_M / 1000:g} km from their "
            f"middle, first {site} with {wide[site] / 1000:.1f} km; they may be several sites"
        )
        changes.append(Change("wide site", "site_id", len(wide), example, doubtful=True))
    return changes


def _as_list(cells: pd.DataFrame) -> pd.DataFrame:
    """The columns of a tower list; what a dump does not know is missing."""
    frame = cells[
        ["site_id", "operator", "technology", "latitude", "longitude", "azimuth_deg", "samples"]
    ].copy()
    frame.insert(1, "sector_id", cells["cell"].map("{:.0f}".format))
    return frame
