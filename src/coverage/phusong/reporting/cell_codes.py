"""Words for the codes that cells of CSV files hold, for workbooks in one language."""

import re
from collections.abc import Iterable, Mapping

from phusong.analysis.cause_words import NAMES as CAUSE_NAMES
from phusong.planning.chosen_sets import (
    BUDGET,
    EACH,
    EVERY_VILLAGE,
    FLOOR,
    GREEDY,
    OWN,
    POVERTY,
    SECOND,
    TARGET,
    TOGETHER,
    WITHIN_REACH,
)
from phusong.planning.kinds import KINDS
from phusong.planning.set_words import question
from phusong.reporting.commune_words import STATUS_WORDS, VERDICT_WORDS
from phusong.reporting.facts import PRACTICE, Bilingual, same
from phusong.reporting.money_gaps import LABELS, STRATEGIES
from phusong.reporting.place_layers import FACILITIES
from phusong.reporting.plan_lines import ANSWER_WORDS, CONNECTION_WORDS, SIGNAL_WORDS, WAY_WORDS
from phusong.reporting.study_facts import environment_words, operator_words
from phusong.reporting.sureness_tables import FACTOR_WORDS
from phusong.reporting.validation_tables import CORRECTIONS, LEVELS
from phusong.reporting.wording import as_told, said, sourced
from phusong.reporting.words import MODEL_NAMES
from phusong.study import Study
from phusong.study.values import PRACTICE_LABEL

Codes = Mapping[str, Bilingual]

_ANSWERS = {
    **ANSWER_WORDS,
    "perhaps": said("perhaps"),
    "receivers": said("by the number of receivers"),
}
_ANY = "any"
SET_KEYS = (
    BUDGET, GREEDY, POVERTY, FLOOR, SECOND, TOGETHER, OWN, EACH, TARGET, EVERY_VILLAGE,
    WITHIN_REACH,
)  # fmt: skip
_SENTENCES = (
    "evidence", "missing", "needs", "reason", "first", "exchange_date", "source", "basis_text",
)  # fmt: skip
"""Ends of names of columns whose cells are sentences in English, or sources."""
_SUPPLY = {
    "existing": said("there already"),
    "fibre": said("optical fibre"),
    "microwave": said("microwave"),
    "satellite": said("satellite"),
    "grid": said("grid power"),
    "solar": said("solar power"),
    "diesel": said("diesel"),
    "none": said("none", context="connection"),
}
_KINDS: dict[str, Bilingual] = {
    **FACILITIES,
    **{str(kind): Bilingual(named.name_vi, named.name_en) for kind, named in KINDS.items()},
    "fibre": _SUPPLY["fibre"],
    "microwave": _SUPPLY["microwave"],
}
_STATUS = {
    **STATUS_WORDS,
    "existing": said("on air"),
    "planned": said("planned"),
    "broken": said("out of order"),
    "optimal": said("proven to be the best"),
    "feasible": said("found, not proven to be the best"),
    "infeasible": said("cannot be reached"),
}
_SOURCES_OF_POWER = {
    **{
        f"{one}+battery": said("{one} and batteries", one=_SUPPLY[one]) for one in ("grid", "solar")
    },
    **_SUPPLY,
}
_MATCHES = {
    "matched": said("by its name"),
    "by_position": said("by its place"),
    "ambiguous": said("several villages may be meant"),
    "unmatched": said("no village found"),
    "commune_unknown": said("commune not known"),
    "not_placed": said("village without coordinates"),
    "listed": said("in the list"),
    "not in the list": said("not in the list"),
}
_RULES = {
    "answered": said("named by an operator's answer"),
    "unknown": said("coverage there not known"),
    "best": said("best for the money"),
    "near-best": said("near the best"),
    "village": said("for a village"),
    "commune": said("for a commune"),
    "again": said("found again"),
    "nobody": said("reaches nobody in need"),
    "behind": said("others reach the same people for less"),
    "no-room": said("more spots than are computed in full"),
    "all": said("all are computed in full"),
}
_VERDICTS = {**VERDICT_WORDS, "not_reported": said("not reported")}
_BY_COLUMN: dict[str, Codes] = {
    "class": SIGNAL_WORDS,
    "signal": SIGNAL_WORDS,
    "mobile_signal": SIGNAL_WORDS,
    "verdict": _VERDICTS,
    "modelled": _VERDICTS,
    "reported": _VERDICTS,
    "cause": {code: Bilingual(vi, en) for code, (en, vi) in CAUSE_NAMES.items()},
    "status": _STATUS,
    "appraised_status": STATUS_WORDS,
    "connection": CONNECTION_WORDS,
    "kind": _KINDS,
    "backhaul": _SUPPLY,
    "power": _SUPPLY,
    "power_source": _SOURCES_OF_POWER,
    "match": _MATCHES,
    "rule": _RULES,
    "pays": {
        "each": said("each operator"),
        "host": said("whose mast it is"),
        "guest": said("who uses another one's mast"),
    },
    "objective_unit": {"person": said("people"), "people": said("people")},
    "settlement_basis": {
        "outline_people": said("outline, by people"),
        "outline_area": said("outline, by area"),
        "radius_people": said("circle, by people"),
        "radius_area": said("circle, by area"),
        "none": said("outside the grid"),
    },
    "part": {"part": said("a part"), "whole": said("the whole")},
    "year_status": {"approximate": said("approximate"), "inferred": said("inferred")},
    "choice": {
        key: Bilingual(question(key, "vi"), question(key, "en")) for key in SET_KEYS
    },
    "data_status": {PRACTICE_LABEL: PRACTICE},
    "gap_type": LABELS,
    "strategy": STRATEGIES,
    "factor": FACTOR_WORDS,
    "information_by": WAY_WORDS,
    "weaker_direction": {"downlink": said("Downlink"), "uplink": said("Uplink")},
    "point_kind": {"household": said("household"), "village": said("village")},
    "model": {key: same(name) for key, name in MODEL_NAMES.items()},
    "levels": LEVELS,
    "correction": CORRECTIONS,
    **dict.fromkeys(
        (
            "fibre", "fixed_broadband", "grid", "road", "lan", "runs", "runs_on_mobile", "agrees",
            "best_set_proven", "kept", "threshold_verified", "fibre_in_village",
            "model_changes_verdict", "in_best_set", "in_base_plan",
        ),
        _ANSWERS,
    ),
}  # fmt: skip
"""By the name of a column without operator and technology, or by its end."""


