"""Intervals of counts: against simulation cell by cell, without errors, and against truth."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr, ndtri
from shapely.geometry import Point, box

from phusong.analysis import intervals
from phusong.analysis.centre_intervals import (
    centre_draws,
    with_information_intervals,
    with_support_intervals,
)
from phusong.analysis.counts import Counts, interval_table
from phusong.analysis.gaps import (
    CLASS_NAMES,
    NO_SIGNAL,
    Confidence,
    commune_table,
    point_table,
    service_class,
)
from phusong.analysis.intervals import Areas, class_counts, gap_intervals
from phusong.analysis.level_errors import (
    ErrorDraws,
    SectorLines,
    Spread,
    above_line_db,
    masts_of,
    spread_out,
    spread_over,
)
from phusong.analysis.outreach import information_table, information_ways, support_table
from phusong.analysis.reach import ANY, NO_SERVER, UNKNOWN_PERCENT, Reach, ReachLayer
from phusong.analysis.verdict_intervals import verdict_draws, verdict_shares, village_counts
from phusong.analysis.verdicts import VerdictRules, settlements, village_verdicts
from phusong.errors import DomainError
from phusong.geo.grid import Grid
from phusong.geo.network import Network, Sector
from phusong.geo.people import People
from phusong.geo.places import Communes
from phusong.geo.tiles import Tile, together

CRS = "EPSG:32648"
ROWS, COLS, CELL_M = 36, 48, 100.0
CELLS = np.arange(ROWS * COLS)
GRID = Grid.from_bounds(
    400_000, 2_500_000, 400_000 + COLS * CELL_M, 2_500_000 + ROWS * CELL_M,
    crs=CRS, resolution_m=CELL_M,
)  # fmt: skip
WEST, SOUTH, EAST, NORTH = GRID.bounds
SURE = Confidence(covered_percent=95, marginal_percent=50)
NEEDED_DBM, MODEL_DB, LOCATION_DB = -110.0, 8.0, 3.0
WHOLE_DB = float(np.hypot(MODEL_DB, LOCATION_DB))
SPREAD = Spread(
    whole_error_db=MODEL_DB, common_error_db=4.0, site_error_db=3.0, people_error=0.2,
    square_m=600.0, draws=400, seed=3,
)  # fmt: skip
COMMUNES = Communes(
    gpd.GeoDataFrame(
        {"code": ["00001", "00002"], "name": ["Một", "Hai"]},
        geometry=[
            box(WEST + 130, SOUTH + 210, WEST + 2130, NORTH - 90),
            box(WEST + 2130, SOUTH + 210, EAST - 370, NORTH - 90),
        ],
        crs=CRS,
    ),
    "2025",
)
KEY = (ANY, "LTE")
NETWORK = Network(
    (
        Sector(
            "S1", "1", "a", "LTE", 22.0, 104.0, WEST, SOUTH, 30.0, 28.0, 1800.0, 20.0, 60.0,
            None, 4.0, 0.0, 65.0, 10.0,
        ),
    )
)  # fmt: skip


def level_field(seed: int = 0) -> NDArray[np.float64]:
    """A slope with rough ground: levels well above and well below what is needed."""
    rng = np.random.default_rng(seed)
    row, col = np.indices((ROWS, COLS))
    return np.asarray(-70.0 - 1.5 * col - 0.3 * row + 9.0 * rng.standard_normal((ROWS, COLS)))


def layer_of(level: NDArray[np.float64], *, spread_db: float = WHOLE_DB) -> ReachLayer:
    percent = np.floor(100.0 * ndtr((level - NEEDED_DBM) / spread_db)).astype(np.uint8)
    server = np.where(np.indices((ROWS, COLS))[1] < 20, 0, 1).astype(np.int32)
    return ReachLayer(level.astype(np.float32), server, percent)


def lines(*, spread_db: float = WHOLE_DB, location_db: float = LOCATION_DB) -> SectorLines:
    return SectorLines(
        np.full(2, NEEDED_DBM), np.full(2, spread_db), np.full(2, location_db), np.array([0, 1])
    )


def people_of(seed: int = 1) -> People:
    rng = np.random.default_rng(seed)
    count = np.where(rng.random((ROWS, COLS)) < 0.3, 12.0 * rng.random((ROWS, COLS)), 0.0)
    return People(GRID, count, source_total=float(count.sum()))


def counted(layer: ReachLayer, draws: ErrorDraws, people: People, **held: Any) -> Counts:
    areas = Areas.from_outlines(COMMUNES.frame.geometry, people, **held)
    return class_counts(layer, areas, lines=lines(), draws=draws, confidence=SURE)


def by_hand(
    level: NDArray[np.float64], draws: ErrorDraws, people: People, number: int
) -> dict[str, NDArray[np.float64]]:
    """One draw, cell by cell and without any grouping."""
    layer = layer_of(level)
    site = np.where(layer.server.ravel() == 0, 0, 1)
    error = draws.level_db(site, draws.square(CELLS))[number]
    share = Areas.from_outlines(COMMUNES.frame.geometry, people).shares.toarray()
    whole = level.ravel() + error
    line = {"marginal": NEEDED_DBM, "covered": NEEDED_DBM + ndtri(0.95) * WHOLE_DB}
    below = {name: ndtr((dbm - whole) / LOCATION_DB) for name, dbm in line.items()}
    factor = draws.people_factor[number, draws.square(CELLS)]
    parts = {
        "no_signal": below["marginal"],
        "marginal": below["covered"] - below["marginal"],
        "covered": 1.0 - below["covered"],
    }
    found = {}
    for name, part in parts.items():
        found[f"area_{name}"] = share @ (part * GRID.cell_area_km2)
        found[f"people_{name}"] = share @ (part * people.count.ravel() * factor)
    return found


def test_draws_are_those_of_a_simulation_cell_by_cell() -> None:
    level, people = level_field(), people_of()
    draws = ErrorDraws(GRID, SPREAD, sites=2)
    found = counted(layer_of(level), draws, people)
    for number in (0, 1, 57, 399):
        slow = by_hand(level, draws, people, number)
        for name in ("no_signal", "marginal", "covered"):
            # levels in classes of 0.5 dB, and percent within which a level is kept, against exact
            assert found.area_km2[name][number] == pytest.approx(slow[f"area_{name}"], abs=0.06)
            assert found.people[name][number] == pytest.approx(slow[f"people_{name}"], abs=8.0)


def test_ends_agree_with_another_simulation_of_spots() -> None:
    """Own random numbers, one spot in each cell, no closed form: the same quantiles."""
    level, people = level_field(), people_of()
    found = counted(layer_of(level), ErrorDraws(GRID, SPREAD, sites=2), people).columns()
    rng = np.random.default_rng(99)
    share = Areas.from_outlines(COMMUNES.frame.geometry, people).shares.toarray()
    row, col = np.indices((ROWS, COLS))
    square, site = (row // 6) * 8 + col // 6, (col >= 20).astype(int)
    sigma = np.sqrt(np.log1p(0.2**2))
    silent = []
    for _ in range(3000):
        error = 4.0 * rng.standard_normal() + 3.0 * rng.standard_normal(2)[site]
        error = error + np.sqrt(64.0 - 25.0) * rng.standard_normal(48)[square]
        spot = level + error + LOCATION_DB * rng.standard_normal((ROWS, COLS))
        factor = np.exp(sigma * rng.standard_normal(48) - sigma**2 / 2)[square]
        silent.append(share @ ((spot < NEEDED_DBM) * people.count * factor).ravel())
    low, high = np.percentile(np.array(silent), [10, 90], axis=0)
    width = high - low
    # 400 against 3000 draws: an end of an interval is known to about a tenth of its width
    assert np.abs(found["people_no_signal_p10"] - low).max() < 0.12 * width.max()
    assert np.abs(found["people_no_signal_p90"] - high).max() < 0.12 * width.max()


def test_without_errors_every_interval_is_the_count_itself() -> None:
    people, layer = people_of(), layer_of(level_field())
    sure = Spread(0.0, 0.0, 0.0, 0.0, 600.0, draws=20)
    areas = Areas.from_outlines(COMMUNES.frame.geometry, people)
    found = class_counts(
        layer, areas, lines=lines(location_db=0.0), draws=ErrorDraws(GRID, sure, sites=2),
        confidence=SURE,
    ).columns()  # fmt: skip
    plain = commune_table({KEY: service_class(layer, SURE)}, COMMUNES, people)
    for name in ("area_no_signal", "area_marginal", "area_covered"):
        for end in ("p10", "p90"):
            assert found[f"{name}_{end}_km2"] == pytest.approx(plain[f"{name}_km2"], rel=1e-9)
    for name in ("people", "people_no_signal", "people_marginal", "people_covered"):
        for end in ("p10", "p90"):
            assert found[f"{name}_{end}"] == pytest.approx(plain[name], rel=1e-9)


@pytest.mark.parametrize("part", ["common_error_db", "site_error_db", "people_error"])
def test_each_error_makes_intervals_wider(part: str) -> None:
    people, layer = people_of(), layer_of(level_field())

    def width(size: float) -> float:
        parts = {"whole_error_db": 0.0, "common_error_db": 0.0, "site_error_db": 0.0}
        parts |= {"people_error": 0.0, part: size}
        draws = ErrorDraws(GRID, Spread(square_m=600.0, draws=200, **parts), sites=2)
        ends = counted(layer, draws, people).columns()
        return float(ends["people_no_signal_p90"].sum() - ends["people_no_signal_p10"].sum())

    small, large = (0.1, 0.4) if part == "people_error" else (2.0, 8.0)
    assert 0.0 < width(small) < width(large)


def test_an_error_that_all_share_matters_more_than_one_of_each_square() -> None:
    people, layer = people_of(), layer_of(level_field())

    def width(common_db: float) -> float:
        spread = Spread(6.0, common_db, 0.0, 0.0, 300.0, draws=400)
        whole = counted(layer, ErrorDraws(GRID, spread, sites=2), people)
        total = whole.of(csr_array(np.ones((1, 2)))).columns()
        return float((total["people_no_signal_p90"] - total["people_no_signal_p10"])[0])

    assert width(6.0) > 2.0 * width(0.0)


def test_official_people_are_held() -> None:
    people = people_of()
    draws = ErrorDraws(GRID, SPREAD, sites=2)
    found = counted(layer_of(level_field()), draws, people, held=[True, False])
    base = Areas.from_outlines(COMMUNES.frame.geometry, people).shares @ people.count.ravel()
    assert found.people_total[:, 0] == pytest.approx(np.full(400, base[0]))
    assert found.people_total[:, 1].std() > 0.02 * base[1]
    parts = sum(found.people.values())
    assert parts == pytest.approx(found.people_total)  # nothing is unknown here


def test_the_truth_lies_within_as_often_as_said() -> None:
    """Worlds of which models are wrong by the errors stated: eight of ten truths lie within."""
    people, truth_level = people_of(), level_field(5)
    areas = Areas.from_outlines(COMMUNES.frame.geometry, people)
    whole = csr_array(np.ones((1, 2)))
    hits = []
    for world in range(150):
        own = Spread(MODEL_DB, 4.0, 3.0, 0.0, 600.0, draws=1, seed=1000 + world)
        wrong = ErrorDraws(GRID, own, sites=2)
        normal = np.random.default_rng(world).standard_normal()
        wrong.common_db[:] = 4.0 * normal  # one draw alone would be the middle
        site = (np.indices((ROWS, COLS))[1].ravel() >= 20).astype(int)
        modelled = truth_level - wrong.level_db(site, wrong.square(CELLS))[0].reshape(ROWS, COLS)
        spread = Spread(MODEL_DB, 4.0, 3.0, 0.0, 600.0, draws=150, seed=7)
        found = class_counts(
            layer_of(modelled), areas, lines=lines(location_db=0.0),
            draws=ErrorDraws(GRID, spread, sites=2), confidence=SURE,
        ).of(whole).columns()  # fmt: skip
        true = float((areas.shares @ ((truth_level < NEEDED_DBM) * people.count).ravel()).sum())
        hits.append(found["people_no_signal_p10"][0] <= true <= found["people_no_signal_p90"][0])
    assert 0.72 < np.mean(hits) < 0.88  # 150 worlds: two standard errors are 0.065


def test_draws_are_the_same_each_time_and_shared_by_layers() -> None:
    one, two = (ErrorDraws(GRID, SPREAD, sites=2) for _ in range(2))
    assert np.array_equal(one.common_db, two.common_db)
    assert np.array_equal(one.local_db, two.local_db)
    assert one.common_db.std() == pytest.approx(4.0, rel=0.01)
    assert np.median(one.common_db) == pytest.approx(0.0, abs=0.02)
    assert one.people_factor.mean() == pytest.approx(1.0, abs=0.01)


def test_unknown_cells_stay_unknown_and_silent_ones_silent() -> None:
    layer = layer_of(level_field())
    percent, server = layer.probability_percent.copy(), layer.server.copy()
    percent[:10], percent[10:20], server[10:20] = UNKNOWN_PERCENT, 0, NO_SERVER
    holed = ReachLayer(layer.level_dbm, server, percent)
    above = above_line_db(holed, lines(), line_percent=50).reshape(ROWS, COLS)
    assert np.isnan(above[:10]).all()
    assert np.isneginf(above[10:20]).all()
    assert np.isfinite(above[20:]).all()
    found = counted(holed, ErrorDraws(GRID, SPREAD, sites=2), people_of())
    plain = commune_table({KEY: service_class(holed, SURE)}, COMMUNES, people_of())
    whole = sum(found.area_km2.values())
    assert whole[0] == pytest.approx(plain["area_km2"] - plain["area_unknown_km2"], rel=1e-6)


def test_a_level_is_kept_within_the_percent_that_the_layer_states() -> None:
    """Several sites may make service surer than the strongest level says."""
    layer = layer_of(level_field())
    surer = np.minimum(layer.probability_percent + 30, 100).astype(np.uint8)
    above = above_line_db(
        ReachLayer(layer.level_dbm, layer.server, surer), lines(), line_percent=50
    )
    assert ((above >= 0) == (surer.ravel() >= 50)).all()


def test_models_are_mixed_draw_by_draw() -> None:
    people, draws = people_of(), ErrorDraws(GRID, SPREAD, sites=2)
    one = counted(layer_of(level_field()), draws, people)
    other = counted(layer_of(level_field() - 20.0), draws, people)
    mixed = Counts.mixed([one, other])
    assert np.array_equal(mixed.people["no_signal"][0], one.people["no_signal"][0])
    assert np.array_equal(mixed.people["no_signal"][1], other.people["no_signal"][1])
    ends, alone = mixed.columns(), one.columns()
    assert (ends["people_no_signal_p90"] > alone["people_no_signal_p90"]).all()


def test_a_receiver_stands_for_its_block() -> None:
    few = ReachLayer(
        np.array([[1.0, 2.0], [3.0, 4.0]], np.float32), np.array([[0, 1], [1, -1]], np.int32),
        np.array([[90, 10], [0, UNKNOWN_PERCENT]], np.uint8),
    )  # fmt: skip
    whole = spread_out(few, 3, (5, 4))
    assert whole.level_dbm.shape == whole.server.shape == (5, 4)
    assert whole.level_dbm[2, 2] == 1.0
    assert (whole.level_dbm[3:, :3] == 3.0).all()
    assert (whole.probability_percent[:3, 3] == 10).all()
    assert (whole.server[3:, 3] == NO_SERVER).all()
    assert spread_out(few, 1, (2, 2)) is few


@pytest.mark.parametrize("tile", [Tile(0, 0, 5, 4), Tile(2, 1, 3, 2), Tile(3, 3, 1, 1)])
def test_a_part_looks_at_the_receivers_of_its_blocks_alone(tile: Tile) -> None:
    rng, looked = np.random.default_rng(7), []
    few = ReachLayer(
        rng.normal(size=(3, 2)).astype(np.float32), rng.integers(-1, 9, (3, 2), dtype=np.int32),
        rng.integers(0, 101, (3, 2), dtype=np.uint8),
    )  # fmt: skip

    def read(part: Tile) -> ReachLayer:
        looked.append(part.rows * part.cols)
        return few.part(part)

    whole, here = spread_out(few, 2, (5, 4)).part(tile), spread_over(read, 2, tile)
    for name in ("level_dbm", "server", "probability_percent"):
        np.testing.assert_array_equal(getattr(here, name), getattr(whole, name))
    assert looked == [{5: 6, 3: 4, 1: 1}[tile.rows]]


def test_tiles_are_put_together_while_what_holds_them_is_small() -> None:
    small = [Tile(0, 0, 2, 2), Tile(0, 2, 2, 2), Tile(8, 8, 2, 2), Tile(8, 6, 2, 2)]
    tiles = [*small, Tile(0, 0, 9, 9)]
    found = list(together(tiles, cells=8))
    assert found == [
        (Tile(0, 0, 2, 4), (0, 1)), (Tile(8, 6, 2, 4), (2, 3)), (Tile(0, 0, 9, 9), (4,)),
    ]  # fmt: skip
    assert list(together([], cells=8)) == []


def test_a_table_has_a_row_per_commune_and_layer() -> None:
    draws = ErrorDraws(GRID, SPREAD, sites=2)
    found = counted(layer_of(level_field()), draws, people_of())
    table = interval_table({KEY: found, ("a", "LTE"): found}, ["00001", "00002"])
    assert list(table["commune_code"]) == ["00001", "00002"] * 2
    low = [c for c in table if "_p10" in c]
    for column in low:
        assert (table[column] <= table[column.replace("_p10", "_p90")]).all()


def test_a_gap_never_holds_more_than_its_people_without_an_error_of_people() -> None:
    layer, people = layer_of(level_field()), people_of()

    def people_in(tile: Tile) -> NDArray[np.float64]:
        return tile.part(people.count)

    gaps = gpd.GeoDataFrame(
        {"operator": [ANY], "technology": ["LTE"], "area_km2": [1.0], "people": [100.0]},
        geometry=[box(WEST + 3000, SOUTH + 500, WEST + 4500, NORTH - 500)], crs=CRS,
    )  # fmt: skip
    spread = Spread(8.0, 4.0, 3.0, 0.0, 600.0, draws=100)
    found = gap_intervals(
        gaps, lambda key, tile: [{KEY: layer}[key].part(tile)], GRID, people_in,
        lines=lines(), draws=ErrorDraws(GRID, spread, sites=2), confidence=SURE,
    )  # fmt: skip
    row = found.iloc[0]
    assert 0.0 < row["people_p10"] < row["people_p90"]
    sure = Spread(0.0, 0.0, 0.0, 0.0, 600.0, draws=5)
    exact = gap_intervals(
        gaps, lambda key, tile: [{KEY: layer}[key].part(tile)], GRID, people_in,
        lines=lines(location_db=0.0), draws=ErrorDraws(GRID, sure, sites=2), confidence=SURE,
    ).iloc[0]  # fmt: skip
    assert exact["people_p10"] == exact["people_p90"] == pytest.approx(100.0)
    assert exact["area_p10_km2"] == pytest.approx(1.0)


def villages() -> gpd.GeoDataFrame:
    east = [1000.0, 2600.0, 2900.0, 4200.0, -500.0]
    return gpd.GeoDataFrame(
        {"village_id": [f"v{n}" for n in range(5)], "commune_code": ["00001", *["00002"] * 4]},
        geometry=[Point(WEST + e, SOUTH + 1800) for e in east], crs=CRS,
    )  # fmt: skip


def drawn(spread: Spread, *, location_db: float) -> tuple[Any, Any]:
    layer, people, rules = layer_of(level_field()), people_of(), RULES
    where = settlements(villages(), people, radius_m=rules.settlement_radius_m)
    codes = verdict_draws(
        villages(), where, layer, lines=lines(location_db=location_db),
        draws=ErrorDraws(GRID, spread, sites=2), confidence=SURE, rules=rules,
    )  # fmt: skip
    reach = Reach(GRID, "p1812", "outdoor", NETWORK, {KEY: layer})
    table = village_verdicts(villages(), reach, people, SURE, rules)
    return codes, villages().join(table)


RULES = VerdictRules(1, 1, 500.0, 0.05, {"LTE": NEEDED_DBM})


def test_without_errors_a_verdict_is_certain() -> None:
    codes, table = drawn(Spread(0.0, 0.0, 0.0, 0.0, 600.0, draws=7), location_db=0.0)
    shares = verdict_shares(codes, "any_lte")
    said = table["any_lte_verdict"].to_numpy()
    assert (shares["any_lte_trang_song_percent"] == 100.0 * (said == "trang_song")).all()
    assert (shares["any_lte_lom_song_percent"] == 100.0 * (said == "lom_song")).all()
    assert said[-1] == "unknown"  # outside the grid
    counts = village_counts({KEY: codes}, table, ["00001", "00002"]).set_index("commune_code")
    for code in ("00001", "00002", "all"):
        for name in ("trang_song", "lom_song", "covered", "unknown"):
            row = counts.loc[code]
            assert row[f"villages_{name}"] == row[f"villages_{name}_p10"]
            assert row[f"villages_{name}"] == row[f"villages_{name}_p90"]
    assert counts.loc["all", "villages"] == 5


def centres(spread: Spread, *, location_db: float) -> tuple[Any, Any]:
    """Classes of the centres in each draw, and the villages with those of the layer itself."""
    layer, draws = layer_of(level_field()), ErrorDraws(GRID, spread, sites=2)
    codes = centre_draws(
        villages(), layer, lines=lines(location_db=location_db), draws=draws, confidence=SURE
    )
    reach = Reach(GRID, "p1812", "outdoor", NETWORK, {("any", "LTE"): layer})
    table = point_table(villages(), reach, SURE).assign(
        village_id=[f"V{n}" for n in range(len(codes[0]))],
        households=[40.0, 30.0, np.nan, 20.0, 10.0], population=1.0,
    )  # fmt: skip
    return codes, table


def test_without_errors_households_are_those_of_the_classes_themselves() -> None:
    codes, table = centres(Spread(0.0, 0.0, 0.0, 0.0, 600.0, draws=7), location_db=0.0)
    names = np.array([CLASS_NAMES[code] for code in codes[0]])
    assert (names == table["any_lte_class"]).all()
    assert names[-1] == "unknown"  # outside the grid
    support = support_table(table, COMMUNES, "LTE")
    found = with_support_intervals(support, codes, table, COMMUNES)
    speakers = pd.DataFrame({"kind": ["loudspeaker"], "village_id": ["V1"]})
    told = table.assign(information_by=information_ways(table, speakers, "LTE"))
    ways = with_information_intervals(
        information_table(told, COMMUNES), codes, told, speakers, COMMUNES
    )
    for end in ("p10", "p90"):
        for kind in ("villages", "households"):
            for name in ("covered", "marginal", "no_signal"):
                assert (found[f"{kind}_{name}_{end}"] == found[f"{kind}_{name}"]).all()
        for way in ("mobile_and_loudspeaker", "mobile", "loudspeaker", "neither"):
            assert (ways[f"villages_by_{way}_{end}"] == ways[f"villages_by_{way}"]).all()
    assert ways["villages_by_loudspeaker"].sum() + ways["villages_by_mobile_and_loudspeaker"].sum()


def test_households_in_gaps_are_drawn_as_often_as_their_centre_is_silent() -> None:
    codes, table = centres(SPREAD, location_db=LOCATION_DB)
    verdicts, _ = drawn(SPREAD, location_db=LOCATION_DB)
    assert ((codes == NO_SIGNAL)[:, :-1] == (verdicts == 0)[:, :-1]).all(), "the same errors"
    support = support_table(table, COMMUNES, "LTE")
    found = with_support_intervals(support, codes, table, COMMUNES).set_index("commune_code")
    households = table["households"].fillna(0.0).to_numpy()
    for code in COMMUNES.codes:
        own = (table["commune_code"] == code).to_numpy()
        silent = ((codes == NO_SIGNAL)[:, own] * households[own]).sum(axis=1)
        low, high = np.quantile(silent, [0.1, 0.9])
        row = found.loc[code]
        assert low <= row["households_no_signal_p10"] + households.max()
        assert row["households_no_signal_p10"] <= row["households_no_signal_p90"]
        assert row["households_no_signal_p90"] == pytest.approx(high, abs=households.max())


def test_a_verdict_near_its_line_is_less_sure_than_one_far_from_it() -> None:
    codes, table = drawn(SPREAD, location_db=LOCATION_DB)
    share = verdict_shares(codes, "any_lte")["any_lte_trang_song_percent"][:4]
    margin = table["any_lte_margin_db"].to_numpy()[:4]
    # P(level + errors < needed), by the closed form at the centre
    expected = 100.0 * ndtr(-margin / np.hypot(MODEL_DB, LOCATION_DB))
    assert share == pytest.approx(expected, abs=6.0)  # 400 draws: 2.4 standard errors


def test_masts_are_numbered_by_where_they_stand() -> None:
    assert list(masts_of({0: (5.0, 1.0), 1: (2.0, 1.0), 2: (5.0, 1.0)})) == [1, 0, 1]


def test_impossible_spreads_are_refused() -> None:
    with pytest.raises(DomainError, match="at least 0"):
        ErrorDraws(GRID, Spread(8.0, -1.0, 0.0, 0.0, 600.0), sites=1)
    with pytest.raises(DomainError, match="square_m=0"):
        ErrorDraws(GRID, Spread(8.0, 1.0, 0.0, 0.0, 0.0), sites=1)


@pytest.mark.parametrize("cells", [1, 300, 900])
def test_areas_counted_a_few_at_a_time_give_the_same_bits(
    monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    draws = ErrorDraws(GRID, Spread(WHOLE_DB, 4.0, 3.0, 0.3, 600.0, draws=20, seed=5), sites=2)
    level = NEEDED_DBM + 12.0 * np.random.default_rng(3).standard_normal((ROWS, COLS))
    strips = [
        box(WEST + 130 + 350 * n, SOUTH + 210, WEST + 590 + 350 * n, NORTH) for n in range(12)
    ]
    held = [n % 2 == 0 for n in range(12)]
    areas = Areas.from_outlines(gpd.GeoSeries(strips, crs=CRS), people_of(), held=held)
    found = []
    for most in (10**9, cells):
        monkeypatch.setattr(intervals, "CELLS_AT_ONCE", most)
        found.append(
            class_counts(layer_of(level), areas, lines=lines(), draws=draws, confidence=SURE)
        )
    at_once, in_parts = found
    parts = list(areas.in_parts(cells))
    assert len(parts) > 1
    assert [len(part.held) for part in parts] == [part.shares.shape[0] for part in parts]
    assert np.concatenate([part.held for part in parts]).tolist() == areas.held.tolist()
    assert in_parts.people_total.tobytes() == at_once.people_total.tobytes()
    for name in ("covered", "marginal", "no_signal"):
        assert in_parts.people[name].tobytes() == at_once.people[name].tobytes()
        assert in_parts.area_km2[name].tobytes() == at_once.area_km2[name].tobytes()
