"""Speed tests of telephones: fetched by part of a file, shown beside the model, never in it."""

import io
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from phusong.pipeline import show_validation
from phusong.pipeline.api import open_study
from phusong.sources.fetch import wire as wire_module
from phusong.sources.fetch.wire import MIRROR_VARIABLE
from phusong.sources.speed_tiles import COLUMNS, quadkey, tile_at
from provider import Provider, provider
from runs import digests, in_one_line, invoke, run_here, table
from synthetic import SOUTH, TO_DEGREES, WEST, Region, write_region

PATH = (
    "ookla-open-data.s3.amazonaws.com/parquet/performance/type=mobile/year=2024/quarter=4/"
    "2024-10-01_performance_mobile_tiles.parquet"
)
FILE = "data/raw/tiles.csv"
ACCEPT = ("--accept", "ookla-mobile")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider() as one:
        one.files[PATH] = parquet()
        monkeypatch.setenv(MIRROR_VARIABLE, one.url)
        monkeypatch.setattr(wire_module.Wire, "wait", lambda *_: None)
        yield one


def telephones() -> pd.DataFrame:
    """A square each 600 m over the region, of which every third has tests."""
    rows = {}
    for n, (east, north) in enumerate(
        (e, m) for e in range(300, 5700, 600) for m in range(300, 5700, 600)
    ):
        if n % 3 == 0:
            key = quadkey(*tile_at(*TO_DEGREES.transform(WEST + east, SOUTH + north)))
            rows[key] = (key, 10_000 + 100 * n, 2_000 + n, 40 + n, 1 + n % 7, 1 + n % 2)
    return pd.DataFrame(rows.values(), columns=list(COLUMNS))


def parquet() -> bytes:
    """The whole world, in many parts."""
    rng = np.random.default_rng(2)
    keys = {quadkey(*tile_at(*p)) for p in rng.uniform((-180, -60), (100, 70), (150_000, 2))}
    other = pd.DataFrame({"quadkey": sorted(keys), **dict.fromkeys(COLUMNS[1:], 7)})
    whole = pd.concat([telephones(), other]).sort_values("quadkey")
    memory = io.BytesIO()
    whole.assign(tile="POLYGON ((0 0))" * 3).to_parquet(memory, row_group_size=2000)
    return memory.getvalue()


def region(folder: Path, **section: str) -> Region:
    facts = {"file": FILE, "source": "Ookla", "fetch": "ookla-mobile", "quarter": "2024-Q4"}
    return write_region(folder, study={"inputs.speed_tiles": {**facts, **section}})


def test_they_need_the_users_word(tmp_path: Path, served: Provider) -> None:
    result = invoke("fetch", region(tmp_path).study)
    assert "non-commercial use only (CC BY-NC-SA 4.0)" in in_one_line(result.stderr)
    assert "If you agree, add --accept ookla-mobile" in in_one_line(result.stderr)
    assert served.asked == []


@pytest.mark.parametrize("fault", [None, "drop", "truncate", "503", "429", "500"])
def test_part_of_the_file_is_had(tmp_path: Path, served: Provider, fault: str | None) -> None:
    served.faults[PATH] = [None, fault, None]
    made = region(tmp_path)
    result = invoke("fetch", made.study, *ACCEPT)
    assert result.exit_code == 0, result.output + result.stderr
    pd.testing.assert_frame_equal(
        table(tmp_path / FILE).astype(str),
        telephones().sort_values("quadkey").reset_index(drop=True).astype(str),
    )
    assert served.served_bytes < len(served.files[PATH]) / 2
    assert "there already" in invoke("fetch", made.study, *ACCEPT).output


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("404", "does not exist at the provider"),
        ("403", "is refused (status 403)"),
        ("text <html>busy</html>", "does not serve parts of a file"),
        ("no ranges", "does not serve parts of a file"),
        ("redirect https://evil.example/x", "is not a host of the catalogue"),
    ],
)
def test_faults_are_explained_and_a_rerun_completes(
    tmp_path: Path, served: Provider, fault: str, words: str
) -> None:
    served.faults[PATH] = [fault]
    made = region(tmp_path)
    assert words in in_one_line(invoke("fetch", made.study, *ACCEPT).stderr)
    assert not (tmp_path / FILE).exists()
    served.faults.clear()
    assert invoke("fetch", made.study, *ACCEPT).exit_code == 0


