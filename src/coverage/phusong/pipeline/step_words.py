"""What steps, and the time that they still take, are called while they work."""

from phusong.language import number_text, template, translated

COMPUTED = template("{step}: computed").removeprefix("{step}: ")
REUSED = template("{step}: reused").removeprefix("{step}: ")
"""Whether a step was done, or its results taken from an earlier run."""


def step_words(step: str, language: str) -> str:
    """What a progress bar calls a step.

    Parameters
    ----------
    step
        Its key, such as ``reach``.
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        Words for it; the key where it has none.
    """
    known = {
        "candidates": translated("candidates", language, context="step"),
        "reach": translated("reach", language, context="step"),
        "service": translated("service", language, context="step"),
        "scenarios": translated("scenarios", language, context="step"),
        "calibration": translated("calibration", language, context="step"),
        "speed-tiles": translated("speed-tiles", language, context="step"),
        "gaps": translated("gaps", language, context="step"),
        "plan": translated("plan", language, context="step"),
        "report": translated("report", language, context="step"),
        "map": translated("map", language, context="step"),
    }
    return known.get(step, step)


def time_words(seconds: float, language: str) -> str:
    """A time as precise as an estimate is.

    Parameters
    ----------
    seconds
        The time [s].
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        Seconds, minutes or hours.
    """
    if seconds < 90:
        shown = number_text(max(1, round(seconds)), language)
        return translated("{count} s", language).format(count=shown)
    minutes = seconds / 60
    if minutes < 90:
        shown = number_text(round(minutes), language)
        return translated("{count} min", language).format(count=shown)
    return translated("{count} h", language).format(count=number_text(minutes / 60, language, 1))
