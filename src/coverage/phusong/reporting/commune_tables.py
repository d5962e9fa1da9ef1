"""Tables of a commune's page, and the table that puts all communes side by side."""

from typing import Any

import pandas as pd

from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG
from phusong.reporting.basis_words import titled
from phusong.reporting.commune_words import (
    STATUS_WORDS,
    VERDICT_WORDS,
    options_of,
    villages_of,
)
from phusong.reporting.facts import Bilingual, Column
from phusong.reporting.page_tables import PageTable
from phusong.reporting.ranges import RANGE, RANGE_NOTE, Range, ends_of, village_row
from phusong.reporting.study_facts import StudyFacts

_PEOPLE = "người · people"
_MILLION = 1e6
_SILENT = Bilingual("Không có sóng", "No signal")
_SHARE = Column(Bilingual("Tỷ lệ không có sóng", "Share without signal"), "%", 1, share=True)
_BETWEEN = Bilingual(f"{RANGE.vi[0].upper()}{RANGE.vi[1:]}", RANGE.en)
_RANGE = Column(_BETWEEN, _PEOPLE)
_MOST_GAPS, _MOST_OPTIONS = 3, 4


def villages_table(facts: StudyFacts, code: str) -> PageTable:
    """Villages of a commune with their verdicts, numbered as on the picture.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable
        One row per village; only the columns that the reader may see.
    """
    villages = villages_of(facts, code)
    prefix = f"{ANY}_{facts.technology.lower()}_"
    more: dict[str, Column] = {
        f"{prefix}trang_song_percent": Column(
            Bilingual("Số lần thử không có sóng", "Trials without signal"), "%", 0
        ),
        f"{prefix}margin_db": Column(Bilingual("Dư mức thu", "Margin"), "dB", 1),
        f"{prefix}settlement_signal_percent": Column(
            Bilingual("Khu dân cư có sóng", "Settlement with signal"), "%", 0
        ),
    }
    shown = {name: column for name, column in more.items() if name in villages}
    rows = tuple(
        (
            str(number), row["name"], row.get("population"), row.get("households"),
            VERDICT_WORDS.get(str(row.get(f"{prefix}verdict")), VERDICT_WORDS["unknown"]),
            *(row[name] for name in shown),
        )
        for number, (_, row) in enumerate(villages.iterrows(), 1)
    )  # fmt: skip
    return PageTable(
        title=_of_all(facts, Bilingual("Các thôn và kết quả", "Villages and verdicts")),
        columns=(
            Column(Bilingual("Số", "No.")),
            Column(Bilingual("Thôn", "Village")),
            Column(Bilingual("Dân số", "People"), decimals=0),
            Column(Bilingual("Số hộ", "Households"), decimals=0),
            Column(Bilingual("Kết quả", "Verdict")),
            *shown.values(),
        ),
        rows=rows,
        note=Bilingual(
            "Số của thôn như trên hình. Trắng sóng: trung tâm không có sóng của nhà mạng nào; lõm "
            "sóng: trung tâm có sóng, một phần khu dân cư không có.",
            "Numbers as on the picture. No signal: of no operator at the centre; none in a part: "
            "a signal at the centre, none in part of the settlement.",
        ),
    )


def coverage_table(facts: StudyFacts, code: str) -> PageTable:
    """Who covers a commune: people by class, by operator.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable
        All operators together, then each that the reader may see.
    """
    lines, unsure = [], False
    for key, name in facts.operators():
        row = facts.commune_rows(key).set_index("commune_code").loc[code]
        ends = ends_of(row, "people_no_signal")
        unsure |= ends is not None
        lines.append(
            (
                titled(name, facts.gaps.basis, (key, facts.technology)),
                row["people_covered"], row["people_marginal"], row["people_no_signal"],
                _words(ends), _percent(row["people_no_signal"], row["people"]),
            )
        )  # fmt: skip
    return PageTable(
        title=Bilingual("Ai phủ sóng", "Who covers"),
        columns=(
            Column(Bilingual("Nhà mạng", "Operator")),
            Column(Bilingual("Có sóng", "Covered"), _PEOPLE, 0),
            Column(Bilingual("Sóng yếu", "Marginal"), _PEOPLE, 0),
            Column(_SILENT, _PEOPLE, 0),
            _RANGE,
            _SHARE,
        ),
        rows=tuple(lines),
        note=RANGE_NOTE if unsure else None,
    )


