"""Commune outlines: keyed by code and vintage, repaired in sight, refused by name."""

import json
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Polygon

from phusong.errors import DataError, DataWarning
from phusong.geo.gazetteer import Gazetteer, Unit, Vintage
from phusong.geo.names import NameRules
from phusong.geo.places import Communes
from phusong.sources.boundaries import read_communes
from phusong.sources.study_file import read_study
from synthetic import (
    ASKED,
    COMMUNES,
    CRS,
    SOUTH,
    VINTAGE,
    WEST,
    degrees,
    geojson,
    replace,
    study_facts,
    toml,
)

FIRST = "00101"


def read(
    folder: Path, content: str | Path, gazetteer: Gazetteer | None = None, **study: Any
) -> Communes:
    facts = study_facts()
    for key, value in study.items():
        replace(facts, key.replace("__", "."), value)
    (folder / "study.toml").write_text(toml(facts), encoding="utf-8")
    file = content if isinstance(content, Path) else folder / "communes.geojson"
    if not isinstance(content, Path):
        file.write_text(content, encoding="utf-8")
    return read_communes(file, read_study(folder / "study.toml"), gazetteer)


def fault(folder: Path, content: str | Path, **study: Any) -> str:
    with pytest.raises(DataError) as error:
        read(folder, content, **study)
    return str(error.value)


def edited(**properties: Any) -> str:
    """The communes with properties of the first feature changed."""
    layer = json.loads(geojson(COMMUNES))
    layer["features"][0]["properties"].update(properties)
    return json.dumps(layer, ensure_ascii=False)


def drawn(outline: list[tuple[float, float]]) -> str:
    """The communes with another outline of the first."""
    return geojson({**COMMUNES, FIRST: ("Thử Một", outline)})


def test_communes_in_the_studys_order_and_crs(tmp_path: Path) -> None:
    communes = read(tmp_path, geojson(COMMUNES))
    assert communes.codes == ASKED  # not the order of the file, and not the fourth
    assert communes.names == {code: COMMUNES[code][0] for code in ASKED}
    assert communes.vintage == VINTAGE
    assert not communes.approximate
    assert communes.frame.crs == CRS
    for code, outline in zip(communes.codes, communes.frame.geometry, strict=True):
        known = Polygon([(WEST + e, SOUTH + n) for e, n in COMMUNES[code][1]])
        assert outline.symmetric_difference(known).area < 100  # m², of millions: rounding


def test_order_of_features_changes_nothing(tmp_path: Path) -> None:
    turned = dict(reversed(COMMUNES.items()))
    one, other = (read(tmp_path, geojson(c)).frame for c in (COMMUNES, turned))
    assert one.equals(other)


def test_columns_and_keys_of_the_file_are_mapped_to_codes(tmp_path: Path) -> None:
    layer = json.loads(geojson(COMMUNES))
    keys = {"2050939": "00101", "2050917": "00203", "77": "00102"}
    own = {code: key for key, code in keys.items()}
    for feature in layer["features"]:
        facts = feature["properties"]
        feature["properties"] = {"id": own.get(facts["code"], "?"), "ten": facts["name"]}
    columns = {
        "inputs__boundaries__code_column": "id",
        "inputs__boundaries__name_column": "ten",
        "inputs__boundaries__codes": keys,
        "inputs__boundaries__names": {"00102": "Nậm Thử (mới)"},
        "inputs__boundaries__approximate": True,
    }
    communes = read(tmp_path, json.dumps(layer), **columns)
    assert communes.codes == ASKED
    assert communes.names["00102"] == "Nậm Thử (mới)"
    assert communes.names["00101"] == "Thử Một"
    assert communes.approximate
    # Numbers in the file are keys too, when the study says which.
    for feature in layer["features"]:
        feature["properties"]["id"] = int(feature["properties"]["id"].replace("?", "0"))
    assert read(tmp_path, json.dumps(layer), **columns).codes == ASKED


def test_names_have_one_form_of_unicode(tmp_path: Path) -> None:
    communes = read(tmp_path, edited(name="The\u0309 Mo\u0323\u0302t"))
    assert communes.names[FIRST] == "Thẻ Một"


