"""A gazetteer file is checked before anything is looked up in it."""

from importlib.resources import files
from pathlib import Path

import pytest

from phusong.errors import DataError
from phusong.sources.gazetteer import read_gazetteer, shipped_gazetteer

SMALL = """
name = "elsewhere"
[[vintages]]
key = "1999"
title = "Two levels"
levels = ["county", "parish"]
source = "invented"
[[vintages]]
key = "2000"
title = "Two levels"
levels = ["county", "parish"]
source = "invented"
[names.levels.parish]
prefixes = ["saint"]
[[units]]
vintage = "1999"
level = "county"
rows = [["A", "", "Ayr"]]
[[units]]
vintage = "1999"
level = "parish"
rows = [["A1", "A", "John"], ["A2", "A", "Mary"]]
"""
CROSSWALK = """
[[crosswalks]]
level = "parish"
from_vintage = "1999"
to_vintage = "1999"
source = "invented"
rows = [["A1", "A2", 0.5, "1"]]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "places.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_levels_of_any_country(tmp_path: Path) -> None:
    places = read_gazetteer(written(tmp_path, SMALL))
    found = places.find("Saint John", within="Ayr", vintage="1999", level="parish")
    assert found.code == "A1"
    assert places.unit("A2", vintage="1999", level="parish").name == "Mary"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["A2", "A", "Mary"]', '["A1", "A", "Mary"]', "1999 parish A1 stands more than once"),
        ('["A2", "A", "Mary"]', '["A2", "B", "Mary"]', "parent of A2 names 1999 county B"),
        ('level = "parish"', 'level = "hamlet"', "hamlet of 1999, which is not a known level"),
        ('name = "elsewhere"', 'nom = "elsewhere"', "nom: Extra inputs are not permitted"),
        ('name = "elsewhere"', "name = ", "not valid TOML"),
    ],
)
def test_faults_are_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SMALL
    with pytest.raises(DataError, match=says):
        read_gazetteer(written(tmp_path, SMALL.replace(old, new)))


def test_shares_must_add_up(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"shares of A1: 0.5 do not add up to 1"):
        read_gazetteer(written(tmp_path, SMALL + CROSSWALK))


def test_variant_of_nothing(tmp_path: Path) -> None:
    extra = '[[variants]]\nvintage = "1999"\ncode = "A9"\nspelling = "x"\nwhere = "y"\n'
    with pytest.raises(DataError, match="variant names 1999 commune A9"):
        read_gazetteer(written(tmp_path, SMALL + extra))


def test_missing_file_and_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"check inputs\.gazetteer\.file"):
        read_gazetteer(tmp_path / "none.toml")
    with pytest.raises(DataError, match="does not come with Phusong"):
        shipped_gazetteer("atlantis")
    file = tmp_path / "other.toml"
    file.write_bytes('name = "Huế"'.encode("cp1258", errors="replace") + b"\xe9")
    with pytest.raises(DataError, match="is not UTF-8"):
        read_gazetteer(file)


def test_shipped_facts_read_as_a_file_too() -> None:
    file = Path(str(files("phusong.sources").joinpath("facts", "lao-cai.toml")))
    assert read_gazetteer(file).units == shipped_gazetteer("lao-cai").units
