"""The index page of a study: the door to everything that was made."""

from typing import Any

from phusong.analysis.reach import ANY
from phusong.reporting.facts import Bilingual, Column, Picture
from phusong.reporting.figures import Outline, coverage_figure, picture
from phusong.reporting.pages import IndexContent, KeyNumber, PageTable, Product
from phusong.reporting.palette import service_classes
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.words import named_assumptions

_COMMUNE = Column(Bilingual("Xã", "Commune"))
_OPERATOR = Column(Bilingual("Nhà mạng", "Operator"))


def study_index(
    facts: StudyFacts, products: tuple[Product, ...], versions: dict[str, str]
) -> IndexContent:
    """What the index page of a study says.

    Parameters
    ----------
    facts
        Results and where they come from.
    products
        Files that it links to.
    versions
        What computed them.

    Returns
    -------
    IndexContent
        Findings, numbers, tables, products, assumptions, sources.
    """
    study = facts.study.study
    return IndexContent(
        title=Bilingual(study.title_vi, study.title_en),
        question=Bilingual(study.question_vi, study.question_en),
        practice=facts.practice,
        findings=facts.findings(),
        key_numbers=_key_numbers(facts),
        tables=(_commune_table(facts), _operator_table(facts), _priority_table(facts)),
        products=products,
        assumptions=named_assumptions(facts.study.assumptions()),
        sources=facts.sources,
        warnings=(*_standing_warnings(facts), *(Bilingual(w, w) for w in facts.warnings)),
        versions=tuple(versions.items()),
        picture=_picture(facts),
    )


def _picture(facts: StudyFacts) -> Picture:
    title = Bilingual(
        f"Vùng phủ sóng {facts.technology}, tất cả nhà mạng",
        f"{facts.technology} coverage, all operators",
    )
    figure = coverage_figure(
        facts.gaps.classes[ANY, facts.technology],
        service_classes(),
        grid=facts.reach.grid,
        title=title,
        height_amsl_m=facts.terrain.height_amsl_m,
        outlines=outlines(facts),
        practice=facts.practice,
    )
    return picture(figure, alt=title, kind="webp")


def outlines(facts: StudyFacts) -> tuple[Outline, ...]:
    """Communes as figures draw them.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    tuple of Outline
        In the grid's CRS.
    """
    frame = facts.places.communes.frame
    return tuple(Outline(g, n) for g, n in zip(frame.geometry, frame["name"], strict=True))


def _key_numbers(facts: StudyFacts) -> tuple[KeyNumber, ...]:
    rows = facts.commune_rows()
    verdict = f"{ANY}_{facts.technology.lower()}_class"
    villages = facts.gaps.villages
    silent = int((villages[verdict] == "no_signal").sum()) if len(villages) else None
    people, without = float(rows["people"].sum()), float(rows["people_no_signal"].sum())
    return (
        KeyNumber(len(rows), Bilingual("xã", "communes")),
        KeyNumber(people, Bilingual("người", "people")),
        KeyNumber(
            without, Bilingual("người không có sóng", "people without signal"), alarming=True
        ),
        KeyNumber(
            100.0 * without / people if people else None,
            Bilingual("số người không có sóng", "of people without signal"),
            unit="%", decimals=1, alarming=True,
        ),
        KeyNumber(
            silent,
            Bilingual(
                f"thôn có trung tâm không có sóng (trên {len(villages)})",
                f"village centres without signal (of {len(villages)})",
            ),
            alarming=True,
        ),
        KeyNumber(len(facts.priorities), Bilingual("phương án ưu tiên", "ranked options")),
    )  # fmt: skip


