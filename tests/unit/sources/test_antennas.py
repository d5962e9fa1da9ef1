"""Planet antenna files: what is understood and what is refused, with the place."""

from pathlib import Path

import numpy as np
import pytest

from phusong.errors import DataError, DataWarning
from phusong.models.antenna import measured_pattern_loss_db
from phusong.sources.antennas import MAX_FILE_BYTES, parse_planet_pattern, read_planet_pattern


def block(keyword: str, *, step: float = 1.0, tilt: float = 0.0, first: float = 0.0) -> list[str]:
    """Lines of one cut with its peak at the tilt."""
    angles = np.arange(first, first + 360.0, step)
    off = (angles - tilt + 180.0) % 360.0 - 180.0
    losses = np.minimum(12.0 * (off / 65.0) ** 2, 30.0)
    return [f"{keyword} {angles.size}"] + [
        f"{a:g} {v:.3f}" for a, v in zip(angles, losses, strict=True)
    ]


def planet_text(*header: str, cuts: list[str] | None = None) -> str:
    body = block("HORIZONTAL") + block("VERTICAL") if cuts is None else cuts
    return "\n".join([*header, *body]) + "\n"


HEADER = ("NAME 742215", "MAKE Maker", "FREQUENCY 925", "GAIN 15.35 dBd")


def test_header_and_cuts() -> None:
    cuts = block("HORIZONTAL") + block("VERTICAL", tilt=6.0)
    pattern = parse_planet_pattern(
        planet_text(*HEADER, "TILT ELECTRICAL", "ELECTRICAL_TILT 6", cuts=cuts), where="a.msi"
    )
    assert pattern.name == "742215"
    assert pattern.frequency_mhz == 925.0
    assert pattern.gain_dbi == pytest.approx(17.5)
    assert pattern.electrical_tilt_deg == 6.0
    assert pattern.horizontal_loss_db.size == 360
    assert pattern.horizontal_loss_db[65] == pytest.approx(12.0)
    assert float(measured_pattern_loss_db(0.0, -6.0, pattern=pattern)) == 0.0


@pytest.mark.parametrize(
    ("gain", "expected"),
    [
        ("GAIN 15.35", 17.5),
        ("GAIN 17.5 dBi", 17.5),
        ("Gain\t17,5 dBi", 17.5),
        ("GAIN 15.35dBd", 17.5),
    ],
)
def test_gain_units(gain: str, expected: float) -> None:
    assert parse_planet_pattern(planet_text(gain), where="a").gain_dbi == pytest.approx(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["TILT 0"], 0.0),
        (["TILT 4"], 4.0),
        (["TILT ELECTRICAL 4"], 4.0),
        (["TILT ELECTRICAL", "ELECTRICAL_TILT 4 deg"], 4.0),
        (["TILT MECHANICAL"], 0.0),
        (["TILT NONE"], 0.0),
        (["TILT ELECTRICAL"], np.nan),
        (["TILT"], np.nan),
        ([], np.nan),
    ],
)
def test_tilt_keyword(lines: list[str], expected: float) -> None:
    tilt = next((float(v) for v in lines[-1:] for v in v.split() if v.isdigit()), 0.0)
    cuts = block("HORIZONTAL") + block("VERTICAL", tilt=tilt)
    pattern = parse_planet_pattern(planet_text("GAIN 10", *lines, cuts=cuts), where="a.msi")
    np.testing.assert_equal(pattern.electrical_tilt_deg, expected)


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [("FREQUENCY 925", 925.0), ("FREQUENCY 2.6 GHz", 2600.0), ("FREQUENCY 925MHz", 925.0)],
)
def test_frequency_units(frequency: str, expected: float) -> None:
    pattern = parse_planet_pattern(planet_text("GAIN 10", frequency), where="a")
    assert pattern.frequency_mhz == pytest.approx(expected)


def test_first_line_may_be_the_bare_name_and_other_keywords_pass() -> None:
    text = planet_text("K742 215 v2", "COUNTER_SPELL 7", "GAIN 10 dBi")
    assert parse_planet_pattern(text, where="a.msi").name == "K742 215 v2"


def test_unnamed_pattern_carries_the_file_name() -> None:
    pattern = parse_planet_pattern(planet_text("GAIN 10"), where="a.msi")
    assert pattern.name == "a.msi"
    assert np.isnan(pattern.frequency_mhz)


@pytest.mark.parametrize("first", [0.0, -180.0])
@pytest.mark.parametrize("step", [0.5, 1.0, 5.0])
def test_steps_and_first_angle(step: float, first: float) -> None:
    cuts = block("VERTICAL", step=step, first=first) + block("HORIZONTAL", step=step, first=first)
    pattern = parse_planet_pattern(planet_text("GAIN 10", cuts=cuts), where="a.msi")
    assert pattern.horizontal_loss_db.size == round(360.0 / step)
    assert pattern.horizontal_loss_db[0] == 0.0
    assert pattern.horizontal_loss_db[round(65.0 / step)] == pytest.approx(12.0)


def test_closed_circle_of_361_angles() -> None:
    horizontal = ["HORIZONTAL 361", *block("HORIZONTAL")[1:], "360 0.000"]
    text = planet_text("GAIN 10", cuts=horizontal + block("VERTICAL"))
    assert parse_planet_pattern(text, where="a.msi").horizontal_loss_db.size == 360


