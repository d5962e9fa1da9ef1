"""``phusong path`` with every model beside P.1812 and ITM, and all of them in one picture."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner, Result

from phusong.cli.link_models import LINK_MODELS
from phusong.cli.path import path_command
from phusong.models.catalogue import CATALOGUE
from phusong.models.ehata import ehata_point_to_point
from phusong.models.free_space import free_space_loss_db
from phusong.models.hata import cost231_loss_db, hata_loss_db
from phusong.models.tr38901 import tr38901_rma, tr38901_uma
from unit.reporting.cases import without_switch

N = 51
DISTANCE_KM = [0.08 * i for i in range(N)]
HEIGHT_M = [600.0 - 2.0 * i for i in range(N)]  # falls away from the transmitter: free sight
RIDGE_M = [600.0 + 400.0 * (20 <= i < 25) for i in range(N)]
ANTENNAS: dict[str, Any] = {"frequency_mhz": 900.0, "tx_height_m": 45.0, "rx_height_m": 2.0}
SHORT: dict[str, Any] = ANTENNAS | {"distance_km": 4.0}
LINK: dict[str, Any] = ANTENNAS | {
    "distance_km": DISTANCE_KM,
    "height_m": HEIGHT_M,
    "latitude_tx": 22.5,
    "longitude_tx": 104.1,
    "latitude_rx": 22.536,
    "longitude_rx": 104.1,
}
MEDIAN: dict[str, Any] = {"polarization": "horizontal", "time_percent": 50, "climate": 1}


@pytest.fixture
def phusong() -> Any:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("path")(path_command)

    def run(link: Any, *arguments: str | Path) -> Result:
        given = json.dumps(link)
        return CliRunner().invoke(app, ["-", *[str(word) for word in arguments]], input=given)

    return run


def answer(result: Result) -> Any:
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


# One model at a time


def test_free_space_over_the_slant_distance(phusong: Any) -> None:
    printed = answer(phusong(SHORT | {"model": "free_space"}, "--intermediate"))
    assert printed["intermediate"]["d_m"] == pytest.approx(np.hypot(4000.0, 43.0))
    expected = free_space_loss_db(np.hypot(4000.0, 43.0), frequency_mhz=900.0)
    assert printed["basic_transmission_loss_db"] == pytest.approx(float(expected), abs=1e-9)
    # Over terrain the ground's fall of 100 m counts too.
    printed = answer(phusong(LINK | MEDIAN | {"model": "free_space"}))
    expected = free_space_loss_db(np.hypot(4000.0, 143.0), frequency_mhz=900.0)
    assert printed["basic_transmission_loss_db"] == pytest.approx(float(expected), abs=1e-9)
    assert "intermediate" not in printed


@pytest.mark.parametrize("city_size", [None, "medium", "large"])
@pytest.mark.parametrize("surroundings", ["urban", "suburban", "open"])
def test_hata(phusong: Any, surroundings: Any, city_size: Any) -> None:
    chosen = {} if city_size is None else {"city_size": city_size}
    link = SHORT | {"model": "hata", "surroundings": surroundings} | chosen
    printed = answer(phusong(link, "--intermediate"))
    expected = hata_loss_db(4000.0, **ANTENNAS, surroundings=surroundings, **chosen)
    assert printed["basic_transmission_loss_db"] == pytest.approx(float(expected), abs=1e-9)
    assert printed["intermediate"] == {"d_m": 4000.0}
    assert {key: printed[key] for key in link} == link


def test_cost231(phusong: Any) -> None:
    link = SHORT | {"model": "cost231", "frequency_mhz": 1800, "city_size": "large"}
    expected = cost231_loss_db(4000.0, **(ANTENNAS | {"frequency_mhz": 1800.0}), city_size="large")
    printed = answer(phusong(link))
    assert printed["basic_transmission_loss_db"] == pytest.approx(float(expected), abs=1e-9)


def test_ehata_over_the_profile(phusong: Any) -> None:
    flat = [30.0] * N
    link = LINK | {"model": "ehata", "frequency_mhz": 2000.0, "height_m": flat}
    link |= {"surroundings": "rural", "location_percent": 90.0}
    printed = answer(phusong(link, "--intermediate"))
    expected = ehata_point_to_point(
        flat,
        step_m=80.0,
        **(ANTENNAS | {"frequency_mhz": 2000.0}),
        surroundings="rural",
        location_percent=90.0,
    )
    assert printed["basic_transmission_loss_db"] == pytest.approx(
        expected.basic_transmission_loss_db, abs=1e-9
    )
    assert printed["intermediate"]["urban_loss_db"] == pytest.approx(expected.urban_loss_db)


@pytest.mark.parametrize(
    ("word", "model", "antennas"),
    [
        ("tr38901_rma", tr38901_rma, {"tx_height_m": 45.0}),
        ("tr38901_uma", tr38901_uma, {"tx_height_m": 25.0}),
    ],
)
@pytest.mark.parametrize(
    ("given", "visibility"),
    [
        ({"visibility": "los"}, "los"),
        ({"visibility": "nlos"}, "nlos"),
        ({"distance_km": DISTANCE_KM, "height_m": HEIGHT_M}, "los"),
        ({"distance_km": DISTANCE_KM, "height_m": RIDGE_M}, "nlos"),
        (
            {
                "distance_km": DISTANCE_KM,
                "height_m": HEIGHT_M,
                "clutter_height_m": [0.0, *[60.0] * (N - 2), 0.0],
            },
            "nlos",
        ),
    ],
)
def test_tr38901(
    phusong: Any, word: str, model: Any, antennas: Any, given: Any, visibility: str
) -> None:
    printed = answer(phusong(SHORT | {"model": word} | antennas | given))
    expected = model(4000.0, **(ANTENNAS | antennas), visibility=visibility)
    assert printed["visibility"] == visibility
    for key in ("basic_transmission_loss_db", "shadow_sigma_db", "line_of_sight_share"):
        assert printed[key] == pytest.approx(float(getattr(expected, key)), abs=1e-9)


def test_rma_takes_streets_and_buildings(phusong: Any) -> None:
    more = {"street_width_m": 10.0, "building_height_m": 12.0}
    printed = answer(phusong(SHORT | {"model": "tr38901_rma", "visibility": "nlos"} | more))
    expected = tr38901_rma(4000.0, **ANTENNAS, visibility="nlos", **more)
    loss = float(expected.basic_transmission_loss_db)
    assert printed["basic_transmission_loss_db"] == pytest.approx(loss, abs=1e-9)


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ({"model": "hata"}, r"surroundings is missing; give what surrounds the receiver: 'urban',"),
        ({"model": "ehata"}, r"height_m is missing; give ground heights[\s\S]*surroundings is mis"),
        ({"model": "hata", "surroundings": "rural"}, r"surroundings='rural' is wrong; .*'open'"),
        ({"model": "hata", "surroundings": "open", "climat": 5}, r"climat is an unknown key; did"),
        ({"model": "cost231", "visibility": "los"}, r"visibility is an unknown key"),
        ({"model": "tr38901_rma"}, r"visibility is missing; give 'los' or 'nlos', or height_m"),
        (
            {"model": "tr38901_uma", "visibility": "x"},
            r"visibility='x' is wrong; .*'los' or 'nlos'",
        ),
        ({"model": "free_space", "distance_km": -1}, r"distance_km=-1 is impossible, above 0 km"),
        ({"model": "free_space", "distance_km": []}, r"distance_km is empty"),
        ({"model": "free_space", "distance_km": True}, r"distance_km=True is wrong"),
        ({"model": "free_space", "distance_km": [1, 2]}, r"distance_km\[0\]=1 is not 0"),
        ({"model": "free_space", "distance_km": [0, 2, 2]}, r"distance_km\[2\]=2 is not above"),
        ({"model": "free_space", "height_m": [1, 2]}, r"height_m has 2 values, distance_km has 1"),
        ({"model": "free_space", "frequency_mhz": 0.9}, r"frequency_mhz=0\.9 .*GHz"),
        ({"model": "cost231", "rx_height_m": 50}, r"rx_height_m=50 is impossible, 0\.5 to 10 m"),
        ({"model": "okumura"}, r"model=\"okumura\" is unknown; use 'p1812', 'itm', .* or 'tr389"),
    ],
)
def test_wrong_links_are_named_with_their_key(phusong: Any, link: Any, message: str) -> None:
    assert re.search(rf"link\[1\]: {message}", refused(phusong([LINK, SHORT | link])))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"height_m": HEIGHT_M, "distance_km": DISTANCE_KM}, "height_m does not enter Okumura-Ha"),
        ({"time_percent": 10, "location_percent": 90}, "time_percent, location_percent do not"),
        ({"tx_height_m": 20}, "Okumura-Hata: tx_height_m=20 is outside the recommended"),
    ],
)
def test_what_is_left_out_or_out_of_range_is_said(phusong: Any, change: Any, message: str) -> None:
    result = phusong(SHORT | {"model": "hata", "surroundings": "open"} | change)
    assert result.exit_code == 0
    assert re.search(rf"warning: link\[0\]: {message}", result.stderr)


def test_every_link_model_has_a_card() -> None:
    assert [card.key for card in CATALOGUE if card.kind == "link"] == list(LINK_MODELS)


# All of them in one picture


HILLS = LINK | {"height_m": RIDGE_M, "clutter_height_m": [8.0] * N}


@pytest.mark.parametrize(
    "link",
    [
        HILLS,
        LINK | {"model": "itm", "climate": 5, "surroundings": "suburban"},
        LINK | {"model": "hata", "surroundings": "open", "visibility": "nlos"},
    ],
)
def test_comparison_keeps_the_answer(phusong: Any, tmp_path: Path, link: Any) -> None:
    for name in ("ảnh.png", "trang.html"):
        result = phusong([link], "--compare", tmp_path / "thư mục" / name)
        assert result.exit_code == 0
        assert json.loads(result.stdout)[0].items() >= link.items()
    with Image.open(tmp_path / "thư mục" / "ảnh.png") as image:
        assert image.width > 1000
    page = (tmp_path / "thư mục" / "trang.html").read_text(encoding="utf-8")
    for card in CATALOGUE:
        assert (card.name in page) == (card.key in LINK_MODELS)
    assert not re.search(r"https?://|<script", without_switch(page))


def losses(page: str) -> dict[str, tuple[str, str]]:
    rows = re.findall(
        r'<th scope="row"[^>]*>(.*?)</th><td class="n t">(.*?)</td>.*?<td class="words">(.*?)</td>',
        page,
    )
    return {name: (loss, re.sub(r"<[^>]+>", "", note)) for name, loss, note in rows}


def test_comparison_says_what_each_model_makes_of_it(phusong: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    printed = answer(phusong(HILLS, "--compare", out))
    found = losses(out.read_text(encoding="utf-8"))
    assert len(found) == len(LINK_MODELS)
    assert found["ITU-R P.1812-8"] == (f"{printed['basic_transmission_loss_db']:.1f}", "")
    assert "open country assumed" in found["Okumura-Hata"][1]
    assert "medium-sized city; outside its range: frequency" in found["COST 231-Hata"][1]
    assert "rural assumed; outside its range: frequency" in found["Extended Hata, NTIA"][1]
    assert "without line of sight" in found["3GPP TR 38.901 RMa"][1]
    assert "outside its range: transmitter height" in found["3GPP TR 38.901 UMa"][1]


def test_comparison_says_what_cannot_be_applied(phusong: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.html"
    link = ANTENNAS | {"model": "itm", "frequency_mhz": 6000.0, "surroundings": "urban"}
    link |= {"distance_km": DISTANCE_KM, "height_m": HEIGHT_M, "city_size": "large"}
    assert phusong(link, "--compare", out).exit_code == 0
    found = losses(out.read_text(encoding="utf-8"))
    assert found["ITU-R P.1812-8"][0] == "–"
    assert "thiếu latitude_tx" in found["ITU-R P.1812-8"][1]
    assert found["Okumura-Hata"][0] == "–"
    assert "not applicable: frequency" in found["Okumura-Hata"][1]
    assert "urban; outside its range: frequency" in found["Extended Hata, NTIA"][1]
    assert "in line of sight" in found["3GPP TR 38.901 RMa"][1]
    odd = LINK | {"zone": ["coastal", *["sea"] * (N - 2), "inland"], "surroundings": [1]}
    assert phusong(odd, "--compare", out).exit_code == 0
    found = losses(out.read_text(encoding="utf-8"))
    assert found["Okumura-Hata"] == (
        "–",
        "không áp dụng được: dữ liệu vào not applicable: the inputs",
    )


@pytest.mark.parametrize(
    ("link", "name", "message"),
    [
        (LINK, "out.pdf", r"out\.pdf cannot be drawn; --compare writes a \.png or an \.html file"),
        ([LINK, LINK], "out.png", r"--compare draws one link, the input holds 2; give one"),
        (SHORT | {"model": "free_space"}, "out.png", r"link\[0\]: height_m missing; --compare dr"),
        (LINK | {"antenna": 1}, "out.png", r"link\[0\]: antenna is an unknown key"),
        (
            LINK | {"model": "free_space", "clutter_height_m": [1.0]},
            "out.png",
            r"link\[0\]: clutter_height_m has shape \(1,\)",
        ),
        (
            LINK | {"model": "itm", "zone": ["sea"]},
            "out.html",
            r"link\[0\]: zone has 1 values, distance_km has 51; give one per point",
        ),
    ],
)
def test_comparison_refuses(
    phusong: Any, tmp_path: Path, link: Any, name: str, message: str
) -> None:
    assert re.search(message, refused(phusong(link, "--compare", tmp_path / name)))
    assert list(tmp_path.iterdir()) == []
