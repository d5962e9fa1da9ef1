"""Official figures are read with their year, source and standard, or not at all."""

from pathlib import Path

import pytest

from phusong.errors import DataError, DataWarning
from phusong.geo.people import OfficialFigures
from phusong.sources.boundaries import read_communes
from phusong.sources.places import read_places
from phusong.sources.statistics import read_statistics, with_village_sums
from phusong.sources.study_file import read_study
from synthetic import ASKED, FOLDER, village_rows, write_csv, write_region

BASE = {"commune_code": "00101", "year": "2021", "source": "invented"}


def read(folder: Path, *rows: dict[str, str]) -> OfficialFigures:
    inputs = {"file": f"{FOLDER}/statistics.csv", "source": "x", "poverty_standard": "new"}
    region = write_region(folder / "vùng", study={"inputs.statistics": inputs})
    columns = sorted({key for row in rows for key in row})
    table = [{c: row.get(c, "") for c in columns} for row in rows]
    write_csv(region.input("statistics.csv"), table)
    study = read_study(region.study)
    communes = read_communes(region.input("communes.geojson"), study)
    assert study.inputs.statistics is not None
    return read_statistics(study.inputs.statistics, study, communes)


def fault(folder: Path, *rows: dict[str, str]) -> str:
    with pytest.raises(DataError) as error:
        read(folder, *rows)
    return str(error.value)


def test_newest_figure_counts(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {**BASE, "population": "120", "households": "30"},
        {**BASE, "population": "100", "year": "2019", "source": "census"},
        {**BASE, "commune_code": "00203", "population": "80", "year_status": "inferred"},
    )
    population = found.latest("population")
    assert population["population"].to_dict() == {"00101": 120.0, "00203": 80.0}
    assert population.loc["00203", "year_status"] == "inferred"
    assert found.latest("households").index.tolist() == ["00101"]
    assert found.poverty_standard == "new"


def test_every_standard_keeps_its_own_row(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {**BASE, "poverty_standard": "old", "poor_rate_percent": "28.53"},
        {**BASE, "poverty_standard": "new", "poor_rate_percent": "69.71"},
    )
    assert found.standards == ("new", "old")
    assert found.poverty()["poor_rate_percent"].tolist() == [69.71]


def test_other_communes_are_left_out_and_said(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match="1 rows are of communes that the study does not ask"):
        found = read(
            tmp_path, {**BASE, "population": "1"}, {**BASE, "commune_code": "09999",
                                                    "population": "2"}
        )  # fmt: skip
    assert found.rows["commune_code"].tolist() == ["00101"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"poor_rate_percent": "28.5"}, "row 2: poor_rate_percent without poverty_standard"),
        ({"poor_rate_percent": "128"}, "column poor_rate_percent = 128"),
        ({"vintage": "2025-07-01", "population": "5"}, "row 2: vintage = '2025-07-01', the study"),
        ({"year": ""}, "column year is empty"),
        ({"source": ""}, "column source is empty"),
        ({"poor_rate_relation": "about"}, "'about' is not known"),
        ({"households": "10", "poor_households": "11", "poverty_standard": "new"},
         "poor_households = 11 is more than households = 10"),
    ],
)  # fmt: skip
def test_faults_name_row_and_remedy(tmp_path: Path, cells: dict[str, str], says: str) -> None:
    assert says in fault(tmp_path, {**BASE, **cells})


def test_contradictions_are_refused(tmp_path: Path) -> None:
    assert "commune 00101 has population 100, 120 in 2021" in fault(
        tmp_path / "một", {**BASE, "population": "100"}, {**BASE, "population": "120"}
    )
    assert "the same commune, year and poverty standard stands twice" in fault(
        tmp_path / "hai",
        {**BASE, "poverty_standard": "new", "poor_rate_percent": "1"},
        {**BASE, "poverty_standard": "new", "poor_rate_percent": "2"},
    )


# Sums over villages


def sums(folder: Path, *rows: dict[str, str], **village: str) -> OfficialFigures | None:
    """Figures with the sums over the region's villages; ``village`` changes the first one."""
    region = write_region(folder / "vùng", study={"inputs.villages.official_year": 2023})
    villages = village_rows()
    villages[0].update(village)
    write_csv(region.input("villages.csv"), villages)
    study = read_study(region.study)
    communes = read_communes(region.input("communes.geojson"), study)
    figures = read(folder / "figures", *rows) if rows else None
    return with_village_sums(figures, read_places(study, communes).everyone, study, communes)


def by_hand(column: str) -> dict[str, float]:
    """Sums over villages that name their commune."""
    found: dict[str, float] = {}
    for row in village_rows():
        if row["commune_code"] in ASKED:
            found[row["commune_code"]] = found.get(row["commune_code"], 0.0) + float(row[column])
    return found


def test_villages_add_up_where_a_commune_has_no_figure(tmp_path: Path) -> None:
    found = sums(tmp_path, {**BASE, "population": "120"})
    assert found is not None
    population, households = found.latest("population"), found.latest("households")
    assert population.loc["00101", "population"] == 120.0, "the figure of the commune counts"
    assert households.loc["00101", "households"] >= by_hand("households")["00101"]
    assert population.loc["00203", "year"] == 2023
    assert population.loc["00203", "year_status"] == "sum"
    assert "villages)" in population.loc["00203", "source"]
    assert found.poverty_standard == "new"


def test_a_village_without_a_number_leaves_its_commune_without_a_sum(tmp_path: Path) -> None:
    found = sums(tmp_path, population="")
    assert found is not None
    assert "00101" not in found.latest("population").index
    assert "00101" in found.latest("households").index
    with pytest.warns(DataWarning, match="no coordinates"):
        without = sums(tmp_path / "b", latitude="", longitude="")
    assert without is not None
    assert "00101" in without.latest("population").index, "it counts without coordinates too"
    assert without.poverty().empty


def test_a_list_that_is_not_official_changes_nothing(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    study = read_study(region.study)
    communes = read_communes(region.input("communes.geojson"), study)
    everyone = read_places(study, communes).everyone
    assert with_village_sums(None, everyone, study, communes) is None