def white_zone_table(facts: StudyFacts, code: str) -> PageTable:
    """White zones of a commune with most people, and why where that was found.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable
        One row per zone.
    """
    gaps = pd.DataFrame(facts.gaps.polygons.drop(columns="geometry"))
    own = gaps[
        (gaps["commune_code"] == code)
        & (gaps["operator"] == ANY)
        & (gaps["technology"] == facts.technology)
    ].sort_values(["people", "gap_id"], ascending=[False, True])
    cause = {name for name in ("cause_vi", "cause_en") if name in own}
    near = "nearest_covered_km" in own
    rows = tuple(
        (
            row["gap_id"], row["area_km2"], row["people"], _words(ends_of(row, "people")),
            *((row["nearest_covered_km"],) if near else ()),
            *((Bilingual(str(row["cause_vi"]), str(row["cause_en"])),) if len(cause) > 1 else ()),
        )
        for _, row in own.head(_MOST_GAPS).iterrows()
    )  # fmt: skip
    return PageTable(
        title=_of_all(
            facts, Bilingual("Vùng trắng sóng đông dân nhất", "White zones with most people")
        ),
        columns=(
            Column(Bilingual("Vùng", "Gap")),
            Column(Bilingual("Diện tích", "Area"), "km²", 2),
            Column(Bilingual("Dân số", "People"), _PEOPLE, 0),
            Column(
                Bilingual(f"Vẫn không có sóng, {RANGE.vi}", f"Stay without, {RANGE.en}"), _PEOPLE
            ),
            *((Column(Bilingual("Nơi có sóng gần nhất", "Nearest cover"), "km"),) if near else ()),
            *((Column(Bilingual("Nguyên nhân", "Cause")),) if len(cause) > 1 else ()),
        ),
        rows=rows,
        note=Bilingual(f"{len(rows)} trong {len(own)} vùng.", f"{len(rows)} of {len(own)} zones."),
    )


def options_table(facts: StudyFacts, code: str) -> PageTable:
    """Ranked options that serve a commune.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable
        One row per option.
    """
    options = options_of(facts, code)
    currency = facts.study.costs.shown_currency
    money = f"triệu {currency} · million {currency}"
    rows = tuple(
        (
            str(row.rank), row.operator, row.commune, row.people_newly_covered,
            row.people_white_zone, row.capex / _MILLION,
        )
        for row in options.head(_MOST_OPTIONS).itertuples()
    )  # fmt: skip
    return PageTable(
        title=Bilingual("Ưu tiên đầu tư phục vụ xã", "Priorities that serve the commune"),
        columns=(
            Column(Bilingual("Hạng", "Rank")),
            Column(Bilingual("Nhà mạng", "Operator")),
            Column(Bilingual("Tại hoặc gần", "In or near")),
            Column(Bilingual("Được phủ mới", "Newly covered"), _PEOPLE, 0),
            Column(Bilingual("Ở vùng trắng sóng", "Of them in white zones"), _PEOPLE, 0),
            Column(Bilingual("Vốn đầu tư", "Capex"), money, 0),
        ),
        rows=rows,
        note=Bilingual(
            f"{len(rows)} trong {len(options)} phương án đứng trong xã hoặc phủ trung tâm một thôn "
            "của xã; số người gồm cả các xã khác.",
            f"{len(rows)} of {len(options)} options that stand in the commune or cover a village "
            "centre of it; people of other communes included.",
        ),
    )