def test_absent_code_names_the_commune_and_the_remedy(tmp_path: Path) -> None:
    said = fault(tmp_path, edited(code="00999"), inputs__boundaries__names={FIRST: "Thử Một"})
    assert "communes.geojson: no outline for commune 00101 Thử Một" in said
    assert "leading zeros" in said


def test_codes_without_their_zeros_are_not_guessed(tmp_path: Path) -> None:
    layer = json.loads(geojson(COMMUNES))
    for feature in layer["features"]:
        feature["properties"]["code"] = int(feature["properties"]["code"])
    said = fault(tmp_path, json.dumps(layer))
    assert "no outline for commune 00101, 00203, 00102" in said


def test_a_code_that_stands_twice(tmp_path: Path) -> None:
    said = fault(tmp_path, edited(code="00203"))
    assert "code 00203 stands more than once; merge the parts first" in said


def overlapping(east: float) -> str:
    """The communes with the western one drawn into its neighbour, as far as an easting [m]."""
    return drawn([(490, 490), (east, 490), (east, 2470), (490, 2470)])


def test_outlines_that_overlap_are_reported_with_their_area(tmp_path: Path) -> None:
    outline = [(490, 490), (3200, 490), (3200, 2470), (490, 2470)]
    shapes = {code: Polygon(COMMUNES[code][1]) for code in ASKED} | {FIRST: Polygon(outline)}
    shared = {code: shapes[FIRST].intersection(shapes[code]).area / 1e6 for code in ASKED[1:]}
    wide = {code: area for code, area in shared.items() if area >= 0.01}
    largest = max(wide, key=lambda code: wide[code])
    said = (
        rf"overlap by {sum(wide.values()):.2f} km² in all, between {len(wide)} pairs of communes "
        rf"\(the most: {FIRST} and {largest}, {wide[largest]:.2f} km²\)"
    )
    with pytest.warns(DataWarning, match=said):
        communes = read(tmp_path, overlapping(3200))
    found = communes.frame.set_index("code").geometry
    assert found[FIRST].intersection(found[largest]).area / 1e6 == pytest.approx(
        wide[largest], abs=1e-3
    ), "both keep their outline"


def test_a_commune_drawn_over_another_one_is_refused(tmp_path: Path) -> None:
    said = fault(tmp_path, overlapping(5400))
    assert "communes.geojson: communes 00101 and 00203 share" in said
    assert "% of the smaller one; check their codes" in said
    twin = geojson({**COMMUNES, FIRST: ("Thử Một", COMMUNES["00203"][1])})
    assert "100 % of the smaller one" in fault(tmp_path, twin)


