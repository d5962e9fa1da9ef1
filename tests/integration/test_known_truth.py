"""The invented region's truths survive the whole chain, from files to the ranking."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.features import geometry_mask
from shapely.geometry import Polygon, box

from phusong.analysis.reach import SUBCARRIERS_PER_BLOCK
from runs import invoke, run_here, table
from synthetic import (
    ASKED,
    CELL_M,
    CELLS,
    COMMUNES,
    CRS,
    NORTH,
    SOUTH,
    WEST,
    Region,
    assumed,
    degrees,
    tower_rows,
    village_rows,
    write_dem,
    write_region,
)

NO_SIGNAL_BELOW, COVERED_FROM = 50, 95  # percent, as the study file has it
AREA_CLASSES = tuple(f"area_{c}_km2" for c in ("no_signal", "marginal", "covered", "unknown"))
PEOPLE_CLASSES = tuple(f"people_{c}" for c in ("no_signal", "marginal", "covered", "unknown"))
ROUNDED = 0.05
"""Tables have people to one decimal."""


def raster(region: Region, operator: str, what: str) -> NDArray[np.float64]:
    """A raster of the reach with its scale, NaN where unknown."""
    file = region.output / f"reach/p1812/outdoor/{operator}-lte-{what}.tif"
    with rasterio.open(file) as dataset:
        values = dataset.read(1, masked=True).astype(np.float64) * dataset.scales[0]
    return np.asarray(values.filled(np.nan))


def numbers(region: Region, name: str) -> pd.DataFrame:
    found = table(region.output / name)
    for column in found.columns:
        typed = pd.to_numeric(found[column], errors="coerce")
        if typed.notna().any() and not column.endswith("_code"):
            found[column] = typed
    return found


def outline(code: str) -> Polygon:
    return Polygon([(WEST + east, SOUTH + north) for east, north in COMMUNES[code][1]])


def position(east_m: float, north_m: float) -> tuple[int, int]:
    """Row and column of a point, metres from the south-west corner."""
    return int((CELLS * CELL_M - north_m) // CELL_M), int(east_m // CELL_M)


def source_people(region: Region) -> gpd.GeoDataFrame:
    """Cells of the population file as polygons in metres, with their people."""
    with rasterio.open(region.input("population.tif")) as dataset:
        people, transform, crs = dataset.read(1), dataset.transform, dataset.crs
    rows, cols = np.nonzero(people)
    cells = [
        box(*transform * (c, r + 1), *transform * (c + 1, r))
        for r, c in zip(rows, cols, strict=True)
    ]
    return gpd.GeoDataFrame({"people": people[rows, cols]}, geometry=cells, crs=crs).to_crs(CRS)


# People add up


def test_communes_hold_the_people_that_the_file_says(first_run: Region) -> None:
    cells = source_people(first_run)
    found = numbers(first_run, "gaps/communes.csv")
    for code in ASKED:
        share = cells.intersection(outline(code)).area / cells.area
        expected = float((cells["people"] * share).sum())
        # Cells of 250 m are dealt out over cells of 90 m; those that an outline cuts differ.
        assert found[found["commune_code"] == code]["people"].to_numpy() == pytest.approx(
            expected, rel=0.03
        )


def test_nobody_is_lost_on_the_grid(first_run: Region) -> None:
    cells = source_people(first_run)
    frame = box(WEST, SOUTH, WEST + CELLS * CELL_M, NORTH)
    expected = float((cells["people"] * cells.intersection(frame).area / cells.area).sum())
    manifest = json.loads((first_run.output / "manifest.json").read_text(encoding="utf-8"))
    on_grid = manifest["steps"]["gaps"]["facts"]["people_on_grid"]
    assert on_grid == pytest.approx(expected, rel=0.01)  # cells that the frame cuts


def assert_classes_add_up(found: pd.DataFrame) -> None:
    for parts, total, slack in (
        (AREA_CLASSES, "area_km2", 4 * 0.5e-4),
        (PEOPLE_CLASSES, "people", 5 * ROUNDED),
    ):
        assert found[list(parts)].min(axis=None) >= 0
        assert found[list(parts)].sum(axis=1).to_numpy() == pytest.approx(
            found[total].to_numpy(), abs=slack
        )


def test_covered_marginal_no_signal_and_unknown_are_everybody(first_run: Region) -> None:
    found = numbers(first_run, "gaps/communes.csv")
    assert len(found) == len(ASKED) * 3
    assert_classes_add_up(found)
    totals = found.groupby("commune_code")[["people", "area_km2"]].nunique()
    assert (totals == 1).all(axis=None), "every operator is judged on the same people and area"
    for code in ASKED:
        area = found[found["commune_code"] == code]["area_km2"]
        assert area.to_numpy() == pytest.approx(outline(code).area / 1e6, abs=1e-3)


def test_any_operator_leaves_no_more_people_without_signal_than_each(first_run: Region) -> None:
    found = numbers(first_run, "gaps/communes.csv").set_index(["commune_code", "operator"])
    for code in {code for code, _ in found.index}:
        everyone = found.loc[(code, "any"), "people_no_signal"]
        for operator in ("mang-a", "mang-b"):
            assert everyone <= found.loc[(code, operator), "people_no_signal"] + 2 * ROUNDED


def test_polygons_cover_what_the_table_counts(first_run: Region) -> None:
    found = numbers(first_run, "gaps/communes.csv")
    gaps = gpd.read_file(first_run.output / "gaps/no-signal.gpkg")
    for operator in ("any", "mang-a", "mang-b"):
        mine, counted = gaps[gaps["operator"] == operator], found[found["operator"] == operator]
        union = mine.union_all()
        assert union.area == pytest.approx(mine.area.sum(), rel=1e-9), "polygons overlap"
        # Outlines have fewer corners than cells, and say what that changed; so does sieving.
        stated = mine["area_km2"] * (1 + mine["outline_change_percent"] / 100)
        assert mine.area.to_numpy() / 1e6 == pytest.approx(stated.to_numpy(), rel=1e-6)
        assert (mine["outline_change_percent"].abs() < 2).all()
        sieved = 1 + mine["sieve_change_percent"].iloc[0] / 100
        assert abs(sieved - 1) < 0.02
        expected = sieved * counted["area_no_signal_km2"].sum()
        assert mine["area_km2"].sum() == pytest.approx(expected, rel=1e-4)  # tables have 4 decimals


# Signal is where the masts are


def test_the_best_of_all_is_the_better_of_each(first_run: Region) -> None:
    each = [raster(first_run, operator, "level") for operator in ("mang-a", "mang-b")]
    everyone = raster(first_run, "any", "level")
    np.testing.assert_allclose(everyone, np.fmax(*each), atol=1e-9)
    percent = [raster(first_run, operator, "probability") for operator in ("mang-a", "mang-b")]
    assert (raster(first_run, "any", "probability") >= np.fmax(*percent)).all()


def ring(east_m: float, north_m: float, *, metres: float = 500.0) -> NDArray[np.bool_]:
    row, col = np.mgrid[0:CELLS, 0:CELLS] + 0.5
    east, north = col * CELL_M, (CELLS - row) * CELL_M
    return np.asarray(np.hypot(east - east_m, north - north_m) <= metres)


SITES = {"mang-a": [(1480, 1130), (4210, 3010)], "mang-b": [(2390, 4120), (5050, 900)]}


@pytest.mark.parametrize("operator", SITES)
def test_signal_is_strongest_around_the_operators_own_masts(
    first_run: Region, operator: str
) -> None:
    """Nothing is flipped, turned or swapped: mirror places are weaker, others' masts too."""
    level = raster(first_run, operator, "level")
    side = CELLS * CELL_M
    own = np.nanmean([np.nanmean(level[ring(*site)]) for site in SITES[operator]])
    other = "mang-b" if operator == "mang-a" else "mang-a"
    for mirrored in (
        [(side - east, north) for east, north in SITES[operator]],
        [(east, side - north) for east, north in SITES[operator]],
        [(side - east, side - north) for east, north in SITES[operator]],
        [(north, east) for east, north in SITES[operator]],
        SITES[other],
    ):
        # 500 m from a mast free space loses 90 dB, behind a ridge at 2 km 20 dB more at least.
        assert own > np.nanmean([np.nanmean(level[ring(*site)]) for site in mirrored]) + 10.0