def criterion_table(facts: StudyFacts, code: str) -> PageTable | None:
    """State of criterion 8 in a commune.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    PageTable or None
        One row per indicator; None where the study does not ask.
    """
    table = facts.gaps.criterion8
    if "commune_code" not in table:
        return None
    own = table[table["commune_code"] == code]
    appraised = "appraised_status" in own and own["appraised_status"].isin(STATUS_WORDS).any()
    return PageTable(
        title=Bilingual("Tiêu chí số 8", "Criterion 8"),
        columns=(
            Column(Bilingual("Chỉ tiêu", "Indicator")),
            Column(Bilingual("Nội dung", "Text")),
            Column(Bilingual("Theo dữ liệu và mô hình", "From data and model")),
            *((Column(Bilingual("Kết quả đánh giá", "As appraised")),) if appraised else ()),
        ),
        rows=tuple(
            (
                str(row["indicator"]), Bilingual(str(row["text_vi"]), str(row["text_en"])),
                STATUS_WORDS.get(str(row["status"])),
                *((STATUS_WORDS.get(str(row["appraised_status"])),) if appraised else ()),
            )
            for _, row in own.iterrows()
        ),
        note=Bilingual(
            "Ngưỡng là đề xuất; căn cứ và phần còn thiếu trong gaps/criterion8.csv.",
            "Thresholds are proposals; evidence and what is missing are in gaps/criterion8.csv.",
        ),
    )  # fmt: skip


def comparison_table(facts: StudyFacts) -> PageTable:
    """All communes side by side.

    Parameters
    ----------
    facts
        What the reader may see.

    Returns
    -------
    PageTable
        One row per commune, those with the largest share without signal first.
    """
    rows = facts.commune_rows()
    rows = rows.sort_values(["people_no_signal_percent", "commune"], ascending=[False, True])
    plan, judged = facts.priorities is not None, "commune_code" in facts.gaps.criterion8

    def line(row: Any) -> tuple[object, ...]:
        code = row["commune_code"]
        counts = village_row(facts.gaps, ANY, facts.technology, code)
        return (
            row["commune"], row["people"], row["people_no_signal"],
            _words(ends_of(row, "people_no_signal")),
            row["people_no_signal_percent"],
            *_villages(counts),
            *((_met(facts, code),) if judged else ()),
            *((len(options_of(facts, code)),) if plan else ()),
        )  # fmt: skip

    return PageTable(
        title=_of_all(facts, Bilingual("So sánh các xã", "The communes side by side")),
        columns=(
            Column(Bilingual("Xã", "Commune")),
            Column(Bilingual("Dân số", "People"), _PEOPLE, 0),
            Column(_SILENT, _PEOPLE, 0),
            _RANGE,
            _SHARE,
            Column(Bilingual("Thôn trắng sóng", "Villages without signal")),
            Column(_BETWEEN),
            Column(Bilingual("Thôn lõm sóng", "None in a part"), decimals=0),
            *((Column(Bilingual("Tiêu chí 8 đạt", "Criterion 8 met")),) if judged else ()),
            *((Column(Bilingual("Phương án", "Options")),) if plan else ()),
        ),
        rows=tuple(line(row) for _, row in rows.iterrows()),
        note=RANGE_NOTE,
    )


def _of_all(facts: StudyFacts, title: Bilingual) -> Bilingual:
    """A title that says what gaps of all operators together are."""
    return titled(title, facts.gaps.basis, (ANY, facts.technology))


def _villages(counts: "pd.Series[Any]") -> tuple[object, ...]:
    if counts.empty:
        return (None, None, None)
    return (
        f"{int(counts[f'villages_{TRANG_SONG}'])} / {int(counts['villages'])}",
        _words(ends_of(counts, f"villages_{TRANG_SONG}")),
        int(counts[f"villages_{LOM_SONG}"]),
    )


def _met(facts: StudyFacts, code: str) -> str:
    table = facts.gaps.criterion8
    own = table[table["commune_code"] == code]
    return f"{int((own['status'] == 'met').sum())} / {len(own)}"


def _words(ends: Range | None) -> str | None:
    return None if ends is None else ends.words()


def _percent(part: float, whole: float) -> float | None:
    return 100.0 * part / whole if whole else None
