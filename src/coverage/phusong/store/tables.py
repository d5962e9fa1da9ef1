"""Tables and layers on disk: CSV, XLSX, GeoPackage, GeoParquet, the same bytes each time."""

import contextlib
import datetime as dt
import io
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from phusong.errors import StoreError
from phusong.store.files import write_bytes, write_whole

FIXED_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Stands where a file format wants the time of writing, so that reruns give the same bytes."""
_GEOMETRY = "geom"
"""Column of a GeoPackage that holds the shapes."""


def write_csv(file: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV, UTF-8 with a byte order mark so that Excel shows Vietnamese.

    Parameters
    ----------
    file
        Where to.
    table
        The columns; texts must be safe for spreadsheets already.
    """
    text = table.to_csv(index=False, lineterminator="\n")
    write_bytes(file, text.encode("utf-8-sig"))


def write_geopackage(file: Path, layer: gpd.GeoDataFrame, *, name: str) -> None:
    """Write a layer as GeoPackage with a fixed time stamp.

    Parameters
    ----------
    file
        Where to.
    layer
        Features with a CRS.
    name
        Name of the layer inside the file.
    """
    made = io.BytesIO()
    with _fixed_time():
        layer.to_file(made, driver="GPKG", layer=name)
    write_bytes(file, made.getbuffer())


@contextlib.contextmanager
def _fixed_time() -> Iterator[None]:
    """Let GeoPackages say that they were written at a fixed time."""
    before = os.environ.get("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME.strftime("%Y-%m-%dT%H:%M:%SZ")})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def write_layers(
    file: Path, layers: Mapping[str, gpd.GeoDataFrame], styles: Mapping[str, str]
) -> None:
    """Write layers into one GeoPackage, each with the style that QGIS gives it when it is opened.

    Parameters
    ----------
    file
        Where to.
    layers
        Features with a CRS by name of the layer.
    styles
        Style of each layer as a QML document, by name of the layer.
    """
    fixed = FIXED_TIME.strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = pd.DataFrame(
        {
            "f_table_catalog": "", "f_table_schema": "", "f_table_name": name,
            "f_geometry_column": _GEOMETRY, "styleName": name, "styleQML": style, "styleSLD": "",
            "useAsDefault": True, "description": "", "owner": "", "ui": "", "update_time": fixed,
        }
        for name, style in styles.items()
    )  # fmt: skip

    with _fixed_time(), tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "layers.gpkg"  # pyogrio takes some paths of users for addresses
        try:
            for name, layer in layers.items():
                plain = layer.rename_geometry(_GEOMETRY)
                pyogrio.write_dataframe(
                    plain, made, layer=name, driver="GPKG",
                    layer_options={"GEOMETRY_NAME": _GEOMETRY},
                )  # fmt: skip
            pyogrio.write_dataframe(
                rows, made, layer="layer_styles", driver="GPKG", layer_options={"FID": "id"}
            )
        except (OSError, RuntimeError) as error:
            why = str(error).rpartition(" failed: ")[2]  # SQLite says all of the statement first
            raise StoreError(f"cannot write {file}: {why}; free some space and run again") from None
        if not _is_whole(made, layers):
            raise StoreError(
                f"cannot write {file}: it reads back differently; free some space and run again"
            )
        write_whole(file, partial(shutil.copyfile, made))


def _is_whole(made: Path, layers: Mapping[str, gpd.GeoDataFrame]) -> bool:
    """Whether a GeoPackage holds all of its layers, each with its index of places.

    SQLite writes that index last, and GDAL does not tell where it did not fit on the disk.
    """
    with contextlib.closing(sqlite3.connect(made)) as opened:

        def count(table: str) -> int:
            quoted = table.replace('"', '""')
            return int(opened.execute(f'SELECT COUNT(*) FROM "{quoted}"').fetchone()[0])

        try:
            return opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)] and all(
                count(name) == len(layer)
                and (not (there := _with_a_place(layer))
                     or count(f"rtree_{name}_{_GEOMETRY}") == there)
                for name, layer in layers.items()
            )  # fmt: skip
        except sqlite3.Error:
            return False


def _with_a_place(layer: gpd.GeoDataFrame) -> int:
    return int((~(layer.geometry.isna() | layer.geometry.is_empty)).sum())


def write_geoparquet(file: Path, layer: gpd.GeoDataFrame) -> None:
    """Write a layer as GeoParquet.

    Parameters
    ----------
    file
        Where to.
    layer
        Features with a CRS.
    """
    made = io.BytesIO()
    layer.to_parquet(made, index=False, compression="zstd")
    write_bytes(file, made.getbuffer())


def read_csv(file: Path, *, text: tuple[str, ...]) -> pd.DataFrame:
    """Read back a table that :func:`write_csv` wrote.

    Parameters
    ----------
    file
        The table.
    text
        Columns that stay text: codes with leading zeros, names.

    Returns
    -------
    pandas.DataFrame
        The table; empty text where a text is missing.
    """
    table = pd.read_csv(
        file, encoding="utf-8-sig", dtype=dict.fromkeys(text, str),
        keep_default_na=False, na_values=[""],  # a village may be called NA
    )  # fmt: skip
    present = [column for column in text if column in table.columns]
    table[present] = table[present].fillna("")
    return table


def read_as_text(file: Path) -> pd.DataFrame:
    """Read back a table that :func:`write_csv` wrote, every cell as it stands in the file.

    Parameters
    ----------
    file
        The table.

    Returns
    -------
    pandas.DataFrame
        Text alone; empty where nothing is known.
    """
    if not file.read_bytes().strip(b"\xef\xbb\xbf\r\n "):
        return pd.DataFrame()  # a table without columns
    return pd.read_csv(
        file, encoding="utf-8-sig", dtype=str, keep_default_na=False, na_values=[]
    ).reset_index(drop=True)
