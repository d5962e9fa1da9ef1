"""``phusong new``: a study of any region, from a box, a file or a name, that can be run."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from phusong.errors import DataError
from phusong.pipeline.api import open_study
from phusong.pipeline.inputs import Inputs
from phusong.sources.fetch import wire as wire_module
from phusong.sources.fetch.wire import MIRROR_VARIABLE
from phusong.sources.new_study import utm
from provider import Provider, provider
from runs import in_one_line, invoke, run_here, table
from synthetic import Region, write_region

BOX = ("104.03", "22.562", "104.085", "22.61")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with provider() as one:
        monkeypatch.setenv(MIRROR_VARIABLE, one.url)
        monkeypatch.setattr(wire_module.Wire, "wait", lambda *_: None)
        yield one


def made(folder: Path, *options: str, name: str = "configs/huyện-của-tôi.toml") -> Any:
    return invoke("new", folder / name, *options)


def facts(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def test_box(tmp_path: Path) -> None:
    result = made(tmp_path, "--bbox", *BOX, "--country", "VNM", "--title", 'Vùng "thử" \\ của tôi')
    assert result.exit_code == 0, result.output + result.stderr
    file = tmp_path / "configs/huyện-của-tôi.toml"
    study = open_study(file)
    assert study.study.name == "huyen-cua-toi"
    assert study.study.title_vi == 'Vùng "thử" \\ của tôi'
    assert study.grid.crs == "EPSG:32648"
    assert study.grid.resolution_m == 30.0
    assert study.area.country == "VNM"
    assert [op.key for op in study.operators] == ["viettel", "vnpt", "mobifone"]
    assert not study.study.practice_data
    assert study.costs.exchange is None
    assert study.planning.candidates_kept == 100
    assert study.path(study.inputs.boundaries.file).is_file()
    assert {s.fetch for s in (study.inputs.terrain, study.inputs.population)} == {
        "copernicus-dem-30", "worldpop-2020-100m",
    }  # fmt: skip


def test_what_a_new_study_lacks_is_said_with_its_remedies(tmp_path: Path) -> None:
    made(tmp_path, "--bbox", *BOX)
    result = invoke("check", tmp_path / "configs/huyện-của-tôi.toml")
    assert result.exit_code == 2
    assert "`phusong fetch` gets copernicus-dem-30, `phusong add` takes a file of" in result.stderr
    assert "or take [inputs.facilities] out of the study file" in result.stderr
    assert "take [inputs.terrain] out" not in result.stderr, "nothing goes without the ground"
    assert "practice" not in result.stderr


def test_every_starting_value_is_that_of_the_practice_study(tmp_path: Path) -> None:
    made(tmp_path, "--bbox", *BOX)
    study = facts(tmp_path / "configs/huyện-của-tôi.toml")
    shipped = Path(__file__).parents[2] / "configs" / "demo.toml"
    practice = facts(shipped)
    for section in ("environments", "service", "towers", "propagation"):
        assert study[section] == practice[section]
    assert study["planning"]["new_site"] == practice["planning"]["new_site"]
    assert "choice" not in study["planning"], "budget and floors of the practice study are its own"
    text = (tmp_path / "configs/huyện-của-tôi.toml").read_text(encoding="utf-8")
    assert "@" not in text.replace("@DATA@", "@")
    assert not re.search("nha-mang-[a-z]", text)


def test_an_operator_that_nobody_knows_is_called_in_the_language_of_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def name(folder: str, *box: str) -> str:
        made(tmp_path / folder, "--bbox", *box)
        (operator,) = facts(tmp_path / folder / "configs/huyện-của-tôi.toml")["operators"]
        return str(operator["name"])

    assert name("a", *BOX) == "Nhà mạng 1"
    peru = ("-72.2", "-13.6", "-72.1", "-13.5")
    assert name("b", *peru) == "Operator 1"
    monkeypatch.setenv("PHUSONG_LANG", "vi")
    assert name("c", *peru) == "Nhà mạng 1"


def test_study_from_a_file_can_be_run(tmp_path: Path) -> None:
    """With the user's own inputs in the places that the new study names."""
    region = write_region(tmp_path / "theirs")
    inputs = region.study.parent / "đầu vào"
    result = made(
        tmp_path, "--boundary", str(inputs / "communes.geojson"), "--vintage", "2025-06-30",
        name="configs/own.toml",
    )  # fmt: skip
    assert result.exit_code == 0, result.output + result.stderr
    file = tmp_path / "configs/own.toml"
    study = open_study(file)
    assert len(study.area.communes) == 4
    raw = tmp_path / "data/raw/own"
    (raw / "dem").mkdir()
    for source, target in (
        ("dem.tif", "dem/dem.tif"), ("population.tif", "people.tif"),
        ("villages.csv", "villages.csv"),
        ("facilities.csv", "facilities.csv"), ("roads.geojson", "roads.geojson"),
        ("power.geojson", "power-lines.geojson"),
    ):  # fmt: skip
        (raw / target).write_bytes((inputs / source).read_bytes())
    towers = (inputs / "towers.csv").read_text(encoding="utf-8-sig")
    towers = towers.replace("Nhà mạng A", "Nhà mạng 1").replace("Nhà mạng B", "Nhà mạng 1")
    (raw / "towers.csv").write_text(towers, encoding="utf-8")
    text = file.read_text(encoding="utf-8").replace("resolution_m = 30.0", "resolution_m = 90.0")
    text = text.replace("margin_km = 10.0", "margin_km = 0.45")
    text = text.replace("radius_km = 30.0", "radius_km = 5.0")
    file.write_text(text, encoding="utf-8")
    run_here(Region(tmp_path, file, study.output))
    assert len(table(study.output / "gaps" / "communes.csv")) > 0


