"""What the classes of a map mean, in a sentence under its legend."""

import math
from statistics import NormalDist

from phusong.analysis.basis import Basis, Layer
from phusong.analysis.reach import ANY
from phusong.reporting.basis_words import KNOWN_SITES, SUPPLIED
from phusong.reporting.facts import Bilingual
from phusong.reporting.wording import said
from phusong.study import Study

_COMPUTED = Basis()


def coverage_note(
    study: Study, technology: str, basis: Basis = _COMPUTED, operator: str = ANY
) -> Bilingual:
    """When a cell counts as covered, marginal or without signal.

    Parameters
    ----------
    study
        Threshold and probabilities.
    technology
        For example ``LTE``.
    basis
        What each layer rests on.
    operator
        Operator's key; ``any`` for all together.

    Returns
    -------
    Bilingual
        A few sentences.
    """
    layer = (operator, technology)
    if operator != ANY and layer in basis.told_layers:
        return supplied_note(basis, layer)
    notes = _notes(basis, layer)
    more_vi, more_en = (" ".join(w) for w in ([n.vi for n in notes], [n.en for n in notes]))
    level, covered, marginal = _lines(study, technology)
    vi, en = _direction(study)
    return Bilingual(
        f"Có sóng: mức thu đạt ngưỡng {level} với xác suất từ {covered}. Sóng yếu: xác suất từ "
        f"{marginal} đến dưới {covered}. Không có sóng: xác suất dưới {marginal}.{vi} "
        f"{more_vi}".strip(),
        f"Covered: the level reaches the threshold of {level} with a probability of {covered} or "
        f"more. Marginal: {marginal} to below {covered}. No signal: below {marginal}.{en} "
        f"{more_en}".strip(),
    )


def _notes(basis: Basis, layer: Layer) -> list[Bilingual]:
    """What else must stand under a legend."""
    found = []
    if layer in basis.told_layers:
        found.append(said("In part {SUPPLIED}, not computed from sites.", SUPPLIED=SUPPLIED))
    if layer in basis.known_only:
        found.append(said("No signal here means {KNOWN_SITES}.", KNOWN_SITES=KNOWN_SITES))
    return found


def supplied_note(basis: Basis, layer: Layer) -> Bilingual:
    """What the classes of an operator's own map mean.

    Parameters
    ----------
    basis
        What each layer rests on.
    layer
        Operator's key and technology.

    Returns
    -------
    Bilingual
        Who says so, and from which level.
    """
    told = next((m for m in basis.supplied if (m.operator, m.technology) == layer), None)
    level = math.nan if told is None else told.threshold_dbm
    vi = "" if math.isnan(level) else f", từ {_dbm(level)} là có sóng"
    en = "" if math.isnan(level) else f", covered from {_dbm(level)}"
    when = "" if told is None else f" ({told.source}, {told.date})"
    return Bilingual(
        f"Bản đồ {SUPPLIED.vi}{when}{vi}; không tính từ trạm, không hiệu chỉnh. Ngoài phạm vi "
        "bản đồ là chưa rõ.",
        f"This map is {SUPPLIED.en}{when}{en}; not computed from sites, not calibrated. Outside "
        "its extent coverage is unknown.",
    )


def level_note(study: Study, technology: str) -> Bilingual:
    """Why a level above the threshold is not yet covered.

    Parameters
    ----------
    study
        Threshold, probabilities and model error.
    technology
        For example ``LTE``.

    Returns
    -------
    Bilingual
        How the bands of level relate to the classes of coverage.
    """
    level, covered, _ = _lines(study, technology)
    vi, en = _direction(study)
    needed_vi, needed_en = _needed(study, technology)
    return Bilingual(
        f"Màu cho mức thu trung vị, chưa phải kết luận có sóng hay không. Có sóng nghĩa là mức thu "
        f"đạt ngưỡng {level} với xác suất từ {covered}{needed_vi}.{vi}",
        f"Colours show the median level, not yet whether a place is covered. Covered means that "
        f"the level reaches the threshold of {level} with a probability of {covered} or "
        f"more{needed_en}.{en}",
    )


def _lines(study: Study, technology: str) -> tuple[str, str, str]:
    """Threshold and the two probabilities, as readers see them."""
    shares = (study.service.covered.value, study.service.marginal.value)
    covered, marginal = (f"{100.0 * share:g}\u00a0%" for share in shares)
    return _dbm(study.technologies[technology].threshold.value), covered, marginal


def _needed(study: Study, technology: str) -> tuple[str, str]:
    """Median level that the model's error alone asks for, when the best sector alone counts."""
    service = study.service
    if service.sites != "best":
        return "", ""
    error_db = service.model_error.value
    margin_db = NormalDist().inv_cdf(service.covered.value) * error_db
    needed = _dbm(round(study.technologies[technology].threshold.value + margin_db))
    return (
        f": riêng sai số mô hình {error_db:g} dB đã đòi mức trung vị khoảng {needed}, và biến "
        "thiên theo vị trí đòi cao hơn nữa",
        f": the model's error of {error_db:g} dB alone asks for a median of about {needed}, and "
        "differences between spots ask for more",
    )


def _direction(study: Study) -> tuple[str, str]:
    if not study.service.both_directions:
        return "", ""
    return (
        " Chiều lên yếu hơn thì tính theo chiều lên.",
        " Where the uplink is weaker, the uplink decides.",
    )


def _dbm(level_dbm: float) -> str:
    return f"{level_dbm:g}\u00a0dBm".replace("-", "−")
