"""Villages, facilities and lines: where they are, and which commune they belong to."""

import json
from pathlib import Path
from typing import Any

import pytest

from phusong.errors import DataError, DataWarning
from phusong.geo.places import Places
from phusong.sources.boundaries import read_communes
from phusong.sources.places import read_places
from phusong.sources.study_file import read_study
from synthetic import (
    FOLDER,
    SOUTH,
    WEST,
    Region,
    csv_text,
    degrees,
    facility_rows,
    geojson,
    village_rows,
    write_csv,
    write_region,
    write_text,
)


def read(region: Region) -> Places:
    study = read_study(region.study)
    return read_places(study, read_communes(region.input("communes.geojson"), study))


def with_villages(folder: Path, *changes: dict[str, str]) -> Region:
    """The region with the first villages changed."""
    region = write_region(folder / "vùng")
    rows = village_rows()
    changed = [{**row, **change} for row, change in zip(rows, changes, strict=False)]
    write_csv(region.input("villages.csv"), [*changed, *rows[len(changes) :]])
    return region


def fault(region: Region) -> str:
    with pytest.raises(DataError) as error:
        read(region)
    return str(error.value)


def test_points_lie_where_they_should(tmp_path: Path) -> None:
    places = read(write_region(tmp_path / "vùng"))
    village = places.villages.set_index("village_id").loc["V04"]
    assert village.geometry.x == pytest.approx(WEST + 3700, abs=0.02)
    assert village.geometry.y == pytest.approx(SOUTH + 2500, abs=0.02)
    assert (village["name"], village["households"], village["population"]) == ("Khe Sâu", 12, 60)
    assert places.facilities["kind"].tolist() == [
        "school", "clinic", "commune_office", "loudspeaker",
    ]  # fmt: skip
    assert len(places.roads) == 2
    assert places.roads.geometry.iloc[1].length == pytest.approx(2274.3, abs=1)


def test_points_without_a_code_get_the_commune_they_lie_in(tmp_path: Path) -> None:
    places = read(write_region(tmp_path / "vùng"))
    assert places.villages.set_index("village_id")["commune_code"].to_dict() == {
        "V01": "00101", "V02": "00101", "V03": "00203", "V04": "00203", "V05": "00102",
        "V06": "00102",
    }  # fmt: skip
    assert places.facilities["commune_code"].tolist() == ["00101", "00203", "00102", "00203"]


def test_a_village_beyond_the_map_is_named(tmp_path: Path) -> None:
    region = with_villages(tmp_path, {}, {"latitude": "4.068416", "longitude": "8"})
    words = fault(region)
    assert "villages.csv row 3: latitude = 4.06842, longitude = 8 is so far away" in words
    assert "(EPSG:" in words


def test_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    before = read(region).villages
    write_csv(region.input("villages.csv"), village_rows()[::-1])
    assert read(region).villages.equals(before)


def test_inputs_that_are_not_named_are_empty(tmp_path: Path) -> None:
    keys = ("villages", "facilities", "roads", "power_lines")
    places = read(write_region(tmp_path / "vùng", study={f"inputs.{k}": None for k in keys}))
    assert all(getattr(places, key).empty for key in keys)
    assert "commune_code" in places.villages.columns


def test_points_outside_every_commune_are_kept_and_said(tmp_path: Path) -> None:
    longitude, latitude = degrees(5700, 5700)
    moved = {"longitude": str(longitude), "latitude": str(latitude), "commune_code": ""}
    with pytest.warns(DataWarning, match=r"villages\.csv: 1 of 6 points lie outside every commune"):
        places = read(with_villages(tmp_path, moved))
    assert places.villages["commune_code"].tolist()[0] == ""


