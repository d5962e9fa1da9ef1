"""What the classes of a map mean, in a sentence under its legend."""

from statistics import NormalDist

from phusong.reporting.facts import Bilingual
from phusong.study import Study


def coverage_note(study: Study, technology: str) -> Bilingual:
    """When a cell counts as covered, marginal or without signal.

    Parameters
    ----------
    study
        Threshold and probabilities.
    technology
        For example ``LTE``.

    Returns
    -------
    Bilingual
        One sentence, or two where the uplink may decide.
    """
    level, covered, marginal = _lines(study, technology)
    vi, en = _direction(study)
    return Bilingual(
        f"Có sóng: mức thu đạt ngưỡng {level} với xác suất từ {covered}. Sóng yếu: xác suất từ "
        f"{marginal} đến dưới {covered}. Không có sóng: xác suất dưới {marginal}.{vi}",
        f"Covered: the level reaches the threshold of {level} with a probability of {covered} or "
        f"more. Marginal: {marginal} to below {covered}. No signal: below {marginal}.{en}",
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