def test_servers_are_the_sectors_nearby(first_run: Region) -> None:
    servers = numbers(first_run, "reach/servers.csv").set_index("server")
    assert "S5" not in set(servers["site_id"]), "what is planned does not radiate"
    for operator, sites in SITES.items():
        index = raster(first_run, operator, "server")
        mine = servers[
            servers["operator"] == {"mang-a": "Nhà mạng A", "mang-b": "Nhà mạng B"}[operator]
        ]
        assert set(index[~np.isnan(index)]) <= set(mine.index)
        names = {"mang-a": ["S1", "S2"], "mang-b": ["S3", "S4"]}[operator]
        for site, name in zip(sites, names, strict=True):
            nearby = index[ring(*site, metres=300.0)].astype(int)
            assert {servers["site_id"][i] for i in nearby} == {name}


def test_no_level_beats_free_space(first_run: Region) -> None:
    """P.1812 at 50 % of time gives no less loss than free space, antennas no gain beyond EIRP."""
    strongest = np.full((CELLS, CELLS), -np.inf)
    row, col = np.mgrid[0:CELLS, 0:CELLS] + 0.5
    for sector in numbers(first_run, "reach/servers.csv").itertuples():
        site = {"S1": (1480, 1130), "S2": (4210, 3010), "S3": (2390, 4120), "S4": (5050, 900)}
        east, north = site[sector.site_id]
        away_m = np.hypot(col * CELL_M - east, (CELLS - row) * CELL_M - north)
        blocks = {5: 25, 10: 50, 20: 100}[sector.bandwidth_mhz]
        loss = 20 * np.log10(np.maximum(away_m, CELL_M / 2) / 1000) + 32.45
        loss += 20 * np.log10(sector.frequency_mhz)
        element = sector.eirp_dbm - 10 * np.log10(SUBCARRIERS_PER_BLOCK * blocks) - 3.0
        strongest = np.maximum(strongest, element - loss)
    far = np.logical_and.reduce(
        [~ring(*s, metres=200.0) for group in SITES.values() for s in group]
    )
    level = raster(first_run, "any", "level")
    # Constants of the formula and rounding to 0.1 dB; distances of cell centres are exact.
    assert (level[far] <= strongest[far] + 0.2).all()