def test_missing_angle_is_named() -> None:
    rows = block("HORIZONTAL")
    rows.pop(1 + 17)
    rows[0] = "HORIZONTAL 359"
    with pytest.raises(DataError, match=r"a\.msi: the HORIZONTAL block has 359 angles: 17 deg"):
        parse_planet_pattern(planet_text("GAIN 1", cuts=rows + block("VERTICAL")), where="a.msi")


def test_many_missing_angles_are_cut_short() -> None:
    rows = block("HORIZONTAL")[:301]
    rows[0] = "HORIZONTAL 300"
    with pytest.raises(DataError, match=r"300, 301, 302, 303, 304 \.\.\. deg missing"):
        parse_planet_pattern(planet_text("GAIN 1", cuts=rows + block("VERTICAL")), where="a.msi")


def test_repeated_angle() -> None:
    rows = block("VERTICAL")
    rows.insert(5, rows[4])
    rows[0] = "VERTICAL 361"
    with pytest.raises(DataError, match=r"VERTICAL block has 361 angles: some angles .* twice"):
        parse_planet_pattern(planet_text("GAIN 1", cuts=block("HORIZONTAL") + rows), where="a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.msi: the file is empty"),
        (planet_text(*HEADER[:3]), "no GAIN line"),
        (planet_text("GAIN 10 W"), r"line 1: GAIN '10 W' is not a number .* dbd, dbi"),
        (planet_text("GAIN high"), "GAIN 'high' is not a number"),
        (planet_text("GAIN 10", "FREQUENCY 900 kHz"), "line 2: FREQUENCY '900 kHz'"),
        (planet_text("GAIN 10", "TILT steep"), "TILT 'steep' is not a number"),
        (planet_text("GAIN 10", cuts=block("HORIZONTAL")), "there is no VERTICAL block"),
        (planet_text("GAIN 10", cuts=block("VERTICAL")), "there is no HORIZONTAL block"),
        (planet_text("GAIN 10", cuts=block("VERTICAL") * 2), "a second VERTICAL block"),
        (planet_text("GAIN 10", cuts=["HORIZONTAL", "0 1"]), "needs the number of angles"),
        (planet_text("GAIN 10", cuts=["HORIZONTAL 2.5", "0 1"]), "needs the number of angles"),
        (
            planet_text("GAIN 10", cuts=[*block("HORIZONTAL")[:-4], *block("VERTICAL")]),
            "line 2: HORIZONTAL promises 360 angles, 356 follow",
        ),
        (
            planet_text("GAIN 10", cuts=[*block("HORIZONTAL"), "360 1.0", *block("VERTICAL")]),
            "promises 360 angles, 361 follow",
        ),
        (
            planet_text("GAIN 10", cuts=["HORIZONTAL 4", "0 0", "90 x", "180 1", "270 1"]),
            r"line 4: '90 x' in the HORIZONTAL block is not an angle and a loss",
        ),
        (
            planet_text("GAIN 10", cuts=["HORIZONTAL 4", "0 0", "90 1 2", "180 1", "270 1"]),
            "is not an angle and a loss",
        ),
        (
            planet_text("GAIN 10", cuts=["HORIZONTAL 4", "0 0", "90 -3", "180 1", "270 1"]),
            "line 4: loss -3 dB is negative",
        ),
        (planet_text("GAIN 10", "17 3.5"), "stands outside the HORIZONTAL and VERTICAL blocks"),
        (
            planet_text("GAIN 1", cuts=["HORIZONTAL 3", "0 0", "120 1", "240 1"]),
            "HORIZONTAL block has 3 angles",
        ),
    ],
)
def test_bad_files(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_planet_pattern(text, where="a.msi")


def test_upside_down_cut_is_reported() -> None:
    cuts = block("HORIZONTAL") + block("VERTICAL", tilt=-6.0)
    with pytest.warns(DataWarning, match="peaks at -6 deg while the tilt is 6 deg"):
        parse_planet_pattern(planet_text("GAIN 10", "TILT 6", cuts=cuts), where="a.msi")


def test_read_with_bom_crlf_and_a_path_with_marks(tmp_path: Path) -> None:
    folder = tmp_path / "Ăng ten mẫu"
    folder.mkdir()
    file = folder / "cột số 1.msi"
    file.write_bytes(
        planet_text("NAME Ăng ten", "GAIN 10").replace("\n", "\r\n").encode("utf-8-sig")
    )
    assert read_planet_pattern(file).name == "Ăng ten"


def test_read_windows_1252(tmp_path: Path) -> None:
    file = tmp_path / "old.pln"
    file.write_bytes(planet_text("NAME Ménage", "GAIN 10").encode("cp1252"))
    assert read_planet_pattern(str(file)).name == "Ménage"


def test_read_refuses_what_is_no_pattern(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such antenna file"):
        read_planet_pattern(tmp_path / "absent.msi")
    binary = tmp_path / "binary.msi"
    binary.write_bytes(b"\x00\x01\x02")
    with pytest.raises(DataError, match="not a text file"):
        read_planet_pattern(binary)
    large = tmp_path / "large.msi"
    large.write_bytes(b"0" * (MAX_FILE_BYTES + 1))
    with pytest.raises(DataError, match="too large"):
        read_planet_pattern(large)
