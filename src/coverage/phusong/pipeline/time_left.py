"""How long a run will still take: by its own pace, and by the shares of steps in an earlier run."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from phusong.pipeline.step_words import COMPUTED

USUAL_SHARES = {"reach": 0.11, "service": 0.014, "gaps": 0.04, "plan": 0.61, "report": 0.24}
"""Part of the wall time of each step where no earlier run of the study tells it: the practice
study's, notebooks included."""
WITHOUT_NOTEBOOKS = 0.5
"""Part of the time of reports that is left where no notebook is executed."""
Marks = Mapping[str, tuple[str, tuple[tuple[float, float], ...]]]
USUAL_MARKS: Marks = {
    "reach": ("reach", ((0.0, 0.18), (1.0, 0.34))),
    "service": ("service", ((0.25, 0.28), (0.5, 0.52), (0.75, 0.72), (1.0, 0.98))),
    "gaps": ("gaps", ((0.2, 0.0), (0.4, 0.2), (0.6, 0.3), (0.8, 0.98), (1.0, 1.0))),
    "candidates": ("plan", ((0.0, 0.01), (1.0, 0.08))),
    "plan": ("plan", ((0.0, 0.08), (1.0, 0.11))),
    "report": (
        "report", ((0.0, 0.0), (0.1, 0.2), (0.5, 0.27), (0.62, 0.31), (0.72, 0.64), (0.9, 0.97),
                   (1.0, 1.0)),
    ),
}  # fmt: skip
"""What the parts that steps tell of mean: the step, and points of a part and of the step's time.
Steps work before their first and after their last part; measured on the practice study."""
_REPORT_ALONE = ("report", ((0.0, 0.0), (0.1, 0.58), (0.7, 0.73), (0.9, 0.85), (1.0, 1.0)))
_SEEN = 0.05
"""Part of a step after which its own pace is believed."""
_DOUBT = 0.1
"""Part of a step at which its own pace and the pace of the steps before count the same."""


class TimeLeft:
    """How long a run will still take.

    Parameters
    ----------
    shares
        Part of the time that each step is expected to take, in their order; any unit.
    clock
        Seconds that pass, from any beginning.
    marks
        What the parts that steps tell of mean: by the name of the parts, the step, and points of
        the part that is done and of the step's time; in proportion by default.
    began
        When the first step began, by the clock; now by default [s].
    """

    def __init__(
        self,
        shares: Mapping[str, float],
        clock: Callable[[], float] = time.monotonic,
        marks: Marks | None = None,
        began: float | None = None,
    ) -> None:
        self._shares = dict(shares)
        self._clock = clock
        self._marks = marks or {step: (step, ((0.0, 0.0), (1.0, 1.0))) for step in shares}
        self._spent: dict[str, float] = {}
        self._now = ""
        self._part = self._until = 0.0
        self._began = clock() if began is None else began

    def progress(self, step: str, done: int, total: int) -> None:
        """Note how far a step is.

        Parameters
        ----------
        step
            The step, or a part of one.
        done, total
            Parts of it.
        """
        owner, points = self._marks.get(step, ("", ()))
        if owner not in self._shares or owner in self._spent or not total:
            return
        here = self._clock() - self._began
        parts, times = zip(*points, strict=True)
        part = float(np.interp(done / total, parts, times))
        if owner != self._now or part > self._part:
            self._now, self._part, self._until = owner, part, here

    def ended(self, step: str, *, computed: bool) -> None:
        """Note that a step has ended.

        Parameters
        ----------
        step
            The step.
        computed
            Whether it was computed; what was reused tells nothing of the pace.
        """
        now = self._clock()
        if computed:
            self._spent[step] = now - self._began
        else:
            self._shares.pop(step, None)
        self._began, self._now, self._part = now, "", 0.0

    def seconds(self) -> float | None:
        """Time that is left.

        Returns
        -------
        float or None
            None as long as nothing is known of the pace [s].
        """
        here = self._clock() - self._began
        shares = self._shares
        ahead = [step for step in shares if step not in self._spent]
        now = self._now or next(iter(ahead), "")
        mine = shares.get(now, 0.0)
        later = sum(shares[step] for step in ahead if step != now)
        known = sum(shares.get(step, 0.0) for step in self._spent)
        spent = sum(seconds for step, seconds in self._spent.items() if step in shares)
        part = self._part
        if part < _SEEN and known == 0.0:
            return None
        expected = spent / known * mine if known > 0.0 else self._until / part
        whole = expected
        if part >= _SEEN:
            trust = part / (part + _DOUBT * (1.0 - part))
            whole = trust * self._until / part + (1.0 - trust) * expected
            spent, known = spent + whole, known + mine
        # A step that takes longer than expected is not about to end for that.
        left = 0.0 if part == 1.0 else max(whole - here, _DOUBT * (1.0 - part) * here)
        return left + (spent / known * later if known > 0.0 else 0.0)


def shares_of(log: Iterable[Mapping[str, Any]], *, notebooks: bool = True) -> dict[str, float]:
    """How the time is spread over the steps: as the last time that each was computed.

    Parameters
    ----------
    log
        Lines of a log.
    notebooks
        Whether notebooks will be executed, too; reports with and without are not compared.

    Returns
    -------
    dict
        Wall time by step where all were computed once [s], else the usual shares.
    """
    found: dict[str, float] = {}
    with_notebooks = True
    for line in log:
        if line.get("event") == "start":
            with_notebooks = line.get("notebooks", True) is True
        wall, step = line.get("wall_s"), str(line.get("step"))
        if line.get("event") != "step" or line.get("state") != COMPUTED:
            continue
        if not isinstance(wall, int | float) or wall < 0:
            continue
        if step != "report" or with_notebooks == notebooks:
            found[step] = float(wall)
    if set(USUAL_SHARES) <= set(found):
        return found
    fewer = {} if notebooks else {"report": WITHOUT_NOTEBOOKS * USUAL_SHARES["report"]}
    return {**USUAL_SHARES, **fewer}


def marks_of(*, notebooks: bool) -> Marks:
    """What the parts that steps tell of mean.

    Parameters
    ----------
    notebooks
        Whether notebooks are executed, too.

    Returns
    -------
    mapping
        For :class:`TimeLeft`.
    """
    return USUAL_MARKS if notebooks else {**USUAL_MARKS, "report": _REPORT_ALONE}