def test_name_on_the_map(tmp_path: Path, served: Provider) -> None:
    ring = [(104.0, 22.5), (104.1, 22.5), (104.1, 22.6), (104.0, 22.6), (104.0, 22.5)]

    def way(points: list[tuple[float, float]], role: str = "outer") -> dict[str, Any]:
        geometry = [{"lon": x, "lat": y} for x, y in points]
        return {"type": "way", "role": role, "geometry": geometry}

    found = [
        {"type": "relation", "id": 12, "tags": {"admin_level": "6"},
         "members": [way(ring[:3]), way(ring[2:])]},
    ]  # fmt: skip

    def answer(form: dict[str, str]) -> bytes:
        assert '["name"="Bắc Hà"]' in form["data"]
        return json.dumps({"elements": found}).encode()

    served.answers["overpass-api.de/api/interpreter"] = answer
    result = made(tmp_path, "--area", 'Bắc" Hà')
    assert result.exit_code == 0, result.output + result.stderr
    study = open_study(tmp_path / "configs/huyện-của-tôi.toml")
    assert study.area.communes == ("osm-r12",)
    found.append({**found[0], "id": 13})
    result = made(tmp_path, "--area", "Bắc Hà", name="configs/two.toml")
    assert (
        "has 2 areas called 'Bắc Hà' (level 6, relation 12; level 6, relation 13)"
        in in_one_line(result.stderr)
    )
    found.clear()
    result = made(tmp_path, "--area", "Bắc Hà", name="configs/none.toml")
    assert "has 0 areas" in in_one_line(result.stderr)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    result = made(tmp_path, "--bbox", *BOX, "--country", "Vietnam")
    assert "three letters of ISO 3166" in in_one_line(result.stderr)
    result = made(tmp_path, "--bbox", *BOX, "--vintage", "x" * 400)
    assert result.exit_code == 2, "a name that long is refused"
    assert not list(tmp_path.rglob("*.geojson"))
    assert made(tmp_path, "--bbox", *BOX, "--country", "vnm").exit_code == 0


@pytest.mark.parametrize(
    ("options", "language"),
    [
        (("--bbox", *BOX), "vi"),
        (("--bbox", "36.8", "-1.3", "36.9", "-1.2"), "en"),
        (("--bbox", "7.4", "46.5", "7.5", "46.6", "--country", "CHE"), "en"),
        (("--bbox", "179.9", "-17", "-179.9", "-16.8"), "en"),
    ],
)
def test_pages_speak_the_language_of_the_place_first(
    tmp_path: Path, options: tuple[str, ...], language: str
) -> None:
    assert made(tmp_path, *options).exit_code == 0
    file = tmp_path / "configs/huyện-của-tôi.toml"
    study = open_study(file)
    assert study.study.language == language
    text = file.read_text(encoding="utf-8")
    named = [word for word in ("Vietnam", 'VND"', "VND/USD") if word in text]
    assert bool(named) is (language == "vi"), named
    assert any(a.verified for a in study.assumptions()) is (language == "vi")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    made(tmp_path, "--bbox", *BOX)
    file = tmp_path / "configs/huyện-của-tôi.toml"
    before = file.read_bytes()
    result = made(tmp_path, "--bbox", *BOX)
    assert result.exit_code == 2
    assert "is there already and is not overwritten" in in_one_line(result.stderr)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "one of --bbox, --boundary and --area"),
        (("--bbox", *BOX, "--area", "x"), "one of --bbox, --boundary and --area"),
        (("--bbox", "104", "23", "103", "22"), "is not west south east north"),
        (("--bbox", "104", "22", "105", "21"), "east is below west across the antimeridian"),
        (("--bbox", "10", "86", "11", "87"), "UTM goes to 84"),
        (("--boundary", "nowhere.gpkg"), "--boundary nowhere.gpkg does not exist"),
    ],
)
def test_impossible_regions(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    result = made(tmp_path, *options)
    assert result.exit_code == 2
    assert words in in_one_line(result.stderr)
    assert not (tmp_path / "configs/huyện-của-tôi.toml").exists()


@pytest.mark.parametrize(
    ("bounds", "crs"),
    [
        ((103.0, 22.0, 104.0, 23.0), "EPSG:32648"),
        ((-71.0, -34.0, -70.0, -33.0), "EPSG:32719"),
        ((179.5, -17.0, -179.5, -16.0), "EPSG:32701"),
        ((179.0, 1.0, 180.0, 2.0), "EPSG:32660"),
    ],
)
def test_crs_by_location(bounds: tuple[float, float, float, float], crs: str) -> None:
    assert utm(bounds) == crs


def test_region_across_the_antimeridian(tmp_path: Path) -> None:
    result = made(tmp_path, "--bbox", "179.9", "-17", "-179.9", "-16.8", "--country", "FJI")
    assert result.exit_code == 0, result.output + result.stderr
    study = open_study(tmp_path / "configs/huyện-của-tôi.toml")
    assert study.grid.crs == "EPSG:32701"
    assert study.grid.resolution_m == 30.0  # of 470 km², not of the whole parallel
    grid = Inputs(study).grid
    cells_m = [n * grid.resolution_m for n in grid.shape]
    assert cells_m == pytest.approx([22_100 + 20_000, 21_300 + 20_000], rel=0.02)


def test_no_utm_at_the_pole() -> None:
    with pytest.raises(DataError, match="UTM goes to 84"):
        utm((0.0, 85.0, 1.0, 86.0))