def test_a_code_that_does_not_match_the_place_is_kept_and_said(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match=r"1 points lie outside the outline .*row 2, .*= 00203"):
        places = read(with_villages(tmp_path, {"commune_code": "00203"}))
    assert places.villages["commune_code"].tolist()[0] == "00203"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"latitude": "91"}, "villages.csv row 2, column latitude = 91.0: -90 to 90 deg"),
        ({"longitude": ""}, "villages.csv row 2: only one of latitude and longitude"),
        ({"households": "-3"}, "column households = -3.0: 0 to 1000000 households is allowed"),
        ({"name": ""}, "villages.csv row 2, column name is empty, a value is needed"),
        ({"village_id": "V02"}, "villages.csv rows 2, 3: village_id = 'V02' stands more than once"),
    ],
)
def test_bad_villages(tmp_path: Path, change: dict[str, str], said: str) -> None:
    assert said in fault(with_villages(tmp_path, change))


def test_unknown_kind_of_facility(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    rows = facility_rows()
    rows[1]["kind"] = "Clinic"
    write_csv(region.input("facilities.csv"), rows)
    assert (
        "facilities.csv row 3, column kind = 'Clinic' is not known (did you mean 'clinic'?): "
        "allowed are school, clinic, commune_office, loudspeaker" in fault(region)
    )


def test_hostile_names_are_only_names(tmp_path: Path) -> None:
    hostile = "=cmd|'/c calc'!A0, \"quoted\"\nsecond line {{ 7*7 }} <b>"
    places = read(with_villages(tmp_path, {"name": hostile}))
    assert places.villages["name"].tolist()[0] == hostile


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("roads.geojson", "", "roads.geojson is not GeoJSON"),
        (
            "power.geojson",
            json.dumps({"type": "FeatureCollection", "features": []}),
            "power.geojson has no features",
        ),
        ("villages.csv", "", "villages.csv is empty"),
        ("facilities.csv", csv_text(facility_rows()[:1]).splitlines()[0], "header but no rows"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, content: str, said: str) -> None:
    region = write_region(tmp_path / "vùng")
    write_text(region.input(name), content)
    assert said in fault(region)


def test_a_missing_file_names_its_key(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    region.input("villages.csv").unlink()
    assert "check inputs.villages.file" in fault(region)


def test_points_from_a_layer(tmp_path: Path) -> None:
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "properties": {k: v for k, v in row.items() if k not in {"latitude", "longitude"}},
            "geometry": {
                "type": "Point", "coordinates": [float(row["longitude"]), float(row["latitude"])],
            },
        }
        for row in village_rows()
    ]  # fmt: skip
    region = write_region(tmp_path / "vùng", study={"inputs.villages.file": "v.geojson"})
    write_text(
        region.folder / "v.geojson", json.dumps({"type": "FeatureCollection", "features": features})
    )
    other = read(write_region(tmp_path / "khác"))
    assert read(region).villages.equals(other.villages)


# How far villages reach, and households


def named(file: str) -> dict[str, str]:
    return {"file": f"{FOLDER}/{file}", "source": "invented for tests"}


def with_settlements(folder: Path, *ids: str) -> Region:
    region = write_region(
        folder / "vùng", study={"inputs.settlements": named("settlements.geojson")}
    )
    rings = {
        key: ("", [(850 + 400 * n, 2000), (1300 + 400 * n, 2050), (1000 + 400 * n, 2400)])
        for n, key in enumerate(ids)
    }
    layer = geojson(rings).replace('"code"', '"village_id"')
    write_text(region.input("settlements.geojson"), layer)
    return region


def test_outlines_of_villages(tmp_path: Path) -> None:
    places = read(with_settlements(tmp_path, "V02", "V01"))
    assert places.settlements is not None
    assert places.settlements["village_id"].tolist() == ["V01", "V02"]
    assert places.settlements.area.tolist() == pytest.approx([86_250, 86_250], rel=1e-3)


def test_outline_of_no_village_is_refused(tmp_path: Path) -> None:
    assert "village_id 'V99' is not in the list of villages" in fault(
        with_settlements(tmp_path, "V01", "V99")
    )


