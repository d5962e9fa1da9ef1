"""Hops drawn for briefs and notebooks."""

import numpy as np
import pandas as pd

from phusong.reporting.facts import Bilingual
from phusong.reporting.hop_figures import hop_figure, hop_pictures, hops_figure
from phusong.reporting.page_tables import reasons_html
from phusong.study import Study
from synthetic import study_facts


def points(link: int, option: str) -> pd.DataFrame:
    along = np.linspace(0.0, 5000.0, 51)
    return pd.DataFrame({
        "link": link, "operator": "Nhà mạng A", "from": option, "to": "A$1$", "option_id": option,
        "distance_m": along, "ground_amsl_m": 500.0 + 30 * np.sin(along / 700),
        "ray_amsl_m": np.linspace(560.0, 580.0, 51),
        "fresnel_radius_m": np.sqrt(0.0167 * along * (5000 - along) / 5000),
        "bulge_m": 0.1, "bulge_low_m": 0.2, "needed_amsl_m": 545.0,
    })  # fmt: skip


RANKED = pd.DataFrame({"rank": [1, 2, 3], "option_id": ["one", "none", "two"]}).assign(
    commune="Xã $x$"
)


def test_each_hop_has_its_axes_and_ray() -> None:
    both = pd.concat([points(1, "one"), points(2, "one")])
    figure = hop_figure(both, title=Bilingual("Hai chặng", "Two hops"))
    assert len(figure.axes) == 2
    ray = np.asarray(figure.axes[0].lines[1].get_ydata())
    assert ray[[0, -1]].tolist() == [560.0, 580.0]
    assert figure.axes[1].get_xlim() == (0.0, 5.0)
    assert "one → A$1$" in figure.axes[0].get_title(loc="left")


def test_options_without_a_hop_have_no_picture() -> None:
    study = Study.model_validate(study_facts())
    every = pd.concat([points(1, "one"), points(2, "two")])
    found = hop_pictures(study, RANKED, every, most=3)
    assert [drawn is None for drawn in found] == [False, True, False]
    again = hop_pictures(study, RANKED, every, most=3)
    assert [p and p.content for p in found] == [p and p.content for p in again]
    assert hop_pictures(study, RANKED, pd.DataFrame(), most=2) == (None, None)
    assert hops_figure(study, RANKED, pd.DataFrame(), most=3) is None
    assert hops_figure(study, RANKED.iloc[[1]], every, most=3) is None
    page = reasons_html((Bilingual("a", "a"), Bilingual("b", "b")), found[:1])
    assert page.count('<figure class="hop">') == 1
    assert page.index("<figure") < page.index("</li>")
