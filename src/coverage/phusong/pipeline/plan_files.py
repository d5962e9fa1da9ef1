"""Files of a plan."""

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString

from phusong.geo.antimeridian import cut_where_it_crosses
from phusong.pipeline.responses import write_response_form
from phusong.pipeline.session import Session
from phusong.planning.second_currency import with_dollars
from phusong.reporting.tables import tidy
from phusong.store.tables import write_csv, write_geopackage


def write_plan(
    session: Session,
    step: str,
    tables: Mapping[str, pd.DataFrame],
    exported: Mapping[str, pd.DataFrame],
    facts: Mapping[str, object],
) -> None:
    """Write the tables of a plan, forms for answers, maps' layers, and note them.

    Parameters
    ----------
    session
        The study in use.
    step
        What is recorded as done.
    tables
        Tables by name of file.
    exported
        Tables for planning tools, by name of file.
    facts
        What the manifest says of the plan.
    """
    from phusong.pipeline.workbook import write_priorities  # noqa: PLC0415 — it loads what draws

    study = session.study
    folder = study.output / "plan"
    ready = {
        name: tidy(with_dollars(name, table, study.costs), practice=study.study.practice_data)
        for name, table in tables.items()
    }
    files = []
    for name, table in ready.items():
        files.append(folder / f"{name}.csv")
        write_csv(files[-1], table)
    for operator in study.operators:
        files.append(folder / f"response-{operator.key}.xlsx")
        write_response_form(files[-1], study, ready["priorities"], operator.name)
    for name, table in exported.items():
        files.append(folder / "export" / f"{name}.csv")
        write_csv(files[-1], tidy(table, practice=study.study.practice_data))
    files.append(write_priorities(study, folder / "priorities.csv", study.assumptions()))
    files.append(folder / "options.gpkg")
    first = tables["priorities"]
    points = gpd.points_from_xy(first["longitude"], first["latitude"])
    layer = gpd.GeoDataFrame(ready["priorities"], geometry=points, crs="EPSG:4326")
    write_geopackage(files[-1], layer, name="options")
    files.append(folder / "backhaul.gpkg")
    write_geopackage(files[-1], _lines(ready["backhaul"], tables["backhaul"]), name="backhaul")
    session.record(step, facts, files)


def _lines(ready: pd.DataFrame, links: pd.DataFrame) -> gpd.GeoDataFrame:
    """Links that have two ends as lines; in two parts across the antimeridian."""
    kept = links["to_longitude"].notna().to_numpy()
    ends = links.loc[kept, ["from_longitude", "from_latitude", "to_longitude", "to_latitude"]]
    lines = [
        cut_where_it_crosses(LineString([row[:2], row[2:]])) for row in ends.to_numpy(dtype=float)
    ]
    return gpd.GeoDataFrame(ready[kept], geometry=gpd.GeoSeries(lines, crs="EPSG:4326"))
