"""One operator's coverage beside that of all others, without saying who the others are."""

import numpy as np

from phusong.analysis.gaps import COVERED, MARGINAL, NO_SIGNAL, UNKNOWN
from phusong.reporting.palette import (
    COVERED_COLOUR,
    MARGINAL_COLOUR,
    NO_SIGNAL_COLOUR,
    ClassStyle,
)
from phusong.reporting.relief import UInt8Array
from phusong.reporting.wording import said

_ELSEWHERE = 3
_ELSEWHERE_COLOUR = (158, 178, 196)


def own_and_others(own: UInt8Array, together: UInt8Array) -> UInt8Array:
    """Where an operator serves, where only another one does, and where nobody does.

    Parameters
    ----------
    own
        Classes of the operator, uint8; 255 unknown.
    together
        Classes of all operators together, same shape.

    Returns
    -------
    numpy.ndarray
        2 the operator covers, 3 only another one covers, 1 marginal, 0 no signal, 255 unknown.
    """
    classes = np.full(own.shape, UNKNOWN, dtype=np.uint8)
    for code in (NO_SIGNAL, MARGINAL):
        classes[together == code] = code
    classes[together == COVERED] = _ELSEWHERE
    classes[own == COVERED] = COVERED
    return classes


def own_legend(name: str) -> tuple[ClassStyle, ...]:
    """Legend of :func:`own_and_others`.

    Parameters
    ----------
    name
        The operator's name.

    Returns
    -------
    tuple of ClassStyle
        From the best to the worst.
    """
    return (
        ClassStyle(COVERED, said("{name} covers", name=name), COVERED_COLOUR),
        ClassStyle(_ELSEWHERE, said("Another one only"), _ELSEWHERE_COLOUR),
        ClassStyle(MARGINAL, said("Marginal"), MARGINAL_COLOUR),
        ClassStyle(NO_SIGNAL, said("No signal"), NO_SIGNAL_COLOUR, hatched=True),
    )