def test_neighbours_that_share_a_border_overlap_nowhere(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(tmp_path, geojson(COMMUNES))


def test_a_twin_that_nobody_asks_about_does_no_harm(tmp_path: Path) -> None:
    layer = json.loads(geojson(COMMUNES))
    layer["features"].append(layer["features"][3])
    assert read(tmp_path, json.dumps(layer)).codes == ASKED


@pytest.mark.parametrize("vintage", ["2025-07-01", "pre-merger", ""])
def test_another_vintage_is_refused(tmp_path: Path, vintage: str) -> None:
    said = fault(tmp_path, geojson(COMMUNES, vintage=vintage))
    assert f"vintage is {vintage}, the study asks for {VINTAGE}" in said
    assert "the same code may mean another commune" in said


def test_the_same_vintage_is_accepted(tmp_path: Path) -> None:
    assert read(tmp_path, geojson(COMMUNES, vintage=VINTAGE)).codes == ASKED


def test_a_missing_column_lists_those_of_the_file(tmp_path: Path) -> None:
    said = fault(tmp_path, geojson(COMMUNES), inputs__boundaries__code_column="ma_xa")
    assert "column ma_xa is missing; the layer has code, name; name its columns" in said


@pytest.mark.filterwarnings("ignore:.*outlines overlap")
def test_a_bow_tie_is_repaired_in_sight(tmp_path: Path) -> None:
    crossed = [(490.0, 490.0), (3010.0, 2470.0), (3010.0, 490.0), (490.0, 2470.0)]
    with pytest.warns(DataWarning, match=r"outline of commune 00101 crosses itself and was rep"):
        communes = read(tmp_path, drawn(crossed))
    outline = communes.frame.geometry.iloc[0]
    assert outline.is_valid
    # Two triangles: half of the rectangle of 2520 by 1980 m.
    assert outline.area == pytest.approx(2520 * 1980 / 2, rel=1e-4)


@pytest.mark.filterwarnings("ignore:.*outlines overlap")
def test_a_spike_is_cut_off_and_leaves_an_area(tmp_path: Path) -> None:
    spiked = [(490, 490), (3010, 490), (3010, 2470), (3010, 5000), (3010, 2470), (490, 2470)]
    with pytest.warns(DataWarning, match="00101"):
        communes = read(tmp_path, drawn([(float(e), float(n)) for e, n in spiked]))
    assert communes.frame.geom_type.iloc[0] == "Polygon"
    assert communes.frame.area.iloc[0] == pytest.approx(2520 * 1980, rel=1e-4)


@pytest.mark.filterwarnings("ignore:.*crosses itself")
def test_an_outline_without_area_is_refused(tmp_path: Path) -> None:
    flat = [(490.0, 490.0), (3010.0, 490.0), (4000.0, 490.0), (490.0, 490.0)]
    said = fault(tmp_path, drawn(flat))
    assert "the outline of commune 00101 holds no area; a polygon is needed" in said


def test_points_and_nothing_are_no_outlines(tmp_path: Path) -> None:
    layer = json.loads(geojson(COMMUNES))
    layer["features"][0]["geometry"] = {"type": "Point", "coordinates": degrees(500, 500)}
    assert "commune 00101 is a Point, a polygon is needed" in fault(tmp_path, json.dumps(layer))
    layer["features"][0]["geometry"] = None
    assert "commune 00101 has no outline" in fault(tmp_path, json.dumps(layer))


def test_a_layer_in_another_crs(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame.from_features(json.loads(geojson(COMMUNES)), crs="EPSG:4326")
    file = tmp_path / "communes.gpkg"
    frame.to_crs("EPSG:9208").to_file(file, driver="GPKG")
    one, other = read(tmp_path, file), read(tmp_path, geojson(COMMUNES))
    assert one.codes == other.codes
    # Within a millimetre, as the two CRS have different datums but the same coordinates here.
    assert one.frame.distance(other.frame).max() == 0
    assert float(one.frame.area.sum()) == pytest.approx(float(other.frame.area.sum()), rel=1e-6)


# With a gazetteer: official names, and codes of the right vintage


GAZETTEER = Gazetteer(
    "thử",
    (Vintage(VINTAGE, "", ("commune",), "invented"), Vintage("later", "", ("commune",), "")),
    {"commune": NameRules(prefixes=("xã",), letters={"đ": "d"})},
    (
        Unit(VINTAGE, "00101", "commune", "Thử Một"),
        Unit(VINTAGE, "00203", "commune", "Đèo Gió", variants={"Đèo Dó": "invented"}),
        Unit(VINTAGE, "00102", "commune", "Nậm Thử"),
        Unit("later", "00101", "commune", "Thử Hai"),
    ),
)


def renamed(name: str) -> str:
    return geojson({**COMMUNES, "00203": (name, COMMUNES["00203"][1])})


@pytest.mark.parametrize("name", ["xã Đèo Gió", "DEO GIO", "Đèo Dó"])
def test_official_name_is_printed_whatever_the_file_writes(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, renamed(name), GAZETTEER).names["00203"] == "Đèo Gió"


def test_name_of_another_commune_is_noticed(tmp_path: Path) -> None:
    with pytest.warns(DataWarning, match="00203 is called 'Khe Gió', officially it is 'Đèo Gió'"):
        read(tmp_path, renamed("Khe Gió"), GAZETTEER)


def test_code_of_another_vintage_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no commune of the list later"):
        read(tmp_path, renamed("Đèo Gió"), GAZETTEER, area__vintage="later")
    with pytest.raises(DataError, match="vintage '2024' is not known"):
        read(tmp_path, renamed("Đèo Gió"), GAZETTEER, area__vintage="2024")