def codes_of(name: str, cells: Iterable[str], study: Study) -> Codes:
    """What the codes of a column mean.

    Parameters
    ----------
    name
        Name of the column.
    cells
        Its cells as they stand in the file, empty text where nothing is known.
    study
        Names of operators and environments.

    Returns
    -------
    mapping
        Words by code, for those that occur; empty where one of them has none, since a column is
        told in words or in codes, not in both.

    Examples
    --------
    >>> codes_of("lan", ["yes", "", "no"], None)["yes"].vi
    'có'
    >>> codes_of("lan", ["yes", "2"], None)
    {}
    """
    found = sorted({cell for cell in cells if cell})
    known = _known(name, study)
    return {code: known[code] for code in found} if all(code in known for code in found) else {}


def _known(name: str, study: Study) -> Codes:
    if name == "operator" or name.endswith("_operator"):
        return operator_words(study)
    if name == "environment":
        return {key: environment_words(study, key) for key in study.environments}
    if name == "scenario":
        return {
            key: Bilingual(section.title_vi, section.title_en)
            for key, section in study.scenarios.items()
        }
    if name == "technology":
        return {_ANY: said("any technology"), **{key: same(key) for key in study.technologies}}
    ends = (end for end in _BY_COLUMN if name == end or name.endswith(f"_{end}"))
    return _BY_COLUMN.get(max(ends, key=len, default=""), {})


def sentence_words(name: str, cell: str) -> Bilingual:
    """A cell that is a sentence or a source, in both languages.

    Parameters
    ----------
    name
        Name of the column.
    cell
        Its text.

    Returns
    -------
    Bilingual
        The words of the catalogue, codes of facilities in words among them; the text as it is
        where the catalogue has none, or where the column holds no sentences.

    Examples
    --------
    >>> sentence_words("missing", "a complete list of kind postal_point").vi
    'danh sách đầy đủ loại: điểm phục vụ bưu chính'
    >>> sentence_words("name", "a measurement").vi
    'a measurement'
    """
    for (ending, code), words in _SINGLE.items():
        if cell == code and name.endswith(ending):
            return words
    if not cell or not name.endswith(_SENTENCES):
        return same(cell)
    if cell in CRITERION_WORDS:
        return CRITERION_WORDS[cell]
    told = as_told(cell)
    if told.vi == cell:
        return sourced(cell)
    return Bilingual.made_by(
        lambda language: _CODE.sub(
            lambda found: FACILITIES[found[0]].to(language).lower(), told.to(language)
        )
    )


_CODE = re.compile(r"\b(" + "|".join(sorted(FACILITIES, key=len, reverse=True)) + r")\b")
_SINGLE = {
    ("operator_name", _ANY): said("All operators"),
    ("language", "all"): said("all languages"),
    ("language", "not said"): said("not said"),
    ("commune_code", "all"): said("all communes"),
    ("threshold_unit", "fraction"): said("share"),
    ("objective_unit", "person"): said("people"),
    ("azimuth_deg", "omni"): said("all round"),
}
"""Codes that stand among names, by the end of the column's name."""
CRITERION_WORDS = {
    words.en: words
    for words in (
        said("whether officials have computers and use document and one-stop software"),
        said("plain reading of the text"),
        said(
            "proposed: at least one operator offers mobile or fixed broadband in every village; "
            "no source found"
        ),
        said("proposed: loudspeakers in two thirds of the villages; no source found"),
    )
}
"""What the criteria that come with Phusong say of themselves."""
