"""The picture of a link: what is on it, the same bytes, nothing that runs."""

import io
import math
import re

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from phusong.errors import DataError
from phusong.models.sight import direct_sight
from phusong.reporting import policy
from phusong.reporting.facts import Bilingual
from phusong.reporting.profile import (
    LinkView,
    ModelLoss,
    profile_figure,
    profile_page,
    profile_picture,
)
from unit.reporting.cases import without_switch

DISTANCE = np.linspace(0.0, 12.0, 61)
HEIGHT = 300.0 + 150.0 * np.sin(DISTANCE)
HOSTILE = "<script>alert(1)</script> $x$ {{y}}"


def view(*, clutter: bool = True, name: str = "Okumura-Hata", wet: int = 0) -> LinkView:
    sight = direct_sight(
        HEIGHT,
        distance_km=DISTANCE,
        tx_height_m=40.0,
        rx_height_m=1.5,
        frequency_mhz=800.0,
        clutter_height_m=np.full(61, 12.0) if clutter else None,
    )
    losses = (
        ModelLoss("Free space", 112.1),
        ModelLoss(name, 148.66, Bilingual("đất trống", "open country"), in_range=False),
        ModelLoss("COST 231-Hata", math.nan, Bilingual("không áp dụng được", "not applicable")),
        ModelLoss("Unknown", math.nan),
    )
    return LinkView(sight, 800.0, 40.0, 1.5, losses, 112.1, sea=np.arange(61) < wet)


def words(figure: object) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))  # type: ignore[attr-defined]


def test_everything_stands_on_the_figure() -> None:
    drawn = words(profile_figure(view()))
    for expected in (
        "Tuyến 12.00 km ở 800 MHz · Link of 12.00 km at 800 MHz",
        "Tia thẳng bị che", "The direct ray is cut", "8\u202f931 km",
        "Địa hình · Terrain", "Lớp phủ bề mặt · Clutter", "First Fresnel zone", "Direct ray",
        "Effective Earth", "112.1", "148.7", "+36.6", "+0.0", "–", "open country",
        "not applicable",
    ):  # fmt: skip
        assert expected in drawn
    assert "Biển · Sea" not in drawn
    assert "Biển · Sea" in words(profile_figure(view(wet=20)))
    assert "Clutter" not in words(profile_figure(view(clutter=False)))
    assert "Okumura-Hata" not in words(profile_figure(view(), alone=True))


def test_a_free_ray_is_told() -> None:
    flat = direct_sight(
        [10.0] * 5,
        distance_km=[0.0, 1.0, 2.0, 3.0, 4.0],
        tx_height_m=60.0,
        rx_height_m=30.0,
        frequency_mhz=1800.0,
    )
    free = LinkView(flat, 1800.0, 60.0, 30.0, (ModelLoss("Free space", 109.6),), 109.6)
    assert "least clearance" in free.finding.en
    assert "khoảng hở nhỏ nhất" in free.finding.vi
    assert "least clearance" in words(profile_figure(free))


def test_same_bytes_and_a_real_picture() -> None:
    picture = profile_picture(view())
    assert picture.content == profile_picture(view()).content
    assert "Link of 12.00 km" in picture.alt.en
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.format == "PNG"
        assert image.width > 1000
        assert np.unique(np.asarray(image.convert("L"))).size > 50


def test_the_page_is_whole_and_runs_nothing() -> None:
    page = profile_page(view(name=HOSTILE))
    assert page == profile_page(view(name=HOSTILE))
    assert "<script" not in without_switch(page)
    assert "&lt;script&gt;" in page
    assert "{{y}}" not in page
    assert re.search(
        r'<img lang="en" src="data:image/webp;base64,[A-Za-z0-9+/=]+" alt="[^"]*Link of', page
    )
    assert not re.search(r"https?://", page)
    assert page.count("<tr>") == 1 + len(view().losses)
    for expected in ("148.7", "+36.6", "Suy hao truyền sóng", "Basic transmission loss"):
        assert expected in page


@pytest.mark.filterwarnings("error")
def test_names_are_no_formulas() -> None:
    assert profile_picture(view(name="$\\frac{1}{0$")).content != profile_picture(view()).content


def test_a_page_that_would_load_something_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "loaded_from_outside", lambda _: ["https://example.org/a.js"])
    with pytest.raises(DataError, match=r"would load https://example\.org/a\.js from outside"):
        profile_page(view())
