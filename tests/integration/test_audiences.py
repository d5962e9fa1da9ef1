"""What is written for an audience holds nothing that it may not see, in any kind of file."""

import html
import json
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from typer.testing import CliRunner

import phusong
from phusong.cli.app import app
from phusong.errors import DataError
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from phusong.pipeline.results import study_facts
from phusong.pipeline.verify import damaged_files
from phusong.reporting.study_facts import StudyFacts
from phusong.study import Study
from runs import copied
from synthetic import Region

MARKING = "Lưu hành nội bộ {{7*7}}</style>"
FILES = {
    "index.html", "manifest.json", "tables.xlsx", "maps/coverage.html", "gaps/communes.csv",
    "gaps/villages.csv",
    "gaps/facilities.csv", "gaps/no-signal.gpkg", "gaps/totals.csv", "gaps/village-counts.csv",
    "communes/index.html", "communes/00101-thu-mot.html", "communes/00203-deo-gio.html",
    "communes/00102-nam-thu.html", "gaps/no-signal.csv", "gis/layers.gpkg", "gis/villages.parquet",
    "gis/layers.kmz",
    "gis/facilities.parquet", "gis/gaps.parquet", "gis/communes.parquet", "synthetic.qgz",
}  # fmt: skip
CAUSES = {"gaps/causes.csv"}
PLAN = {
    "gis/options.parquet",
    "gis/sites.parquet",
    "plan/priorities.csv",
    "plan/priorities.html",
    "plan/priorities.xlsx",
    "plan/options.gpkg",
}


@pytest.fixture(scope="module")
def study(plain_run: Region, tmp_path_factory: pytest.TempPathFactory) -> Study:
    region = copied(plain_run, tmp_path_factory.mktemp("người đọc") / "vùng thử")
    opened = phusong.open_study(region.study)
    for audience in ("province", "public", "operator:Nhà mạng A", "operator:mang-b"):
        write_for_audience(start(opened), audience, marking=MARKING)
    return opened


@pytest.fixture(scope="module")
def facts(study: Study) -> StudyFacts:
    return study_facts(start(study))


def content(file: Path) -> str:
    """Everything that a file says: text, cells, attributes and coordinates; no pictures."""
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as book:  # but for sheets, whose cells have names like S1
            parts = [name for name in book.namelist() if "worksheets/" not in name]
            inside = "\n".join(book.read(name).decode("utf-8") for name in parts)
        sheets = pd.read_excel(file, sheet_name=None, engine="calamine", dtype=str)
        return inside + "".join(sheet.to_csv() for sheet in sheets.values())
    if file.suffix == ".gpkg":
        layers = (pyogrio.read_dataframe(file, layer=n) for n, _ in pyogrio.list_layers(file))
        return "\n".join(map(rows_and_places, layers))
    if file.suffix == ".parquet":
        return rows_and_places(gpd.read_parquet(file))
    if file.suffix in {".qgz", ".kmz"}:
        with zipfile.ZipFile(file) as packed:
            texts = [name for name in packed.namelist() if not name.endswith(".png")]
            return "".join(html.unescape(packed.read(n).decode()) for n in texts)
    text = file.read_bytes().decode("utf-8-sig")
    text = re.sub(r'"data":"[A-Za-z0-9+/=]*"', "", text)  # numbers: tested apart
    raw = re.sub(r"data:(?:image|font)/[^\"')]*", "", text)
    decoded = re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), raw)
    return "\n".join((raw, decoded, html.unescape(re.sub(r"<[^>]*>", " ", decoded))))


def rows_and_places(layer: pd.DataFrame) -> str:
    if not isinstance(layer, gpd.GeoDataFrame):
        return layer.to_csv()  # styles
    outlines = layer.geometry.to_crs("EPSG:4326").to_wkt()
    return layer.drop(columns=layer.geometry.name).to_csv() + "\n".join(outlines)


def files(study: Study, name: str) -> dict[str, Path]:
    folder = study.output / f"for-{name}"
    found = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file for file in found}


