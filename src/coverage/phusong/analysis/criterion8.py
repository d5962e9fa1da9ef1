"""New-rural criterion 8 by commune: met, not met, or unknown, with evidence and what is missing.

Sets of indicators, their dates and thresholds are data (``sources/facts/criterion8.toml``); here
are the tests that an indicator may name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from phusong.analysis.gaps import CLASS_NAMES, COVERED, NO_SIGNAL, UNKNOWN
from phusong.analysis.reach import ANY
from phusong.errors import DataError
from phusong.geo.criteria import CriterionSet, Indicator, Threshold
from phusong.geo.places import Communes

MET, NOT_MET, NOT_KNOWN = "met", "not_met", "unknown"
SHARE_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known about one indicator in one commune.

    Parameters
    ----------
    status
        ``met``, ``not_met`` or ``unknown``.
    evidence
        What it rests on.
    missing
        What would have to be known; empty when the status is certain.
    """

    status: str
    evidence: str
    missing: str = ""


@dataclass(frozen=True, eq=False)
class _Commune:
    """What a test may look at."""

    villages: pd.DataFrame
    facilities: pd.DataFrame
    technology: str
    complete: tuple[str, ...]


def _facilities(indicator: Indicator, commune: _Commune) -> Finding:
    count = int((commune.facilities["kind"] == indicator.facility).sum())
    least = _threshold(indicator).value
    evidence = f"{count} of kind {indicator.facility} listed, {least:g} needed"
    if count >= least:
        return Finding(MET, evidence)
    if indicator.facility in commune.complete:
        return Finding(NOT_MET, f"{evidence}; the list is complete")
    return Finding(NOT_KNOWN, evidence, f"a complete list of kind {indicator.facility}")


def _villages_served(indicator: Indicator, commune: _Commune) -> Finding:
    villages = commune.villages
    total = len(villages)
    if not total:
        return Finding(NOT_KNOWN, "no village is listed", "the list of villages")
    mobile = villages[f"{ANY}_{commune.technology.lower()}_class"]
    fixed = (
        villages["fixed_broadband"]
        if "fixed_broadband" in villages.columns
        else pd.Series("", index=villages.index)
    )
    served = int(((mobile == CLASS_NAMES[COVERED]) | (fixed == "yes")).sum())
    none = int(((mobile == CLASS_NAMES[NO_SIGNAL]) & (fixed == "no")).sum())
    open_mobile = int((mobile == CLASS_NAMES[UNKNOWN]).sum())
    least = _threshold(indicator).value
    evidence = (
        f"{served} of {total} villages modelled as covered in {commune.technology} at their "
        f"centre or with fixed broadband, {none} with neither"
    )
    missing = []
    if total - served - none:
        missing.append(f"whether {total - served - none} villages have fixed broadband or a signal")
    if open_mobile:
        missing.append(f"terrain or sites for {open_mobile} villages")
    return _by_share(served, none, total, least, evidence, missing)


def _villages_with(indicator: Indicator, commune: _Commune) -> Finding:
    total = len(commune.villages)
    if not total:
        return Finding(NOT_KNOWN, "no village is listed", "the list of villages")
    of_kind = commune.facilities[commune.facilities["kind"] == indicator.facility]
    served = len(set(of_kind["village_id"]) & set(commune.villages["village_id"]))
    evidence = f"{indicator.facility} nearest to {served} of {total} villages"
    complete = indicator.facility in commune.complete
    missing = [] if complete else [f"a complete list of kind {indicator.facility}"]
    none = total - served if complete else 0
    return _by_share(served, none, total, _threshold(indicator).value, evidence, missing)


def _by_share(
    served: int, none: int, total: int, least: float, evidence: str, missing: list[str]
) -> Finding:
    """Met when enough villages surely have it, not met when too many surely do not."""
    evidence = f"{evidence}; {100 * least:g} % needed"
    if served / total >= least - SHARE_TOLERANCE:
        return Finding(MET, evidence)
    if (total - none) / total < least - SHARE_TOLERANCE:
        return Finding(NOT_MET, evidence)
    return Finding(NOT_KNOWN, evidence, "; ".join(missing))