def test_villages_are_judged_at_their_own_cell(first_run: Region) -> None:
    found = table(first_run.output / "gaps/villages.csv").set_index("village_id")
    level, percent = (raster(first_run, "mang-a", w) for w in ("level", "probability"))
    places = {"V01": (900, 2200), "V02": (2210, 800), "V03": (4800, 1500), "V04": (3700, 2500),
              "V05": (1850, 4520), "V06": (4200, 4900)}  # fmt: skip
    assert set(found.index) == {row["village_id"] for row in village_rows()}
    for name, place in places.items():
        at = position(*place)
        row = found.loc[name]
        assert float(row["mang-a_lte_level_dbm"]) == pytest.approx(level[at], abs=0.051)
        assert float(row["mang-a_lte_probability_percent"]) == percent[at]
        expected = "no_signal" if percent[at] < NO_SIGNAL_BELOW else (
            "covered" if percent[at] >= COVERED_FROM else "marginal"
        )  # fmt: skip
        assert row["mang-a_lte_class"] == expected


# The ranking


def test_ranked_options_are_worth_it_in_order(first_run: Region) -> None:
    found = numbers(first_run, "plan/priorities.csv")
    assert 1 <= len(found) <= 6
    assert (found["people_newly_covered"] > 0).all()
    assert (found["people_white_zone"] <= found["people_newly_covered"] + 2 * ROUNDED).all()
    worth = (found["people_newly_covered"] + found["people_white_zone"]) / found["present_value"]
    assert (worth.diff().dropna() <= 1e-3 * worth.max()).all()
    assert found["option_id"].is_unique
    assert not found.duplicated(["latitude", "longitude"]).any(), "a spot is used once"


