"""Range checks in two tiers, shared by the propagation models.

Impossible values raise; values outside a model's recommended range warn once per call, and the
loss is still computed. NaN passes both tiers: it means unknown and gives an unknown loss.
"""

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from phusong.errors import DomainError, ModelRangeWarning
from phusong.units import FloatArray


@dataclass(frozen=True)
class Range:
    """Interval of a parameter, closed unless an end is infinite or marked open.

    Parameters
    ----------
    low, high
        Ends in the parameter's unit.
    unit
        Unit as it stands in messages; empty for a plain number.
    open_low, open_high
        Whether the end itself is outside.
    """

    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    open_low: bool = False
    open_high: bool = False

    def outside(self, values: FloatArray) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """Where values lie outside; NaN never does, infinity always does.

        Parameters
        ----------
        values
            Any shape.

        Returns
        -------
        numpy.ndarray
            True outside, shape of ``values``.
        """
        below = values <= self.low if self.open_low else values < self.low
        above = values >= self.high if self.open_high else values > self.high
        return np.asarray(below | above | np.isinf(values))

    def __str__(self) -> str:
        """Words for a message, for example ``above 0 to 3000 m``."""
        unit = f" {self.unit}" if self.unit else ""
        if self.high == math.inf:
            return f"{'above' if self.open_low else 'at least'} {self.low:g}{unit}"
        if self.open_low or self.open_high:
            first = "above" if self.open_low else "from"
            last = "below" if self.open_high else "up to"
            return f"{first} {self.low:g} and {last} {self.high:g}{unit}"
        return f"{self.low:g} to {self.high:g}{unit}"


def possible(name: str, value: ArrayLike, allowed: Range, *, hint: str = "") -> FloatArray:
    """Value as float64, refused where it is impossible.

    Parameters
    ----------
    name
        Parameter as the caller knows it.
    value
        Number or array; NaN passes.
    allowed
        What is possible.
    hint
        What to do about it; "check the input" when empty.

    Returns
    -------
    numpy.ndarray
        The value as float64, not copied when it is float64 already.

    Raises
    ------
    DomainError
        A value is outside.
    """
    values = np.asarray(value, dtype=np.float64)
    outside = allowed.outside(values)
    if outside.any():
        raise DomainError(
            f"{name}={float(values[outside].flat[0]):g} is impossible, {allowed} is allowed; "
            f"{hint or 'check the input'}"
        )
    return values


def warn_outside(model: str, **checks: tuple[FloatArray, Range]) -> None:
    """Warn once when parameters lie outside a model's recommended range.

    Parameters
    ----------
    model
        Model as it stands in messages.
    **checks
        Per parameter its values and the recommended range.

    Warns
    -----
    ModelRangeWarning
        A parameter is outside; the message names each, with the share of its values.
    """
    found = []
    for name, (values, advised) in checks.items():
        outside = advised.outside(values)
        if outside.any():
            share = f" in {outside.mean():.1%} of the values" if values.size > 1 else ""
            example = float(values[outside].flat[0])
            found.append(f"{name}={example:g} is outside the recommended {advised}{share}")
    if found:
        warnings.warn(
            f"{model}: {'; '.join(found)}; the loss is still computed, treat it with care",
            ModelRangeWarning,
            stacklevel=3,
        )
