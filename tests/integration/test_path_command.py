"""``phusong path``: files in, JSON out, errors that name the link and the key."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from phusong.cli.path import path_command
from phusong.kernels.p1812_link import LINK_QUANTITIES
from phusong.sources.links import parse_link_lines

N = 26
LINK: dict[str, Any] = {
    "frequency_mhz": 800,
    "tx_height_m": 30.0,
    "rx_height_m": 1.5,
    "latitude_tx": 22.5,
    "longitude_tx": 104.1,
    "latitude_rx": 22.545,
    "longitude_rx": 104.1,
    "distance_km": [0.2 * i for i in range(N)],
    "height_m": [600.0 + 40.0 * (i % 7) for i in range(N)],
}


@pytest.fixture
def phusong() -> Any:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("path")(path_command)

    def run(*arguments: str | Path, given: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)

    return run


def strict(text: str) -> Any:
    """Parse JSON that holds nothing JSON does not know."""

    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def answer(result: Result) -> Any:
    assert (result.exit_code, result.stderr) == (0, "")
    return strict(result.stdout)


# What it prints


def test_worked_examples_of_the_contract(phusong, shared_dir):
    folder = shared_dir / "contracts"
    given = json.loads((folder / "path_p1812.json").read_text(encoding="utf-8"))
    expected = json.loads((folder / "path_p1812_expected.json").read_text(encoding="utf-8"))
    printed = answer(phusong(folder / "path_p1812.json"))
    assert len(printed) == len(given) == len(expected)
    for link, asked, result in zip(printed, given, expected, strict=True):
        assert {key: link[key] for key in asked} == asked
        for key, value in result.items():
            assert link[key] == pytest.approx(value, abs=1e-8)
        assert set(link) == set(asked) | set(result)


def test_object_for_object_from_a_path_with_marks_and_spaces(phusong, tmp_path):
    file = tmp_path / "Bắc Hà – tuyến 1" / "tuyến thử.json"
    file.parent.mkdir()
    file.write_text(json.dumps(LINK), encoding="utf-8-sig")
    printed = answer(phusong(file))
    assert list(printed)[: len(LINK)] == list(LINK)
    assert {key: printed[key] for key in LINK} == LINK
    assert isinstance(printed["frequency_mhz"], int)
    assert 100.0 < printed["basic_transmission_loss_db"] < 200.0


def test_array_for_array(phusong):
    printed = answer(phusong("-", given=json.dumps([LINK])))
    assert isinstance(printed, list)
    assert answer(phusong("-", given="[]")) == []


def test_defaults_are_those_of_the_contract(phusong):
    spelled_out = LINK | {
        "model": "p1812",
        "time_percent": 50,
        "location_percent": 50,
        "polarization": "vertical",
        "delta_n": 45,
        "surface_refractivity_n0": 325,
        "clutter_height_m": [0] * N,
        "coast_distance_tx_km": 500,
        "coast_distance_rx_km": 500,
        "zone": ["inland"] * N,
    }
    short, long = answer(phusong("-", given=json.dumps([LINK, spelled_out])))
    for key in ("basic_transmission_loss_db", "field_strength_dbuvm_1kw"):
        assert short[key] == long[key]


SHORE = LINK | {
    "frequency_mhz": 100,
    "time_percent": 10,
    "location_percent": 80,
    "cell_width_m": 100,
    "distance_km": [3.0 * i for i in range(N)],
    "height_m": [5.0] * N,
    "zone": ["coastal", *["sea"] * (N - 2), "inland"],
    "coast_distance_tx_km": 1.0,
    "coast_distance_rx_km": 1.0,
}


@pytest.mark.parametrize(
    "change",
    [
        {"frequency_mhz": 110},
        {"time_percent": 1},
        {"location_percent": 90},
        {"cell_width_m": 30},
        {"tx_height_m": 60},
        {"rx_height_m": 10},
        {"polarization": "horizontal"},
        {"latitude_tx": 24, "latitude_rx": 24},
        {"delta_n": 70},
        {"surface_refractivity_n0": 300},
        {"distance_km": [2.0 * i for i in range(N)]},
        {"height_m": [0.0, *[7.0] * (N - 2), 0.0]},
        {"clutter_height_m": [15] * N},
        {"zone": ["inland"] * N},
        {"coast_distance_tx_km": 0.5},
        {"coast_distance_rx_km": 0.5},
    ],
)
def test_every_key_counts(phusong, change):
    before, after = strict(phusong("-", given=json.dumps([SHORE, SHORE | change])).stdout)
    assert before["basic_transmission_loss_db"] != after["basic_transmission_loss_db"]


def test_intermediates_by_symbol(phusong):
    printed = answer(phusong("-", "--intermediate", given=json.dumps(LINK)))
    inner = printed["intermediate"]
    assert {"f", "lambda", "phi", "sigma_L", *LINK_QUANTITIES} == set(inner)
    assert inner["L_b"] == printed["basic_transmission_loss_db"]
    assert inner["E_p"] == printed["field_strength_dbuvm_1kw"]
    assert inner["L_b0p"] == inner["L_bfs"]
    # The horizon hides the receiver: a step that line of sight alone would take has no value
    assert inner["transhorizon"] == 1.0
    assert None in inner.values()
    assert "intermediate" not in answer(phusong("-", given=json.dumps(LINK)))


# Batch


def test_batch_of_json_lines(phusong, tmp_path):
    links = [LINK | {"frequency_mhz": 700.0 + 100.0 * i} for i in range(4)]
    file = tmp_path / "links.jsonl"
    file.write_text("\n\n".join(map(json.dumps, links)) + "\n", encoding="utf-8")
    result = phusong(file, "--batch")
    lines = result.stdout.splitlines()
    alone = answer(phusong("-", given=json.dumps(links)))
    assert [strict(line) for line in lines] == alone
    assert answer(phusong("-", "--batch", "--intermediate", given=json.dumps(LINK)))["intermediate"]
    assert phusong("-", "--batch", given="").stdout == ""


def test_a_line_of_json_may_hold_what_begins_a_line_elsewhere():
    read = parse_link_lines('{"name": "x\u2028y\x85"}\r\n\n{"name": "z"}\n')
    assert [link["name"] for link in read.links] == ["x\u2028y\x85", "z"]
    assert read.places == ["link[0] (line 1)", "link[1] (line 3)"]


def test_a_thousand_profiles_of_five_hundred_points(phusong):
    rng = np.random.default_rng(1)
    distance = [0.03 * i for i in range(500)]
    lines = io.StringIO()
    for _ in range(1000):
        height = np.round(500.0 + np.cumsum(rng.normal(size=500)) * 5.0, 2).tolist()
        lines.write(json.dumps(LINK | {"distance_km": distance, "height_m": height}) + "\n")
    result = phusong("-", "--batch", given=lines.getvalue())
    losses = [strict(line)["basic_transmission_loss_db"] for line in result.stdout.splitlines()]
    assert len(losses) == 1000
    assert len(set(losses)) == 1000


def test_ends_elsewhere_are_warned_of_once(phusong):
    elsewhere = LINK | {"latitude_rx": 40.0}
    result = phusong("-", "--batch", given="\n".join(map(json.dumps, [LINK, *[elsewhere] * 3])))
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 4
    assert len(result.stderr.splitlines()) == 1
    assert "and 2 more: the ends are 1945.91 km apart" in result.stderr
    assert "the profile is 5.00 km long" in result.stderr


# What it refuses


def refused(result: Result) -> str:
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frequency_mhz": 0.8}, r"link\[1\]: frequency_mhz=0\.8 .*did you pass GHz\?"),
        ({"frequency_mhz": 8e8}, r"link\[1\]: frequency_mhz=8e\+08 .*did you pass Hz\?"),
        ({"frequency_mhz": "800"}, r"link\[1\]: frequency_mhz='800' is wrong; .*valid number"),
        ({"frequency_mhz": True}, r"link\[1\]: frequency_mhz=True is wrong"),
        ({"frequency_mhz": None}, r"link\[1\]: frequency_mhz=None is wrong"),
        ({"frequency_ghz": 0.8}, r"link\[1\]: frequency_ghz is an unknown key; .*'frequency_mhz'"),
        ({"antenna": 1}, r"link\[1\]: antenna is an unknown key; remove it.*polarization"),
        ({"tx_height_m": -30}, r"link\[1\]: tx_height_m=-30 .*1 to 3000 m"),
        ({"latitude_tx": 91}, r"link\[1\]: latitude_tx=91 .*-80 to 80"),
        ({"polarization": "circular"}, r"link\[1\]: polarization='circular' .*'horizontal' or"),
        ({"model": "okumura"}, r"link\[1\]: model=\"okumura\" is unknown; use 'p1812', 'itm',"),
        ({"model": ["p1812"]}, r"link\[1\]: model=\[\"p1812\"\] is unknown"),
        ({"location_percent": 90}, r"link\[1\]: cell_width_m is missing"),
        ({"time_percent": 60}, r"link\[1\]: time_percent=60 .*1 to 50 %"),
        ({"height_m": [1.0]}, r"link\[1\]: height_m has 1 values, distance_km has 26"),
        ({"height_m": [1.0, None]}, r"link\[1\]: height_m\[1\]=None is wrong"),
        ({"distance_km": [0, 5], "height_m": [1, 2]}, r"link\[1\]: distance_km has 2 .*5 points"),
        ({"distance_km": [0.0] * N}, r"link\[1\]: distance_km\[1\]=0 is not above"),
        ({"zone": ["sea"] * (N - 1) + ["lake"]}, r"link\[1\]: zone\[25\]='lake' is wrong"),
        ({"clutter_height_m": [-1] * N}, r"link\[1\]: clutter_height_m\[0\]=-1 is not possible"),
    ],
)
def test_wrong_links_are_named_with_their_key(phusong, change, message):
    result = phusong("-", given=json.dumps([LINK, LINK | change]))
    assert re.search(message, refused(result))


ITM = LINK | {"model": "itm", "climate": 5, "situation_percent": 50, "mode_of_variability": 0}


def test_worked_example_of_itm(phusong, shared_dir):
    folder = shared_dir / "contracts"
    given = json.loads((folder / "path_itm.json").read_text(encoding="utf-8"))
    expected = json.loads((folder / "path_itm_expected.json").read_text(encoding="utf-8"))
    printed = answer(phusong(folder / "path_itm.json"))
    assert {key: printed[key] for key in given} == given
    assert printed["warnings"] == expected["warnings"]
    loss = expected["basic_transmission_loss_db"]
    assert printed["basic_transmission_loss_db"] == pytest.approx(loss, abs=1e-4)


def test_models_side_by_side(phusong):
    both = answer(phusong("-", "--intermediate", given=json.dumps([LINK, ITM])))
    assert both[0]["basic_transmission_loss_db"] != both[1]["basic_transmission_loss_db"]
    assert both[1]["intermediate"]["d_m"] == pytest.approx(5000.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"climate": 9}, r"link\[0\]: climate=9 "),
        ({"climate": 5.5}, r"link\[0\]: climate=5\.5 is wrong"),
        ({"frequency_mhz": 0.8}, r"link\[0\]: frequency_mhz=0\.8 .*GHz"),
        ({"ground_permittivity": 0}, r"link\[0\]: ground_permittivity=0 "),
        ({"height_m": [0.0]}, r"link\[0\]: height_m has 1 values, distance_km has 26"),
        ({"height_m": [1e6] * N}, r"link\[0\]: height_m\[0\]=1000000\.0 is wrong"),
        ({"height_m": [0, 1], "distance_km": [0, 1]}, r"link\[0\]: distance_km has 2 values"),
        ({"distance_km": [1.0 + i for i in range(N)]}, r"link\[0\]: distance_km\[0\]=1 is not 0"),
        ({"distance_km": [0.0] * N}, r"link\[0\]: distance_km\[1\]=0 is not above"),
    ],
)
def test_wrong_links_of_itm(phusong, change, message):
    assert re.search(message, refused(phusong("-", given=json.dumps(ITM | change))))


def test_what_itm_leaves_out_is_said(phusong):
    uneven = ITM | {"distance_km": [0.0, 0.5, *[0.2 * i + 0.2 for i in range(2, N)]]}
    for change, words in ((uneven, "unequal steps"), ({"zone": ["sea"] * N}, "zone does not")):
        result = phusong("-", given=json.dumps(ITM | change))
        assert result.exit_code == 0
        assert re.search(rf"warning: link\[0\]: .*{words}", result.stderr)


def test_every_missing_key_is_listed(phusong):
    message = refused(phusong("-", given='{"frequency_mhz": 800}'))
    for key in set(LINK) - {"frequency_mhz"}:
        assert f"link[0]: {key} is missing; give " in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON at line 1"),
        ('{"frequency_mhz": 800,}', r"not JSON at line 1, column 2\d"),
        ("3", r"link\[0\] is 3, a JSON object is needed"),
        ("[{}, [1]]", r"link\[1\] is \[1\], a JSON object is needed"),
        ('{"frequency_mhz": NaN}', "NaN is not JSON"),
        ('{"delta_n": 1, "delta_n": 2}', "key 'delta_n' stands twice"),
        ("[" * 100_000, "nested too deeply"),
        (b'{"model": "\xff"}', "byte 11 is not UTF-8"),
    ],
)
def test_text_that_is_no_link(phusong, text, message):
    assert re.search(message, refused(phusong("-", given=text)))


def test_infinity_by_overflow(phusong):
    text = json.dumps(LINK).replace("1.5", "1e999")
    assert "rx_height_m=inf is wrong" in refused(phusong("-", given=text))


def test_wrong_line_of_a_batch(phusong):
    lines = [json.dumps(LINK), "", json.dumps(LINK | {"tx_height_m": 0})]
    message = refused(phusong("-", "--batch", given="\n".join(lines)))
    assert re.search(r"link\[1\] \(line 3\): tx_height_m=0 ", message)
    message = refused(phusong("-", "--batch", given="[]"))
    assert "link[0] (line 1) is [], a JSON object is needed" in message


def test_missing_file(phusong, tmp_path):
    missing = tmp_path / "không có.json"
    message = refused(phusong(missing))
    assert "không có.json" in message
    assert "cannot be read" in message
    assert "cannot be read" in refused(phusong(tmp_path))


def test_warnings_go_to_standard_error(phusong):
    result = phusong("-", given=json.dumps([LINK, LINK | {"frequency_mhz": 6500}]))
    assert result.exit_code == 0
    assert len(strict(result.stdout)) == 2
    assert re.match(r"warning: link\[1\]: .*frequency_mhz=6500 is outside", result.stderr)


def test_help_comes_without_the_compiler():
    code = (
        "import sys, phusong.cli.path; "
        "sys.exit(any(name.split('.')[0] in ('numba', 'llvmlite') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