def secrets(facts: StudyFacts, key: str) -> dict[str, set[str]]:
    """What only this operator and the province may read."""
    name = next(op.name for op in facts.study.operators if op.key == key)
    sectors = [s for s in facts.sectors if s.operator == name]
    options = facts.ranked[facts.ranked["operator"] == name]
    assert sectors
    assert len(options)
    places = [(s.latitude, s.longitude) for s in sectors]
    places += list(zip(options["latitude"], options["longitude"], strict=True))
    money = {f"{value:.0f}" for value in (*options["capex"], *options["present_value"])}
    return {
        "names": {name, key},
        "sites": {s.site_id for s in sectors},
        "places": {" ".join(f"{degrees:.6f}"[:-2] for degrees in place) for place in places},
        "options": {*options["option_id"], *options["why_vi"], *options["why_en"]},
        "money": money,
    }


def leaks(said: str, hidden: set[str]) -> set[str]:
    """Which of the words stand in a text; of a place both degrees, in either order."""
    return {word for word in hidden if any(re.search(p, said) for p in patterns(word))}


def patterns(word: str) -> list[str]:
    place = re.fullmatch(r"(\d+\.\d{4}) (\d+\.\d{4})", word)
    if place is None:
        return [rf"(?<![\w.]){re.escape(word)}"]
    first, second = (re.escape(degrees) + r"\d*" for degrees in place.groups())
    return [rf"{first}\D{{1,90}}{second}", rf"{second}\D{{1,90}}{first}"]


def test_each_folder_has_its_files_and_a_manifest(study: Study) -> None:
    assert files(study, "public").keys() == FILES
    assert files(study, "province").keys() == FILES | CAUSES | PLAN | {"brief-province.html"}
    assert files(study, "operator-mang-a").keys() == FILES | CAUSES | PLAN | {
        "brief-mang-a.html",
        "plan/response-mang-a.xlsx",
    }
    for name in ("public", "province", "operator-mang-a", "operator-mang-b"):
        assert damaged_files(study.output / f"for-{name}") == []


@pytest.mark.parametrize(("own", "other"), [("mang-a", "mang-b"), ("mang-b", "mang-a")])
def test_an_operators_files_hold_nothing_of_another_one(
    study: Study, facts: StudyFacts, own: str, other: str
) -> None:
    mine, theirs = secrets(facts, own), secrets(facts, other)
    for name, file in files(study, f"operator-{own}").items():
        said = content(file)
        for kind, hidden in theirs.items():
            assert leaks(said, hidden - mine[kind]) == set(), (name, kind)
        assert "any_lte_level" not in said, name
        assert "nearest_site" not in said, name
    everything = "".join(content(f) for f in files(study, f"operator-{own}").values())
    for kind in ("names", "sites", "options"):
        assert leaks(everything, mine[kind]) == mine[kind]


def test_the_public_reads_no_site_and_no_money(study: Study, facts: StudyFacts) -> None:
    currency = facts.study.costs.exchange.currency
    for name, file in files(study, "public").items():
        said = content(file)
        for operator in facts.study.operators:
            for kind, hidden in secrets(facts, operator.key).items():
                assert leaks(said, hidden) == set(), (name, kind)
        assert not re.search(rf"\b{currency}\b|capex|USD", said), name
        assert "level_dbm" not in said, name


def test_the_province_reads_everything(study: Study, facts: StudyFacts) -> None:
    """The same search finds all of it where it may be: the search itself works."""
    said = "".join(content(file) for file in files(study, "province").values())
    for operator in facts.study.operators:
        for kind, words in secrets(facts, operator.key).items():
            if kind != "money":
                assert leaks(said, words) >= words - {operator.key}, kind


def numbers(study: Study, name: str) -> dict[str, dict[str, object]]:
    """What a click on a reader's map can tell, by operator."""
    page = files(study, name)["maps/coverage.html"].read_text(encoding="utf-8")
    packed = re.search(r'id="phusong-readings">(.*?)</script>', page, re.DOTALL)
    assert packed
    layers = json.loads(packed[1])["layers"]
    return {re.sub(r"<[^>]*>", "", layer.pop("name")).split(" All ")[0]: layer for layer in layers}