def test_households_are_points_of_a_commune(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng", study={"inputs.households": named("households.csv")})
    rows = [
        {
            "household_id": f"H{n}", "village_id": row["village_id"], "commune_code": "",
            "latitude": row["latitude"], "longitude": row["longitude"], "postcode": "31000",
        }
        for n, row in enumerate(village_rows())
    ]  # fmt: skip
    write_csv(region.input("households.csv"), rows)
    households = read(region).households
    assert households is not None
    assert households["commune_code"].tolist()[:3] == ["00101", "00101", "00203"]
    assert set(households["postcode"]) == {"31000"}


def test_what_a_village_list_may_say_is_kept_only_where_it_does(tmp_path: Path) -> None:
    plain = read(write_region(tmp_path / "một")).villages
    assert "fixed_broadband" not in plain.columns
    region = write_region(tmp_path / "hai")
    rows = [{**row, "fixed_broadband": "yes"} for row in village_rows()]
    write_csv(region.input("villages.csv"), rows)
    assert set(read(region).villages["fixed_broadband"]) == {"yes"}
    rows[0]["fixed_broadband"] = "perhaps"
    write_csv(region.input("villages.csv"), rows)
    assert "'perhaps' is not known: allowed are yes, no" in fault(region)


# Villages that nobody has placed yet


def unplaced(folder: Path, *positions: dict[str, str]) -> Region:
    """The region with the first two villages not placed, and a table of positions."""
    inputs = {"inputs.village_positions": named("positions.csv")} if positions else {}
    region = write_region(folder / "vùng", study=inputs)
    rows = village_rows()
    for row in rows[:2]:
        row["latitude"] = row["longitude"] = ""
    write_csv(region.input("villages.csv"), rows)
    if positions:
        write_csv(region.input("positions.csv"), list(positions))
    return region


def test_villages_without_coordinates_are_counted_and_kept(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match=r"2 of 6 villages have no coordinates \(first: row 2\)"):
        places = read(unplaced(tmp_path))
    assert places.villages["village_id"].tolist() == ["V03", "V04", "V05", "V06"]
    assert places.unplaced is not None
    assert places.unplaced["village_id"].tolist() == ["V01", "V02"]
    assert places.unplaced["population"].tolist() == [190, 117]


def test_a_list_without_any_coordinates(tmp_path: Path) -> None:
    region = write_region(tmp_path / "vùng")
    keep = ("village_id", "name", "commune_code", "population")
    write_csv(region.input("villages.csv"), [{k: r[k] for k in keep} for r in village_rows()])
    with pytest.warns(DataWarning, match="6 of 6 villages have no coordinates"):
        places = read(region)
    assert places.villages.empty
    assert places.unplaced is not None
    assert len(places.unplaced) == 6


def test_positions_are_read_back(tmp_path: Path) -> None:
    longitude, latitude = degrees(900, 2200)
    first = {"village_id": "V01", "latitude": str(latitude), "longitude": str(longitude)}
    second = {"village_id": "V02", "latitude": "", "longitude": ""}
    with pytest.warns(DataWarning, match="1 of 6 villages have no coordinates"):
        places = read(unplaced(tmp_path, first, second))
    village = places.villages.set_index("village_id").loc["V01"]
    assert village.geometry.x == pytest.approx(WEST + 900, abs=0.02)
    assert village["commune_code"] == "00101"


def test_half_a_position_and_a_position_of_no_village(tmp_path: Path) -> None:
    assert "row 2: only one of latitude and longitude is given" in fault(
        with_villages(tmp_path / "một", {"latitude": ""})
    )
    stranger = {"village_id": "V99", "latitude": "22.5", "longitude": "104"}
    assert "positions.csv row 2: village_id = 'V99' is not in the list" in fault(
        unplaced(tmp_path / "hai", stranger)
    )
