"""How far something is, in either language."""

from phusong.language import number_text

BESIDE_M = 50.0
"""What is nearer is beside it [m]."""
KILOMETRE_M, STEP_M = 1000.0, 10.0


def away_en(distance_m: float, what: str) -> str:
    """How far something is, in English.

    Parameters
    ----------
    distance_m
        Distance, >= 0 [m].
    what
        From what.

    Returns
    -------
    str
        For example ``1.6 km from a road``.

    Examples
    --------
    >>> away_en(1591.0, "a road"), away_en(328.0, "a road"), away_en(20.0, "a road")
    ('1.6 km from a road', '330 m from a road', 'beside a road')
    """
    if distance_m < BESIDE_M:
        return f"beside {what}"
    return f"{length(distance_m, 'en')} from {what}"


def away_vi(distance_m: float, what: str) -> str:
    """How far something is, in Vietnamese.

    Parameters
    ----------
    distance_m
        Distance, >= 0 [m].
    what
        From what.

    Returns
    -------
    str
        For example ``cách đường 1,6 km``.

    Examples
    --------
    >>> away_vi(1591.0, "đường"), away_vi(20.0, "đường")
    ('cách đường 1,6 km', 'ngay cạnh đường')
    """
    if distance_m < BESIDE_M:
        return f"ngay cạnh {what}"
    return f"cách {what} {length(distance_m, 'vi')}"


def length(distance_m: float, language: str) -> str:
    """A length with its unit: tens of metres below a kilometre, then tenths of kilometres.

    Parameters
    ----------
    distance_m
        Length, >= 0 [m].
    language
        ``vi`` or ``en``.

    Returns
    -------
    str
        For example ``330 m`` or ``1,6 km``.
    """
    tens_m = STEP_M * round(distance_m / STEP_M)
    if tens_m < KILOMETRE_M:
        return f"{number_text(tens_m, language)} m"
    return f"{number_text(distance_m / KILOMETRE_M, language, 1)} km"