def test_nobody_is_promised_signal_twice(first_run: Region) -> None:
    ranked = numbers(first_run, "plan/priorities.csv")
    lacking = numbers(first_run, "gaps/communes.csv")
    for name, key in (("Nhà mạng A", "mang-a"), ("Nhà mạng B", "mang-b")):
        mine = lacking[lacking["operator"] == key]
        most = mine["people_no_signal"].sum() + mine["people_marginal"].sum()
        # A cell belongs to the communes by its centre here, by exact fractions there.
        promised = ranked[ranked["operator"] == name]["people_newly_covered"].sum()
        assert promised <= 1.05 * most
    white = lacking[lacking["operator"] == "any"]["people_no_signal"].sum()
    assert ranked["people_white_zone"].sum() <= 1.05 * white


def test_options_stand_on_known_high_ground_in_the_communes(first_run: Region) -> None:
    options = gpd.read_file(first_run.output / "plan/options.gpkg").to_crs(CRS)
    for option in options.itertuples():
        assert outline(option.commune_code).distance(option.geometry) < CELL_M
        assert option.ground_amsl_m > 600


# Other answers where they must be known


def test_a_threshold_that_anything_reaches_leaves_nothing_to_do(tmp_path: Path) -> None:
    region = write_region(
        tmp_path / "r", study={"technologies.LTE.threshold": assumed(-200.0, "dBm"),
                               "propagation.radius_km": 9.0, "service.both_directions": False},
    )  # fmt: skip
    run_here(region)
    found = numbers(region, "gaps/communes.csv")
    everyone = found[found["operator"] == "any"]
    assert everyone["people_covered"].to_numpy() == pytest.approx(everyone["people"].to_numpy())
    assert (found["people_no_signal"] <= found["people"]).all()
    gaps = gpd.read_file(region.output / "gaps/no-signal.gpkg")
    assert len(gaps[gaps["operator"] == "any"] if len(gaps) else gaps) == 0
    assert (numbers(region, "plan/priorities.csv")["people_white_zone"] == 0).all()


def test_a_threshold_that_nothing_reaches_leaves_everyone_without(tmp_path: Path) -> None:
    region = write_region(
        tmp_path / "r", study={"technologies.LTE.threshold": assumed(60.0, "dBm")}
    )
    run_here(region)
    found = numbers(region, "gaps/communes.csv")
    assert_classes_add_up(found)
    assert found["people_no_signal"].to_numpy() == pytest.approx(found["people"].to_numpy())
    assert (found["people_no_signal_percent"] == 100).all()
    # No new mast helps either: an empty ranking is written, and read back, in every format.
    assert len(table(region.output / "plan/priorities.csv")) == 0
    assert len(gpd.read_file(region.output / "plan/options.gpkg")) == 0
    gaps = gpd.read_parquet(region.output / "gaps/no-signal.parquet")
    for _, mine in gaps.groupby("operator"):
        area = sum(outline(code).area for code in ASKED)
        assert mine.area.sum() == pytest.approx(area, rel=1e-3)


def test_an_operator_without_a_site_has_no_signal_anywhere(tmp_path: Path) -> None:
    """Left out of the tables it would look as if nobody had asked."""
    region = write_region(tmp_path / "r")
    towers = region.input("towers.csv")
    rows = towers.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(row for row in rows if "Nhà mạng B" not in row)
    towers.write_text(kept, encoding="utf-8", newline="\n")
    run_here(region)
    found = numbers(region, "gaps/communes.csv")
    theirs = found[found["operator"] == "mang-b"]
    assert len(theirs) == len(ASKED)
    assert theirs["people_no_signal"].to_numpy() == pytest.approx(theirs["people"].to_numpy())
    assert (raster(region, "mang-b", "probability") == 0).all()
    assert np.isnan(raster(region, "mang-b", "level")).all()
    np.testing.assert_array_equal(raster(region, "any", "level"), raster(region, "mang-a", "level"))
    assert set(table(region.output / "gaps/villages.csv")["mang-b_lte_class"]) == {"no_signal"}


