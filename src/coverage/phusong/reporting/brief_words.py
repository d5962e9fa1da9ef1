"""Sentences that only briefs have: an operator's rank, money, and what to measure next."""

from collections import Counter
from collections.abc import Callable

from phusong.reporting.audience import served_elsewhere
from phusong.reporting.brief_tables import marginal_villages
from phusong.reporting.facts import Bilingual
from phusong.reporting.findings import en, plan_findings, vi
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.words import field_names
from phusong.study import CostItem, Study

_MOST_FIELDS = 4


def elsewhere_finding(facts: StudyFacts, key: str) -> Bilingual:
    """How many people only another operator covers.

    Parameters
    ----------
    facts
        What an operator may see.
    key
        The operator's key.

    Returns
    -------
    Bilingual
        One sentence.
    """
    people = served_elsewhere(facts, key)
    return Bilingual(
        f"Khoảng {vi(people)} người ở các xã chỉ có sóng của nhà mạng khác: có thể xét dùng chung "
        "hạ tầng trước khi xây mới.",
        f"About {en(people)} people of the communes are covered by another operator only: sharing "
        "may come before building.",
    )


def operator_plan(facts: StudyFacts) -> Bilingual:
    """Where the best option of an operator stands among all.

    Parameters
    ----------
    facts
        What an operator may see.

    Returns
    -------
    Bilingual
        One sentence.
    """
    table = facts.ranked
    if table.empty:
        return Bilingual(
            f"Không có phương án nào của nhà mạng này trong {facts.options} phương án xếp hạng.",
            f"None of the {facts.options} ranked options is this operator's.",
        )
    first = table.iloc[0]
    new, white = first["people_newly_covered"], first["people_white_zone"]
    return Bilingual(
        f"{len(table)} trong {facts.options} phương án xếp hạng là của nhà mạng này. Phương án tốt "
        f"nhất đứng thứ {first['rank']}, tại hoặc gần {first['commune']}: khoảng {vi(new)} người "
        f"có thêm sóng, trong đó {vi(white)} người hiện không có sóng của nhà mạng nào.",
        f"{len(table)} of the {facts.options} ranked options are this operator's. The best one "
        f"ranks {first['rank']}, in or near {first['commune']}: about {en(new)} people gain its "
        f"signal, {en(white)} of whom have no operator today.",
    )


def planned(facts: StudyFacts) -> tuple[Bilingual, ...]:
    """What the ranking says to its reader.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    tuple of Bilingual
        Of an operator's own options, or of all; nothing where the reader gets no ranking.
    """
    if facts.priorities is None:
        return ()
    removed = _removed(facts)
    if facts.own:
        return (operator_plan(facts), *removed)
    return (*plan_findings(facts.study, facts.priorities), *removed)


def _removed(facts: StudyFacts) -> tuple[Bilingual, ...]:
    """Where no new site may stand, and what that takes away; nothing without limits."""
    if not facts.removed:
        return ()
    parts_vi = "; ".join(
        f"{part.title_vi}: {part.spots} điểm, {vi(part.area_km2, 1)} km² các xã"
        for part in facts.removed
    )
    parts_en = "; ".join(
        f"{part.title_en}: {part.spots} spots, {en(part.area_km2, 1)} km² of the communes"
        for part in facts.removed
    )
    return (
        Bilingual(
            f"Không đặt trạm mới ở: {parts_vi}.",
            f"No new site stands on: {parts_en}.",
        ),
    )


def money_words(study: Study) -> tuple[Bilingual, ...]:
    """What the money rests on.

    Parameters
    ----------
    study
        Its costs.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    costs, mast, radio = study.costs, study.costs.passive_site, study.costs.radio_site
    rate, years = 100.0 * costs.discount_rate.value, costs.horizon.value
    return (
        Bilingual(
            "Đơn giá là mức tham khảo từ nước khác, không phải báo giá trong nước, và rất rộng: "
            f"cột và xây lắp {_range(mast, vi)} {mast.unit}, thiết bị vô "
            f"tuyến {_range(radio, vi)} {radio.unit} (thấp – tính với "
            "– cao).",
            "Unit prices are benchmarks of other countries, not domestic quotes, and wide: mast "
            f"and civil works {_range(mast, en)} {mast.unit}, radio "
            f"equipment {_range(radio, en)} {radio.unit} (low – used – "
            "high).",
        ),
        Bilingual(
            f"Giá trị hiện tại gồm vốn đầu tư và vận hành trong {vi(years)} năm, chiết khấu "
            f"{vi(rate, 1)}\u00a0% mỗi năm.",
            f"Present value is capex and the opex of {en(years)} years, discounted at "
            f"{en(rate, 1)}\u00a0% a year.",
        ),
    )


def measure_words(facts: StudyFacts, key: str) -> tuple[Bilingual, ...]:
    """What should be measured, asked and checked before anybody decides.

    Parameters
    ----------
    facts
        What the reader may see.
    key
        Operator's key; ``any`` for all together.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    marginal = len(marginal_villages(facts.study, facts.gaps, key))
    words = [*_filled(facts)]
    if marginal:
        words.append(
            Bilingual(
                f"Đo mức thu tại {marginal} thôn có sóng yếu ở trung tâm: ở đó mô hình ít chắc "
                "chắn nhất, nên phép đo thay đổi kết luận nhiều nhất.",
                f"Measure the level in the {marginal} villages that are marginal at their centre: "
                "the model is least sure there, so that measurements change most.",
            )
        )
    words.append(
        Bilingual(
            "Mỗi mẫu đo ghi vĩ độ, kinh độ, thời gian, nhà mạng, công nghệ và mức thu [dBm]; đo "
            "ngoài trời, máy ở độ cao 1,5 m.",
            "Each sample has latitude, longitude, time, operator, technology and level [dBm]; "
            "outdoors, the handset at 1.5 m.",
        )
    )
    if len(facts.ranked):
        words.append(
            Bilingual(
                "Khảo sát các vị trí xếp hạng đầu: tầm nhìn thẳng của chặng vi ba, đường vào, "
                "nguồn điện, đất; và hỏi báo giá trong nước.",
                "Survey the first ranks: line of sight of the microwave hop, access, power, land; "
                "and ask for domestic quotes.",
            )
        )
    return tuple(words)


def _filled(facts: StudyFacts) -> list[Bilingual]:
    """Which fields of the tower list were filled, the most frequent first."""
    sectors = [sector for sector in facts.sectors if sector.filled]
    if not sectors:
        return []
    fields = Counter(column for sector in sectors for column in sector.filled)
    ordered = sorted(fields, key=lambda column: (-fields[column], column))
    named = field_names(ordered[:_MOST_FIELDS])
    left = len(ordered) - _MOST_FIELDS
    more_vi = f" và {left} trường khác" if left > 0 else ""
    more_en = f" and {left} more" if left > 0 else ""
    return [
        Bilingual(
            f"Xác nhận {len(sectors)} trong {len(facts.sectors)} sector có trường được điền theo "
            f"giả định: {named.vi}{more_vi}.",
            f"Confirm {len(sectors)} of {len(facts.sectors)} sectors with fields that were filled "
            f"from defaults: {named.en}{more_en}.",
        )
    ]


def _range(item: CostItem, number: Callable[[float], str]) -> str:
    return " – ".join(number(value) for value in (item.low, item.base, item.high))