def told_of(layer: dict[str, object]) -> set[str]:
    """Planes of its own, and those that are another one's."""
    follows = layer["follows"]
    assert isinstance(follows, list)
    return (layer.keys() - {"follows"}) | set(follows)


def test_a_click_tells_each_reader_its_own(study: Study) -> None:
    """An operator learns of all together whether there is service, but no level of another."""
    everything = {"level", "probability", "server"}
    together = "Tất cả nhà mạng"
    assert {who: told_of(told) for who, told in numbers(study, "public").items()} == {
        together: {"classes"}
    }
    province = numbers(study, "province")
    assert {who: told_of(told) for who, told in province.items()} == dict.fromkeys(
        (together, "Nhà mạng A", "Nhà mạng B"), everything
    )
    own = numbers(study, "operator-mang-b")
    assert {who: told_of(told) for who, told in own.items()} == {
        together: {"classes"}, "Nhà mạng B": everything,
    }  # fmt: skip
    for what in ("level", "probability"):
        assert own["Nhà mạng B"][what] == province["Nhà mạng B"][what]


def test_an_operators_servers_are_its_own(study: Study) -> None:
    page = files(study, "operator-mang-b")["maps/coverage.html"].read_text(encoding="utf-8")
    packed = re.search(r'id="phusong-readings">(.*?)</script>', page, re.DOTALL)
    assert packed
    names = json.loads(packed[1])["servers"]
    assert names
    assert {name.split(" / ")[0] for name in names} <= {"S3", "S4"}


def test_the_marking_stands_on_each_page_as_text(study: Study) -> None:
    for name in ("public", "province", "operator-mang-a"):
        pages = [f for path, f in files(study, name).items() if path.endswith(".html")]
        for page in pages:
            said = page.read_text(encoding="utf-8")
            assert '<strong class="marking t">Lưu hành nội bộ &#123;&#123;7*7' in said
            assert "@bottom-center { font: 700 9pt sans-serif;" in said
            assert MARKING not in said


def test_links_of_an_index_stay_inside(study: Study) -> None:
    for name in ("public", "operator-mang-a"):
        page = files(study, name)["index.html"].read_text(encoding="utf-8")
        links = set(re.findall(r'<a [^>]*href="([^"#]+)"', page))
        assert links == files(study, name).keys() - {"index.html"}


def test_a_workbook_holds_the_tables_of_its_folder(study: Study) -> None:
    for name in ("public", "province", "operator-mang-a"):
        book = pd.read_excel(files(study, name)["tables.xlsx"], sheet_name=None, engine="calamine")
        listed = set(next(iter(book.values()))["Tệp"].dropna())
        assert listed == {file for file in files(study, name) if file.endswith(".csv")}
        with zipfile.ZipFile(files(study, name)["tables.xlsx"]) as packed:
            pages = [packed.read(n).decode() for n in packed.namelist() if "worksheets/s" in n]
        assert len(pages) == len(book)
        assert all("Lưu hành nội bộ" in page for page in pages)


def test_an_unknown_audience_is_told_what_there_is(study: Study) -> None:
    for audience in ("operator:Nhà mạng Z", "mang-a", "everyone"):
        with pytest.raises(DataError, match="give one of province, public, operator:mang-a"):
            write_for_audience(start(study), audience)


def test_command(study: Study) -> None:
    run = CliRunner().invoke(app, ["report", str(study.file), "--audience", "public"])
    assert run.exit_code == 0, run.output
    assert "for-public" in run.output
    assert "marking t" not in files(study, "public")["index.html"].read_text(encoding="utf-8")
    words = ["report", str(study.file), "--audience", "public", "--language", "en"]
    assert CliRunner().invoke(app, words).exit_code == 0
    english = pd.read_excel(files(study, "public")["tables.xlsx"], engine="calamine")
    assert list(english.columns) == ["Table", "What it answers", "Rows", "File"]
    assert '<html lang="en"' in files(study, "public")["index.html"].read_text(encoding="utf-8")
    alone = CliRunner().invoke(app, ["report", str(study.file), "--marking", "Dự thảo"])
    assert alone.exit_code == 2