def test_unknown_terrain_stays_unknown_to_the_last_table(tmp_path: Path) -> None:
    region = write_region(tmp_path / "r")
    cut_m = 2000.0
    write_dem(region.input("dem.tif"))
    with rasterio.open(region.input("dem.tif"), "r+") as dataset:
        heights = dataset.read(1)
        dataset.nodata = -9999.0
        edge, _ = degrees(cut_m, 2500.0)
        first = int((edge - dataset.bounds.left) / dataset.res[0])
        heights[:, :first] = -9999.0
        dataset.write(heights, 1)
    checked = invoke("check", region.study)
    assert checked.exit_code == 1, "something is suspicious"
    result = run_here(region)
    (warning,) = (line for line in result.stderr.splitlines() if line.startswith("warning: "))
    cells = int(warning.split("terrain is unknown in ")[1].split()[0])
    assert cells == pytest.approx(CELLS * cut_m / CELL_M, rel=0.05)
    assert warning.removeprefix("warning: ") in checked.stdout

    # Both masts of B stand east of the hole: nothing but the hole itself is unknown to them.
    hole = np.isnan(raster(region, "mang-b", "probability"))
    assert hole.sum() == pytest.approx(cells, rel=0.03)
    inside, beyond = np.s_[:, : int(cut_m / CELL_M) - 2], np.s_[:, int(cut_m / CELL_M) + 2 :]
    assert hole[inside].all()
    assert not hole[beyond].any()
    assert np.isnan(raster(region, "mang-b", "level"))[inside].all()
    # A mast of A stands in the hole: unknown it stays, wherever nobody else surely covers.
    everyone = np.isnan(raster(region, "any", "probability"))
    assert everyone[inside].all()
    assert everyone[beyond].any()
    found = numbers(region, "gaps/communes.csv")
    assert_classes_add_up(found)
    first_commune = found[(found["commune_code"] == "00101") & (found["operator"] == "mang-b")]
    assert (first_commune["people_unknown"] > 0).all()
    west_only = outline("00101").intersection(box(WEST, SOUTH, WEST + cut_m, NORTH))
    assert first_commune["area_unknown_km2"].to_numpy() == pytest.approx(
        west_only.area / 1e6, rel=0.1
    )
    villages = table(region.output / "gaps/villages.csv").set_index("village_id")
    assert villages.loc["V01", "any_lte_class"] == "unknown"
    assert villages.loc["V01", "any_lte_level_dbm"] == ""
    gaps = gpd.read_file(region.output / "gaps/no-signal.gpkg")
    outside = geometry_mask(gaps.geometry, (CELLS, CELLS), rasterio.open(
        region.output / "reach/p1812/outdoor/any-lte-level.tif").transform)  # fmt: skip
    assert outside[inside].all(), "a gap is drawn where nothing is known"
    options = gpd.read_file(region.output / "plan/options.gpkg").to_crs(CRS)
    assert (options.geometry.x > WEST + cut_m - 2 * CELL_M).all()
    manifest = json.loads((region.output / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["steps"]["reach"]["facts"]["unknown_terrain_cells"] == cells
    assert any("terrain is unknown" in w for w in manifest["steps"]["reach"]["facts"]["warnings"])


def test_every_filled_value_is_counted_and_shown(first_run: Region) -> None:
    servers = table(first_run.output / "reach/servers.csv")
    by_site = {
        (row.site_id, row.sector_id): set(row.filled.split()) for row in servers.itertuples()
    }
    empty = {"mast_height_m": "mast_height_m", "antenna_height_m": "antenna_height_m",
             "electrical_tilt_deg": "electrical_tilt_deg"}  # fmt: skip
    for row in tower_rows():
        if row["status"] == "planned":
            continue
        filled = by_site[row["site_id"], row["sector_id"]]
        for column, name in empty.items():
            assert (name in filled) == (row[column] == ""), (row["site_id"], column)
    s2 = servers[servers["site_id"] == "S2"].iloc[0]
    assert (float(s2["mast_height_m"]), float(s2["antenna_height_m"])) == (36.0, 33.0)
    second = servers[(servers["site_id"] == "S1") & (servers["sector_id"] == "2")].iloc[0]
    assert float(second["eirp_dbm"]) == pytest.approx(37 + 17.5 - 2)