def _commune_table(facts: StudyFacts) -> PageTable:
    rows = facts.commune_rows()

    def line(name: str, row: Any) -> tuple[object, ...]:
        return (
            name,
            row["area_km2"], row["area_no_signal_km2"],
            row["people"], row["people_no_signal"], row["people_marginal"],
            100.0 * row["people_no_signal"] / row["people"] if row["people"] else None,
        )  # fmt: skip

    return PageTable(
        title=Bilingual("Theo xã, mọi nhà mạng", "By commune, all operators"),
        columns=(
            _COMMUNE,
            Column(Bilingual("Diện tích", "Area"), "km²"),
            Column(Bilingual("Không có sóng", "No signal"), "km²"),
            Column(Bilingual("Dân số", "People"), decimals=0),
            Column(Bilingual("Không có sóng", "No signal"), "người · people", 0),
            Column(Bilingual("Sóng yếu", "Marginal"), "người · people", 0),
            Column(Bilingual("Tỷ lệ không có sóng", "Share without signal"), "%", 1, share=True),
        ),
        rows=tuple(line(row["commune"], row) for _, row in rows.iterrows()),
        total=line(
            Bilingual("Tổng", "Total").plain,
            rows.drop(columns=["commune"]).select_dtypes("number").sum(),
        ),
        note=Bilingual(
            "Số liệu theo mô hình, chưa phải đo kiểm; ranh giới xã có thể gần đúng.",
            "Modelled, not measured; commune outlines may be approximate.",
        ),
    )


def _operator_table(facts: StudyFacts) -> PageTable:
    lines = []
    for key, name in facts.operators():
        rows = facts.commune_rows(key)
        people = float(rows["people"].sum())
        parts = [float(rows[f"people_{c}"].sum()) for c in ("covered", "marginal", "no_signal")]
        lines.append((name.plain, *parts, 100.0 * parts[2] / people if people else None))
    return PageTable(
        title=Bilingual("Theo nhà mạng, trong các xã", "By operator, within the communes"),
        columns=(
            _OPERATOR,
            Column(Bilingual("Có sóng", "Covered"), "người · people", 0),
            Column(Bilingual("Sóng yếu", "Marginal"), "người · people", 0),
            Column(Bilingual("Không có sóng", "No signal"), "người · people", 0),
            Column(Bilingual("Tỷ lệ không có sóng", "Share without signal"), "%", 1, share=True),
        ),
        rows=tuple(lines),
    )


def _priority_table(facts: StudyFacts) -> PageTable:
    currency = facts.study.costs.exchange.currency
    rows = tuple(
        (
            row.rank, row.operator, row.commune, row.people_newly_covered, row.people_white_zone,
            row.capex / 1e6, row.cost_per_person / 1e6, row.why_vi,
        )
        for row in facts.priorities.itertuples()
    )  # fmt: skip
    return PageTable(
        title=Bilingual("Ưu tiên đầu tư", "Investment priorities"),
        columns=(
            Column(Bilingual("Hạng", "Rank")),
            _OPERATOR,
            _COMMUNE,
            Column(Bilingual("Người được phủ mới", "People newly covered"), decimals=0),
            Column(Bilingual("Trong đó trắng sóng", "Of them in white zones"), decimals=0),
            Column(Bilingual("Vốn đầu tư", "Capex"), f"triệu · million {currency}", 0),
            Column(
                Bilingual("Chi phí một người", "Cost per person"), f"triệu · million {currency}"
            ),
            Column(Bilingual("Lý do", "Why")),
        ),
        rows=rows,
        note=Bilingual(
            "Chi phí là mức tham khảo từ nước khác; chưa xét độ ổn định của xếp hạng.",
            "Costs are benchmarks of other countries; how stable the ranking is, is not assessed.",
        ),
    )


def _standing_warnings(facts: StudyFacts) -> tuple[Bilingual, ...]:
    warnings = [
        Bilingual(
            "Kết quả theo một mô hình truyền sóng (ITU-R P.1812-8); mô hình khác có thể cho vùng "
            "phủ rất khác ở địa hình núi.",
            "One propagation model (ITU-R P.1812-8); another model may give a very different "
            "coverage in mountains.",
        ),
        Bilingual(
            f"Tính ngoài trời, lưới {facts.reach.grid.resolution_m:g} m, chưa hiệu chỉnh bằng đo "
            "kiểm.",
            f"Outdoors, on a grid of {facts.reach.grid.resolution_m:g} m, not calibrated with "
            "measurements.",
        ),
    ]
    if facts.places.communes.approximate:
        warnings.append(
            Bilingual(
                "Ranh giới xã là gần đúng, không phải ranh giới chính thức.",
                "Commune outlines are approximate, not official.",
            )
        )
    if facts.practice is not None:
        warnings.append(
            Bilingual(
                "Có dữ liệu mô phỏng: không dùng kết quả này làm số liệu thực tế.",
                "Practice data went in: none of these numbers is a fact.",
            )
        )
    return tuple(warnings)
