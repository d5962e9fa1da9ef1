"""Measurement files: layouts as loggers write them, and damage that is reported, never averaged."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from phusong.errors import DataError, DataWarning
from phusong.sources.measurements import Measurements, parse_times, read_measurements
from phusong.sources.study_file import read_study
from synthetic import write_region

GOOD = "22.570{n:02d},104.0401{n:02d},2025-03-0{d} 08:{n:02d}:00,Nhà mạng A,LTE,-9{d}"


def read(folder: Path, text: str, **given: Any) -> Measurements:
    made = write_region(folder)
    (folder / "test.csv").write_text(text, encoding="utf-8")
    with made.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[[measurements]]\nfile = "test.csv"\nsource = "invented"\n')
        for key, value in given.items():
            if isinstance(value, dict):
                pairs = ", ".join(f'"{k}" = "{v}"' for k, v in value.items())
                stream.write(f"{key} = {{ {pairs} }}\n")
            else:
                stream.write(f"{key} = {str(value).lower() if value is True else repr(value)}\n")
    study = read_study(made.study)
    return read_measurements(study.measurements, study)


def rows(count: int = 20, *more: str) -> str:
    head = "latitude,longitude,time,operator,technology,level_dbm"
    return "\n".join([head, *(GOOD.format(n=n, d=1 + n % 9) for n in range(count)), *more, ""])


def test_plain_table(tmp_path: Path) -> None:
    found = read(tmp_path, rows())
    assert len(found.frame) == 20
    assert set(found.frame["operator"]) == {"Nhà mạng A"}
    assert found.frame["level_dbm"].tolist()[:2] == [-91.0, -92.0]
    assert found.left_out.empty


LAYOUTS = {
    "G-NetTrack": (
        "Timestamp\tLongitude\tLatitude\tOperatorname\tCGI\tNetworkTech\tLevel\tQual\tAccuracy\n"
        "2025.03.01_08.00.01\t104.04012\t22.57003\tmang-a\t452-04-1-2\t4G\t-97\t-9\t5\n"
        "2025.03.01_08.00.02\t104.04022\t22.57003\tmang-a\t452-04-1-2\tLTE\t-98\t-9\t5\n"
    ),
    "Tower Collector": (
        "mcc,mnc,lac,cell_id,lat,lon,signal,measured_at,rating,act\n"
        "452,4,10,257,22.57003,104.04012,-97,1740000000000,5,LTE\n"
        "452,4,10,257,22.57003,104.04022,-98,1740000001000,5,LTE\n"
    ),
    "export with decimal commas": (
        "Thời gian;Vĩ độ;Kinh độ;Nhà mạng;Công nghệ;Mức thu (dBm)\n"
        "01/03/2025 08:00:01;22,57003;104,04012;Nhà mạng A;4G;-97,0\n"
        "01/03/2025 08:00:02;22,57003;104,04022;Nhà mạng A;4G;-98,0\n"
    ),
    "TEMS-like": (
        "Time,Lat.,Lon.,Operator,System,Serving Cell RSRP (dBm),SNR\n"
        "2025-03-01 08:00:01,22.57003,104.04012,Nhà mạng A,LTE,-97,1\n"
        "2025-03-01 08:00:02,22.57003,104.04022,Nhà mạng A,LTE,-98,1\n"
    ),
}

LAYOUTS |= {
    "G-NetTrack with its own name of the operator and the PLMN": (
        "Timestamp\tLongitude\tLatitude\tSpeed\tOperatorname\tOperator\tCGI\tNode\tCellID\t"
        "NetworkTech\tLevel\tQual\tLTERSSI\n"
        "2025.03.01_08.00.01\t104.04012\t22.57003\t3\tNgười lạ\t45204\tx\t1\t2\t4G\t-97\t-9\t-60\n"
        "2025.03.01_08.00.02\t104.04022\t22.57003\t3\tNgười lạ\t45204\tx\t1\t2\t4G\t-98\t-9\t-60\n"
    ),
    "Tower Collector's own table, with neighbours": (
        "mcc,mnc,lac,cell_id,psc,asu,dbm,lat,lon,accuracy,measured_at,net_type,neighboring\n"
        "452,4,10,257,12,43,-97,22.57003,104.04012,5,2025-03-01T08:00:01Z,LTE,false\n"
        ",,,,13,23,-117,22.57003,104.04012,5,2025-03-01T08:00:01Z,LTE,true\n"
        "452,4,10,257,12,42,-98,22.57003,104.04022,5,2025-03-01T08:00:02Z,LTE,false\n"
    ),
    "Nemo-like": (
        'Time,Latitude,Longitude,Operator,System,"RSRP (serving) dBm",RSRQ (serving) dB\n'
        "2025-03-01 08:00:01.250,22.57003,104.04012,Nhà mạng A,LTE,-97.0,-9\n"
        "2025-03-01 08:00:02.250,22.57003,104.04022,Nhà mạng A,LTE,-98.0,-9\n"
    ),
    "i-Speed-like, with units in the cells": (
        "Thời gian,Vĩ độ,Kinh độ,Nhà mạng,Loại mạng,Tốc độ tải xuống (Mbps),Cường độ tín hiệu\n"
        "01/03/2025 08:00:01,22.57003,104.04012,Nhà mạng A,4G,20.1,-97 dBm\n"
        "01/03/2025 08:00:02,22.57003,104.04022,Nhà mạng A,4G,20.1,-98 dBm\n"
        "01/03/2025 08:00:03,22.57003,104.04022,Nhà mạng A,WiFi,20.1,-50 dBm\n"
        "01/03/2025 08:00:04,22.57003,104.04022,Người khác,4G,20.1,-50 dBm\n"
    ),
}


@pytest.mark.filterwarnings("ignore:.* left out")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(tmp_path: Path, layout: str) -> None:
    text = LAYOUTS[layout]
    made = write_region(tmp_path, study={"inputs.towers.operators": {"452-04": "Nhà mạng A"}})
    (tmp_path / "test.csv").write_text(text, encoding="utf-8")
    with made.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[[measurements]]\nfile = "test.csv"\nsource = "invented"\n')
    study = read_study(made.study)
    found = read_measurements(study.measurements, study)
    assert found.frame["level_dbm"].tolist() == [-97.0, -98.0]
    assert found.frame["operator"].tolist() == ["Nhà mạng A"] * 2
    assert found.frame["technology"].tolist() == ["LTE"] * 2
    assert np.diff(parse_times(found.frame["time"])).tolist() == [1.0]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("22.57,104.0401,2025-03-01 09:00:00,Nhà mạng A,LTE,40", "another unit, or a fault"),
        ("22.57001,104.0401,2025-03-01 09:00:00,Nhà mạng A,LTE,0", "another unit, or a fault"),
        ("22.57001,104.0401,2025-03-01 09:00:00,Nhà mạng A,LTE,", "no level, and not said to be"),
        ("22.57,104.04,2025-03-01 09:00:00,Nhà mạng A,LTE,-90", "rounded to 0.01 degrees"),
        (",104.0401,2025-03-01 09:00:00,Nhà mạng A,LTE,-90", "no position"),
        ("x,104.0401,2025-03-01 09:00:00,Nhà mạng A,LTE,-90", "no position"),
        ("122.57001,104.0401,2025-03-01 09:00:00,Nhà mạng A,LTE,-90", "outside the globe"),
        ("0.0,0.0,2025-03-01 09:00:00,Nhà mạng A,LTE,-90", "no fix"),
        ("22.57001,104.0401,2025-03-01 09:00:00,Ai Đó,LTE,-90", "another operator"),
        ("22.57001,104.0401,2025-03-01 09:00:00,Nhà mạng A,GSM,-90", "another technology"),
        ("23.57001,104.0401,2025-03-03 08:19:09,Nhà mạng A,LTE,-90", "a jump that no car makes"),
    ],
)
def test_row_that_cannot_be_true_is_left_out_and_told(
    tmp_path: Path, bad: str, reason: str
) -> None:
    text = rows(20, bad)
    if "jump" in reason:
        text = rows(20, "22.57019,104.040119,2025-03-03 08:19:00,Nhà mạng A,LTE,-90", bad)
    with pytest.warns(DataWarning, match=reason):
        found = read(tmp_path, text)
    row = found.left_out[found.left_out["reason"].str.contains(reason)].iloc[0]
    assert row["rows"] == 1
    assert row["first"].startswith("row 2")
    assert -90.0 not in found.frame["level_dbm"].tolist()[20 + ("jump" in reason) :]


def test_no_service_is_kept_as_such(tmp_path: Path) -> None:
    text = rows(
        20,
        "22.58001,104.0501,2025-03-01 09:00:00,Nhà mạng A,No service,",
        "22.58002,104.0501,2025-03-01 09:00:05,Nhà mạng A,LTE,-",
    )
    with pytest.warns(DataWarning, match="no level"):
        found = read(tmp_path / "a", text)
    assert found.frame["level_dbm"].isna().sum() == 1
    found = read(tmp_path / "b", text, missing_is_no_service=True)
    assert found.frame["level_dbm"].isna().sum() == 2


def test_same_sample_twice_counts_once(tmp_path: Path) -> None:
    again = GOOD.format(n=3, d=4)
    with pytest.warns(DataWarning, match="the same sample twice"):
        found = read(tmp_path, rows(20, again, again))
    assert len(found.frame) == 20
    assert found.left_out["first"].tolist() == [
        "row 22: latitude=22.57003, longitude=104.040103, level_dbm=-94.0"
    ]


def test_rows_are_those_of_the_file_whatever_is_empty(tmp_path: Path) -> None:
    """Empty lines above the headings, between rows, and rows of nothing but separators."""
    head, *lines = rows(20, ",104.0401,2025-03-01 09:00:00,Nhà mạng A,LTE,-90").splitlines()
    text = "\n".join(["", " ", head, *lines[:5], "", ",,,,,", *lines[5:], "", ""])
    with pytest.warns(DataWarning, match="no position"):
        found = read(tmp_path, text.replace(",", ";"))
    assert len(found.frame) == 20
    assert found.left_out["first"].str.startswith("row 26: ").tolist() == [True]
    assert text.splitlines()[25].startswith(",104.0401")


@pytest.mark.parametrize("word", ["mang-a", "Nhà mạng A"])
def test_an_operator_is_told_by_its_key_or_name(tmp_path: Path, word: str) -> None:
    text = rows().replace("operator,", "").replace("Nhà mạng A,", "")
    assert set(read(tmp_path, text, operator=word).frame["operator"]) == {"Nhà mạng A"}


def test_the_nearest_operator_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not in the study \(did you mean 'mang-a'\?\)"):
        read(tmp_path, rows(), operator="mang-aa")


def test_mixed_units_refuse_the_file(tmp_path: Path) -> None:
    asu = [
        f"22.58{n:03d},104.05{n:03d}1,2025-03-01 09:{n:02d}:00,Nhà mạng A,LTE,{n}"
        for n in range(15)
    ]
    with pytest.raises(DataError, match=r"15 of 35 rows cannot be used.*another unit.*row 22"):
        read(tmp_path, rows(20, *asu))


def test_rounded_file_is_refused(tmp_path: Path) -> None:
    coarse = [
        f"22.5{n % 9},104.0{n % 7},2025-03-01 09:{n:02d}:00,Nhà mạng A,LTE,-90" for n in range(20)
    ]
    with pytest.raises(DataError, match=r"rounded to 0\.01 degrees"):
        read(
            tmp_path, "latitude,longitude,time,operator,technology,level_dbm\n" + "\n".join(coarse)
        )


def test_one_spot_is_remarked(tmp_path: Path) -> None:
    one = [
        f"22.570011,104.040111,2025-03-01 09:{n:02d}:00,Nhà mạng A,LTE,-9{n % 9}" for n in range(30)
    ]
    found = read(tmp_path, rows(10, *one))
    assert any("from one spot" in remark for remark in found.remarks)


def test_headings_that_are_not_known(tmp_path: Path) -> None:
    text = rows().replace("level_dbm", "Điểm số")
    with pytest.raises(DataError, match=r"no column is level_dbm; the header has .*Điểm số"):
        read(tmp_path / "a", text)
    assert len(read(tmp_path / "b", text, columns={"Điểm số": "level_dbm"}).frame) == 20


def test_whose_network_must_be_known(tmp_path: Path) -> None:
    text = rows().replace("operator", "x").replace("Nhà mạng A", "")
    with pytest.raises(DataError, match="does not say whose network"):
        read(tmp_path / "a", text)
    assert len(read(tmp_path / "b", text, operator="Nhà mạng B").frame) == 20


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "cannot be read as a table"), (b"latitude,longitude,level_dbm\n", "has no rows"),
     ("latitude;vị trí\n".encode("utf-16"), "is not utf-8-sig")],
)  # fmt: skip
def test_unreadable_files(tmp_path: Path, content: bytes, words: str) -> None:
    made = write_region(tmp_path)
    (tmp_path / "test.csv").write_bytes(content)
    with made.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[[measurements]]\nfile = "test.csv"\nsource = "invented"\n')
    study = read_study(made.study)
    with pytest.raises(DataError, match=words):
        read_measurements(study.measurements, study)


def test_times_in_three_formats_are_each_read() -> None:
    text = pd.Series(
        ["2025.03.04_08.00.00", "2025-03-04T08:00:01Z", "04/03/2025 08:00:02", "1741075203",
         "1741075204000", "tomorrow", ""]
    )  # fmt: skip
    seconds = parse_times(text)
    assert np.diff(seconds[:5]).tolist() == [1.0] * 4
    assert np.isnan(seconds[5:]).all()


def test_what_is_of_others_is_no_fault_of_a_file_and_is_named(tmp_path: Path) -> None:
    """Crowd-sourced records hold every operator; most rows are left out, and none is hidden."""
    others = [
        f"22.57{n:03d}1,104.05{n:03d}1,2025-03-01 09:{n:02d}:00,Vinaphone,LTE,-90"
        for n in range(40)
    ]
    with pytest.warns(DataWarning, match="another operator than the study's: 40"):
        found = read(tmp_path, rows(20, *others))
    assert len(found.frame) == 20
    assert any("Vinaphone (40) are no operator of the study" in line for line in found.remarks)


def test_a_file_of_others_alone_says_whom_it_holds(tmp_path: Path) -> None:
    text = rows().replace("Nhà mạng A", "Vinaphone").replace("LTE", "WiFi")
    with pytest.raises(
        DataError, match=r"has Vinaphone \(20\); WiFi \(20\).*inputs.towers.operators"
    ):
        read(tmp_path, text)


def test_neighbours_are_not_mixed_with_what_serves(tmp_path: Path) -> None:
    lines = rows().splitlines()
    text = "\n".join(
        [f"{lines[0]},neighboring"]
        + [f"{line},false\n{line.rsplit(',', 1)[0]},-119,true" for line in lines[1:]]
    )
    with pytest.warns(DataWarning, match="neighbouring cell, not the one that serves: 20"):
        found = read(tmp_path, text)
    assert found.frame["level_dbm"].min() > -100


def test_many_rows_without_a_level_need_a_word(tmp_path: Path) -> None:
    empty = [
        f"22.58{n:03d},104.05{n:03d}1,2025-03-01 09:{n:02d}:00,Nhà mạng A,LTE," for n in range(15)
    ]
    with pytest.raises(DataError, match=r"15 of 35 rows.*missing_is_no_service = true .*or false"):
        read(tmp_path / "a", rows(20, *empty))
    found = read(tmp_path / "b", rows(20, *empty), missing_is_no_service=True)
    assert found.frame["level_dbm"].isna().sum() == 15
    text = rows(20, *empty)
    made = write_region(tmp_path / "c")
    (made.folder / "test.csv").write_text(text, encoding="utf-8")
    with made.study.open("a", encoding="utf-8") as stream:
        stream.write('\n[[measurements]]\nfile = "test.csv"\nsource = "invented"\n')
        stream.write("missing_is_no_service = false\n")
    study = read_study(made.study)
    with pytest.warns(DataWarning, match="no level.*: 15"):
        assert len(read_measurements(study.measurements, study).frame) == 20


def test_several_columns_that_could_be_the_level_are_asked(tmp_path: Path) -> None:
    lines = rows().replace("level_dbm", "RSRP [1] dBm").splitlines()
    text = "\n".join([f"{lines[0]},RSRP [2] dBm", *(f"{line},-99" for line in lines[1:])])
    with pytest.raises(DataError, match=r"RSRP \[1\] dBm, RSRP \[2\] dBm may each be the level"):
        read(tmp_path / "a", text)
    found = read(tmp_path / "b", text, columns={"RSRP [2] dBm": "level_dbm"})
    assert set(found.frame["level_dbm"]) == {-99.0}
    one = read(tmp_path / "c", rows().replace("level_dbm", "Serving Cell RSRP (dBm)[1]"))
    assert len(one.frame) == 20


def test_samples_of_many_telephones_are_no_jumps(tmp_path: Path) -> None:
    far = [
        f"22.{57 + 3 * (n % 2)}{n:03d}1,104.0401,2025-03-02 09:00:{n:02d},Nhà mạng A,LTE,-90"
        for n in range(20)
    ]
    found = read(tmp_path, rows(20, *far))
    assert len(found.frame) == 40
    assert any(
        "faster than any car; it is taken for samples of several" in r for r in found.remarks
    )


def test_swapped_coordinates_are_named(tmp_path: Path) -> None:
    text = rows().replace("latitude,longitude", "longitude,latitude")
    with pytest.raises(DataError, match="latitude and longitude are swapped"):
        read(tmp_path, text)