def test_another_quarter_and_no_parquet(tmp_path: Path, served: Provider) -> None:
    served.files[PATH] = b"PAR1" + bytes(5000)
    made = region(tmp_path / "damaged")
    said = in_one_line(invoke("fetch", made.study, *ACCEPT).stderr)
    assert "cannot be read as Parquet" in said
    made = region(tmp_path / "other", quarter="2024-Q1")
    said = in_one_line(invoke("fetch", made.study, *ACCEPT).stderr)
    assert "quarter=1/2024-01-01_performance_mobile_tiles.parquet does not exist" in said
    made = region(tmp_path / "wrong", quarter="2024-4")
    assert invoke("fetch", made.study, *ACCEPT).exit_code == 2


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Region:
    made = region(tmp_path_factory.mktemp("speed"))
    (made.folder / FILE).parent.mkdir(parents=True)
    telephones().to_csv(made.folder / FILE, index=False)
    run_here(made)
    return made


def test_tests_stand_beside_the_model(measured: Region) -> None:
    folder = measured.output / "speed-tiles"
    tiles, communes = table(folder / "tiles.csv"), table(folder / "communes.csv")
    given = telephones()
    assert tiles["tests"].astype(int).sum() == given["tests"].sum()
    share = tiles["modelled_covered_percent"].astype(float)
    assert share.between(0, 100).all()
    assert (share == 0).any()
    assert (share > 90).any()
    own = tiles[tiles["commune_code"] != ""]
    assert communes["tests"].astype(int).sum() == own["tests"].astype(int).sum()
    row = communes[communes["commune_code"] == "00102"].iloc[0]
    mine = own[own["commune_code"] == "00102"]
    mean = np.average(mine["download_mbps"].astype(float), weights=mine["tests"].astype(int))
    assert float(row["download_mbps"]) == pytest.approx(mean, abs=0.1)
    dark = mine[mine["modelled_covered_percent"].astype(float) == 0.0]
    assert int(row["tiles_without_modelled_signal"]) == len(dark)
    assert int(row["tests_without_modelled_signal"]) == dark["tests"].astype(int).sum()
    layer = gpd.read_file(folder / "tiles.gpkg")
    assert len(layer) == len(tiles)
    index = (measured.output / "index.html").read_text(encoding="utf-8")
    assert "speed-tiles/communes.csv" in index
    assert invoke("verify", measured.output).exit_code == 0


def test_notebook_shows_them_apart(measured: Region) -> None:
    shown = show_validation.speed(open_study(measured.study))
    assert "Speed tests of telephones, 2024-Q4" in str(shown)
    assert "They never enter a map of coverage" in shown.html
    without = write_region(measured.folder / "without")
    assert "has no speed tests" in str(show_validation.speed(open_study(without.study)))


def test_nothing_modelled_follows_them(measured: Region, tmp_path: Path) -> None:
    without = write_region(tmp_path)
    run_here(without)
    ours, theirs = digests(measured.output), digests(without.output)
    same = [n for n in theirs if n.startswith(("reach/", "gaps/", "plan/")) and n.endswith(".csv")]
    assert len(same) > 10
    assert {name: ours[name] for name in same} == {name: theirs[name] for name in same}


def test_own_file_is_recognised(tmp_path: Path) -> None:
    made = write_region(tmp_path)
    brought = tmp_path / "2024-10-01_performance_mobile_tiles.parquet"
    telephones().to_parquet(brought)
    told = ("--source", "Ookla", "--set", "quarter=2024-Q4")
    result = invoke("add", made.study, brought, *told)
    assert result.exit_code == 0, result.output + result.stderr
    section = open_study(made.study).inputs.speed_tiles
    assert section is not None
    assert section.quarter == "2024-Q4"
