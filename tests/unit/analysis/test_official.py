"""Official totals are met exactly, nothing else moves, and both totals are shown."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from phusong.analysis.gaps import zonal_sums
from phusong.analysis.official import official_columns, scaled_to_official
from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.geo.people import OfficialFigures, People
from phusong.geo.places import Communes

CRS = "EPSG:32648"
VINTAGE = "2025-06-30"
GRID = Grid.from_bounds(1000, 2000, 2200, 2900, crs=CRS, resolution_m=100)  # 9 rows, 12 columns
OUTLINES = {
    "00101": Polygon([(1030, 2040), (1530, 2040), (1610, 2510), (1090, 2830)]),
    "00203": Polygon([(1530, 2040), (2140, 2090), (2100, 2720), (1610, 2510)]),
    "00102": Polygon([(1090, 2830), (1610, 2510), (2100, 2720), (1900, 2880)]),
}


def communes(outlines: dict[str, Polygon] | None = None, vintage: str = VINTAGE) -> Communes:
    shapes = outlines or OUTLINES
    frame = gpd.GeoDataFrame(
        {"code": list(shapes), "name": [f"Xã {c}" for c in shapes]},
        geometry=list(shapes.values()),
        crs=CRS,
    )
    return Communes(frame, vintage)


def people(unknown: bool = False) -> People:
    row, col = np.mgrid[0:9, 0:12]
    count = ((3 * row + 7 * col) % 11) * 1.25
    if unknown:
        count[4, 4] = np.nan
    return People(GRID, count, source_total=float(np.nansum(count)))


def sums(counted: People, places: Communes) -> dict[str, float]:
    found = zonal_sums(counted.count, GRID, places.frame.geometry)
    return dict(zip(places.codes, found, strict=True))


@given(
    st.tuples(*[st.floats(40.0, 400.0)] * 3),
    st.sets(st.sampled_from(sorted(OUTLINES)), min_size=1),
)
def test_official_totals_are_met(totals: tuple[float, float, float], named: set[str]) -> None:
    places = communes()
    before = people()
    official = pd.Series(dict(zip(OUTLINES, totals, strict=True))).loc[sorted(named)]
    after = scaled_to_official(before, places, official)
    found = sums(after, places)
    for code in named:
        assert found[code] == pytest.approx(official[code], rel=1e-6)
    assert (after.count >= 0).all()


def test_nobody_outside_the_communes_named_moves() -> None:
    places = communes()
    after = scaled_to_official(people(), places, pd.Series({"00101": 300.0}))
    inside, whole = np.zeros((2, 9, 12), dtype=bool)
    for row in range(9):
        for col in range(12):
            cell = box(1000 + 100 * col, 2800 - 100 * row, 1100 + 100 * col, 2900 - 100 * row)
            inside[row, col] = cell.intersection(OUTLINES["00101"]).area > 0
            whole[row, col] = cell.within(OUTLINES["00101"]) and people().count[row, col] > 0
    assert (after.count[~inside] == people().count[~inside]).all()
    assert whole.sum() > 5
    factors = after.count[whole] / people().count[whole]
    assert np.ptp(factors) == pytest.approx(0, abs=1e-12), "inside, everybody by the same factor"
    assert after.source_total == people().source_total


def test_overlapping_outlines_each_get_their_whole_figure() -> None:
    shapes = {"A": box(1100, 2100, 1600, 2700), "B": box(1450, 2200, 2000, 2800)}
    places = communes(shapes)
    official = pd.Series({"A": 160.0, "B": 210.0})
    found = sums(scaled_to_official(people(), places, official), places)
    assert found == pytest.approx(official.to_dict(), rel=1e-6)


def test_unknown_cells_stay_unknown() -> None:
    after = scaled_to_official(people(unknown=True), communes(), pd.Series({"00101": 150.0}))
    assert np.isnan(after.count[4, 4])
    assert after.unknown_cells == 1
    assert sums(after, communes())["00101"] == pytest.approx(150.0, rel=1e-6)


def test_without_figures_nothing_changes() -> None:
    before = people()
    assert scaled_to_official(before, communes(), pd.Series(dtype="float64")) is before
    assert scaled_to_official(before, communes(), pd.Series({"09999": 5.0})) is before


def test_an_empty_commune_stays_empty_and_an_inhabited_one_is_asked_about() -> None:
    nobody = People(GRID, np.zeros((9, 12)), source_total=0.0)
    with pytest.raises(DataError, match="nobody in commune 00101, which officially has 80"):
        scaled_to_official(nobody, communes(), pd.Series({"00101": 80.0}))
    same = scaled_to_official(nobody, communes(), pd.Series({"00101": 0.0}))
    assert same.total == 0.0


def test_contradicting_figures_of_one_outline_are_refused() -> None:
    shapes = {"A": box(1100, 2100, 1600, 2700), "B": box(1100, 2100, 1600, 2700)}
    with pytest.raises(DataError, match="cannot all be met"):
        scaled_to_official(people(), communes(shapes), pd.Series({"A": 100.0, "B": 300.0}))
    shapes["B"] = box(1100, 2100, 1601, 2701)
    with pytest.raises(DataError, match="cannot all be met"):
        scaled_to_official(people(), communes(shapes), pd.Series({"A": 100.0, "B": 10.0}))


# Columns of the commune table


def figures(*rows: dict[str, object], standard: str | None = None) -> OfficialFigures:
    texts = dict.fromkeys(("year_status", "poverty_standard", "poor_rate_relation"), "")
    numbers = dict.fromkeys(
        ("population", "households", "poor_households", "near_poor_households",
         "poor_rate_percent", "near_poor_rate_percent", "poor_and_near_poor_rate_percent"),
        np.nan,
    )  # fmt: skip
    full = [{"row": n, "source": f"nguồn {n}", **texts, **numbers, **r} for n, r in enumerate(rows)]
    return OfficialFigures(pd.DataFrame(full), VINTAGE, standard)


DIN_CHIN = (
    {"commune_code": "00101", "year": 2021, "population": 3830.0, "households": 708.0,
     "poverty_standard": "old", "poor_rate_percent": 28.53, "near_poor_rate_percent": 46.47},
    {"commune_code": "00101", "year": 2021, "poverty_standard": "new", "poor_households": 497.0,
     "poor_rate_percent": 69.71, "near_poor_rate_percent": 24.68},
    {"commune_code": "00101", "year": 2019, "population": 3600.0},
    {"commune_code": "00203", "year": 2021, "poverty_standard": "old", "poor_rate_percent": 36.0,
     "poor_rate_relation": "gt"},
)  # fmt: skip


def test_both_totals_with_source_and_year() -> None:
    table = official_columns(communes(), people(), figures(*DIN_CHIN, standard="new"))
    first = table.loc["00101"]
    raster = sums(people(), communes())["00101"]
    assert first["population_raster"] == pytest.approx(raster)
    assert first["population_official"] == 3830.0
    assert first["population_official_year"] == 2021
    assert first["population_official_source"] == "nguồn 0"
    assert first["population_factor"] == pytest.approx(3830.0 / raster)
    assert table.loc["00102", "population_official_source"] == ""
    assert pd.isna(table.loc["00102", "population_official"])
    assert pd.isna(table.loc["00102", "population_official_year"])


def test_one_standard_is_shown_and_never_filled_from_another() -> None:
    new = official_columns(communes(), people(), figures(*DIN_CHIN, standard="new"))
    assert new.loc["00101", "poor_rate_percent"] == 69.71
    assert new.loc["00101", "poverty_standard"] == "new"
    assert pd.isna(new.loc["00203", "poor_rate_percent"])
    assert new.loc["00203", "poverty_standard"] == ""
    old = official_columns(communes(), people(), figures(*DIN_CHIN, standard="old"))
    assert old["poor_rate_percent"].tolist()[:2] == [28.53, 36.0]
    assert old["poor_rate_relation"].tolist() == ["", "gt", ""]
    assert old["poverty_year"].tolist()[:2] == [2021, 2021]


def test_standards_are_not_mixed() -> None:
    with pytest.raises(DataError, match="standards new, old, which cannot be compared"):
        official_columns(communes(), people(), figures(*DIN_CHIN))
    with pytest.raises(DataError, match="'2026' is not among the standards"):
        official_columns(communes(), people(), figures(*DIN_CHIN, standard="2026"))
    alone = official_columns(communes(), people(), figures(DIN_CHIN[3]))
    assert alone.loc["00203", "poverty_standard"] == "old"


def test_figures_of_another_vintage_are_refused() -> None:
    with pytest.raises(DataError, match="the same code may be another commune"):
        official_columns(communes(vintage="2025-07-01"), people(), figures(DIN_CHIN[0]))
