"""What notebooks show of service, environments, criterion 8 and the audit, against the tables."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import phusong
from phusong.analysis.reach import Reach
from phusong.pipeline import show_gaps, show_service
from phusong.pipeline.service import Service
from phusong.reporting.facts import same
from phusong.reporting.gap_tables import criterion_overview, official_table, reported_figure
from phusong.reporting.wording import amount
from phusong.study import Study
from runs import table
from synthetic import write_region


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Reach, Any, Service]:
    scenario = {"title_en": "S1 fails", "title_vi": "S1 hỏng", "source": "x", "broken": ["S1"]}
    region = write_region(
        tmp_path_factory.mktemp("dịch vụ") / "vùng",
        study={
            "scenarios": {"fails": scenario}, "criterion8": {"set": "2021-2025"},
            "environments.indoor": {
                "title_en": "Indoors", "title_vi": "Trong nhà", "building": "traditional",
                "entry_loss": {"value": 3.0, "unit": "dB", "source": "x"},
                "receiver_height": {"value": 1.5, "unit": "m", "source": "x"},
            },
        },
    )  # fmt: skip
    study = phusong.open_study(region.study)
    reach = phusong.reach(study, workers=1)
    return study, reach, phusong.gaps(study, reach), phusong.service(study, reach, workers=1)


def test_environments_are_those_of_the_totals(done: Any) -> None:
    study, _, gaps, _ = done
    said = show_service.environments(study, gaps).plain
    totals = table(study.output / "gaps/totals.csv")
    assert list(dict.fromkeys(totals["environment"])) == ["outdoor", "indoor"]
    for _, row in totals.iterrows():
        for column in ("people_no_signal", "people_no_signal_p10", "people_no_signal_p90"):
            assert f"{float(row[column]):,.0f}".replace(",", ".") in said
    assert "Trong nhà · Indoors" in said
    assert "LTE" in show_service.technologies(study, gaps).plain


def test_indoors_nobody_gains(done: Any) -> None:
    totals = table(done[0].output / "gaps/totals.csv")
    people = totals.astype({"people_no_signal": float}).pivot_table(
        index="operator", columns="environment", values="people_no_signal"
    )
    assert (people["indoor"] >= people["outdoor"]).all()


def test_people_by_number_of_sites_add_up(done: Any) -> None:
    study, reach, gaps, service = done
    said = show_service.several_sites(study, reach)
    row = next(line for line in said.plain.splitlines() if "All operators" in line)
    numbers = [float(cell.replace(".", "").replace(",", ".")) for cell in row.split(" | ")[1:]]
    everyone = gaps.communes[gaps.communes["operator"] == "any"]
    assert sum(numbers[:4]) == pytest.approx(float(everyone["people"].sum()), abs=2.5)
    covered = float(everyone["people_covered"].sum())
    assert sum(numbers[1:4]) == pytest.approx(covered, abs=2.5)
    answer = show_service.answer_service(study, service).plain
    assert "Mbit/s" in answer
    assert "S" in answer


def test_pictures_and_tables_of_service(done: Any) -> None:
    study, reach, _, service = done
    for made in (
        show_service.resilience_picture(study, reach, service),
        show_service.rates_picture(study, "mang-a"),
    ):
        assert made.content[:3] == b"\xff\xd8\xff"
        assert made.alt.vi != made.alt.en
    worst = show_service.resilience(study, service, most=2).plain
    assert worst.count("\n") == 3
    quality = show_service.quality(study, service).plain
    assert "Nhà mạng A" in quality
    assert "S1 hỏng · S1 fails" in show_service.scenarios(study, reach).plain


def test_a_failing_site_takes_people(done: Any) -> None:
    study, reach, _, _ = done
    show_service.scenarios(study, reach)
    changes = table(study.output / "scenarios/communes.csv")
    lost = changes["people_covered_change"].astype(float)
    assert lost.min() < 0
    row = show_service.scenarios(study, reach).plain.splitlines()[2]
    assert amount(lost[changes["operator"] == "any"].sum(), 0).vi in row


def test_each_commune_and_the_audit_in_both_languages(done: Any) -> None:
    study, _, gaps, _ = done
    profiles = show_gaps.profiles(study)
    assert len(profiles) == 3
    assert all("Ai phủ sóng · Who covers" in part.plain for part in profiles)
    assert "Thử Một" in show_gaps.comparison(study).plain
    assert show_gaps.communes_pictures(study).mime == "image/jpeg"
    told = "\n".join(part.plain for part in show_gaps.audit(study))
    assert "Dữ liệu đã đọc · What was read" in told
    assert "8.1" in show_gaps.criterion8(gaps).plain
    assert "chưa rõ · unknown" in show_gaps.criterion8(gaps).plain
    assert "no list of reported villages" in show_gaps.reports(study).plain
    assert "no data of this kind" in show_gaps.official(study, gaps).html


def test_official_figures_and_reports_are_shown(done: Any, tmp_path: Path) -> None:
    study = done[0]
    communes = pd.DataFrame(
        {
            "commune": ["Thử Một"], "operator": ["any"], "technology": ["LTE"],
            "population_raster": [1100.4], "population_official": [1200.0],
            "population_official_year": [2019.0], "population_factor": [1.0905],
            "households_official": [float("nan")], "poor_rate_percent": [61.5],
            "poverty_standard": ["new"], "population_official_source": ["a"],
        }
    )  # fmt: skip
    row = official_table(study, communes).rows[0]
    assert row == ("Thử Một", 1100.4, 1200.0, "2019", 1.0905, None, 61.5, "new", same("a"))
    confusion = pd.DataFrame(
        {
            "operator": ["any", "any"], "technology": "LTE", "reported": ["trang_song", "covered"],
            "modelled_trang_song": [5, 1], "modelled_covered": [2, 7],
        }
    )  # fmt: skip
    figure, title = reported_figure(study, confusion)
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert [w for w in words if w.isdigit()] == ["5", "2", "1", "7"]
    assert title.vi.startswith("Báo cáo")
    assert criterion_overview(pd.DataFrame()).rows == ()
