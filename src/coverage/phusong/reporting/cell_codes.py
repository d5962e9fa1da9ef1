"""Words for the codes that cells of CSV files hold, for workbooks in one language."""

from collections.abc import Iterable, Mapping

from phusong.analysis.cause_words import NAMES as CAUSE_NAMES
from phusong.reporting.commune_words import STATUS_WORDS, VERDICT_WORDS
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.money_gaps import LABELS, STRATEGIES
from phusong.reporting.place_layers import FACILITIES
from phusong.reporting.plan_lines import ANSWER_WORDS, CONNECTION_WORDS, SIGNAL_WORDS, WAY_WORDS
from phusong.reporting.study_facts import environment_words, operator_words
from phusong.reporting.sureness_tables import FACTOR_WORDS
from phusong.reporting.validation_tables import CORRECTIONS, LEVELS
from phusong.reporting.wording import said
from phusong.reporting.words import MODEL_NAMES
from phusong.study import Study

Codes = Mapping[str, Bilingual]

_ANSWERS = {
    **ANSWER_WORDS,
    "perhaps": said("perhaps"),
    "receivers": said("by the number of receivers"),
}
_ANY = "any"
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
_VERDICTS = {**VERDICT_WORDS, "not_reported": said("not reported")}
_BY_COLUMN: dict[str, Codes] = {
    "class": SIGNAL_WORDS,
    "signal": SIGNAL_WORDS,
    "mobile_signal": SIGNAL_WORDS,
    "verdict": _VERDICTS,
    "modelled": _VERDICTS,
    "reported": _VERDICTS,
    "cause": {code: Bilingual(vi, en) for code, (en, vi) in CAUSE_NAMES.items()},
    "status": STATUS_WORDS,
    "appraised_status": STATUS_WORDS,
    "connection": CONNECTION_WORDS,
    "kind": FACILITIES,
    "backhaul": _SUPPLY,
    "power": _SUPPLY,
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
    if name == "technology":
        return {_ANY: said("any technology"), **{key: same(key) for key in study.technologies}}
    ends = (end for end in _BY_COLUMN if name == end or name.endswith(f"_{end}"))
    return _BY_COLUMN.get(max(ends, key=len, default=""), {})
