"""Labels of households: one for each, every code its own, and for the province alone."""

import re
from pathlib import Path

import phusong
from phusong.pipeline.audience import write_for_audience
from phusong.pipeline.begin import start
from phusong.reporting.policy import loaded_from_outside
from runs import run_here, table
from synthetic import FOLDER, degrees, write_csv, write_region

HOUSEHOLDS = (
    *((f"4711-H{n:02}", "V01", 900.0 + 30 * n, 2200.0) for n in range(18)),
    ("4711-H18", "V01", 900.0, 2200.0),  # in the cell of the first
    ("<b>4711-H19", "V03", 4800.0, 1500.0),
    ("4711-H20", "", 1850.0, 4520.0),
)


def test_labels_of_every_village(tmp_path: Path) -> None:
    source = {"file": f"{FOLDER}/households.csv", "source": "invented for tests"}
    region = write_region(tmp_path / "vùng", study={"inputs.households": source})
    rows = []
    for household, village, east, north in HOUSEHOLDS:
        longitude, latitude = degrees(east, north)
        place = {"latitude": f"{latitude:.7f}", "longitude": f"{longitude:.7f}"}
        rows.append(
            {"household_id": household, "village_id": village, **place, "postcode": "31000"}
        )
    write_csv(region.input("households.csv"), rows)
    run_here(region)
    folder = region.output / "address-labels"
    pages = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.html")}
    leading = pages.pop("index")
    lists = {file.stem: table(file) for file in folder.glob("*.csv")}
    assert sorted(pages) == sorted(lists) == ["001-00101-v01", "002-00102", "003-00203-v03"]
    assert sum(map(len, lists.values())) == len(HOUSEHOLDS)
    codes = [code for listed in lists.values() for code in listed["address_code"]]
    assert len(set(codes)) == len(codes)
    for name, page in pages.items():
        shown = re.findall(r'<div class="label"><b class="t">([^<]*)</b>', page)
        assert shown == lists[name]["address_code"].tolist()
        assert loaded_from_outside(page) == []
        assert "Content-Security-Policy" in page
        assert "(thử nghiệm)" in page
        assert "(experimental)" in page
        assert "<b>4711" not in page
    first = pages["001-00101-v01"]
    assert first.count('<section class="sheet">') == 2, "19 labels, 14 on a sheet"
    shared = (
        lists["001-00101-v01"].set_index("point_id").loc[["4711-H00", "4711-H18"], "address_code"]
    )
    assert shared.str.endswith(("/1", "/2", "/3")).all()
    assert shared.nunique() == 2
    assert "Bản Trên, Thử Một" in first
    index = (region.output / "index.html").read_text(encoding="utf-8")
    assert 'href="address-labels/index.html"' in index
    assert "001-00101-v01" not in index, "one page leads to all of them"
    for stem in pages:
        for ending in ("html", "csv"):
            assert f'href="{stem}.{ending}"' in leading
    assert "Bản Trên" in leading
    assert loaded_from_outside(leading) == []
    assert "address-labels/003-00203-v03.csv" in (region.output / "manifest.json").read_text(
        encoding="utf-8"
    )
    opened = phusong.open_study(region.study)
    for audience in ("public", "operator:mang-a"):
        door = write_for_audience(start(opened), audience)
        said = "".join(
            file.read_bytes().decode("utf-8", errors="ignore")
            for file in door.parent.rglob("*")
            if file.is_file()
        )
        assert "4711-H" not in said, "households stay with the province"
        assert not (door.parent / "address-labels").exists()