def _reported(indicator: Indicator, _: _Commune) -> Finding:
    return Finding(NOT_KNOWN, "not to be seen from maps", indicator.needs)


def _threshold(indicator: Indicator) -> Threshold:
    if indicator.threshold is None:
        raise DataError(
            f"indicator {indicator.key} is judged by {indicator.test} and has no threshold; give "
            "one in the criterion set"
        )
    return indicator.threshold


TESTS: Mapping[str, Callable[[Indicator, _Commune], Finding]] = {
    "facilities": _facilities,
    "villages_served": _villages_served,
    "villages_with": _villages_with,
    "reported": _reported,
}
"""How an indicator may be judged."""


def criterion8_table(
    criteria: CriterionSet,
    communes: Communes,
    villages: pd.DataFrame,
    facilities: pd.DataFrame,
    technology: str,
    appraisals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Score every commune by every indicator of a set.

    Parameters
    ----------
    criteria
        The set.
    communes
        The communes.
    villages
        Villages with their classes, and ``fixed_broadband`` where that is known.
    facilities
        Facilities with ``kind``, ``commune_code`` and the ``village_id`` nearest to them.
    technology
        Technology that counts as broadband.
    appraisals
        What people found: ``commune_code``, ``indicator``, ``status``, ``evidence``,
        ``appraiser``, ``date``. It stands beside the modelled status and replaces none.

    Returns
    -------
    pandas.DataFrame
        One row per commune and indicator: ``status``, ``evidence``, ``missing``, the threshold
        with its source, and ``appraised_status``, ``appraised_evidence``, ``appraiser``,
        ``appraised_on``, empty where nobody has appraised.

    Raises
    ------
    DataError
        An indicator names a test that does not exist, or has no threshold for it.
    """
    rows = []
    for code, name in communes.names.items():
        commune = _Commune(
            villages[villages["commune_code"] == code],
            facilities[facilities["commune_code"] == code],
            technology,
            criteria.complete,
        )
        for indicator in criteria.indicators:
            if indicator.test not in TESTS:
                raise DataError(
                    f"indicator {indicator.key} of {criteria.key} is judged by "
                    f"{indicator.test!r}; allowed are {', '.join(TESTS)}"
                )
            found = TESTS[indicator.test](indicator, commune)
            rows.append(
                {"commune_code": code, "commune": name, "vintage": communes.vintage}
                | _row(criteria, indicator, found)
                | _appraisal(appraisals, code, indicator.key)
            )
    return pd.DataFrame(rows)


def _row(criteria: CriterionSet, indicator: Indicator, found: Finding) -> dict[str, object]:
    threshold = indicator.threshold
    return {
        "criterion_set": criteria.key,
        "valid_from": criteria.valid_from,
        "valid_to": criteria.valid_to,
        "indicator": indicator.key,
        "text_vi": indicator.text_vi,
        "text_en": indicator.text_en,
        "required": indicator.required,
        "status": found.status,
        "evidence": found.evidence,
        "missing": found.missing,
        "threshold": threshold.value if threshold else float("nan"),
        "threshold_unit": threshold.unit if threshold else "",
        "threshold_source": threshold.source if threshold else "",
        "threshold_verified": "yes" if threshold and threshold.verified else "no",
    }


def _appraisal(appraisals: pd.DataFrame | None, code: str, indicator: str) -> dict[str, str]:
    keys = {
        "appraised_status": "status",
        "appraised_evidence": "evidence",
        "appraiser": "appraiser",
        "appraised_on": "date",
    }
    if appraisals is None:
        return dict.fromkeys(keys, "")
    own = appraisals[
        (appraisals["commune_code"] == code) & (appraisals["indicator"] == indicator)
    ].sort_values("date", kind="stable")
    if own.empty:
        return dict.fromkeys(keys, "")
    return {key: str(own.iloc[-1][column]) for key, column in keys.items()}
